"""A program that answers as a hub does and means harm: it says who it is, and then sends without end."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HostileHub:
    """Answers a manifest that was made from a real one, and every other request with lines that `line` makes.

    `line` is called with a growing number; what it returns is sent, with nothing behind it that ends the answer.
    """

    def __init__(self, manifest, line, node="us"):
        self.line = line
        self.sent = 0
        self.stopping = threading.Event()
        document = json.loads(manifest)
        document.update(hub=str(uuid.uuid4()), epoch=str(uuid.uuid4()), name=f"hostile-{uuid.uuid4().hex[:8]}", node=node)
        self.manifest = json.dumps(document).encode()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            """Each request on a thread of its own."""
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # pylint: disable=invalid-name
                hub.answer(self)

            def do_POST(self):  # pylint: disable=invalid-name
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hub.answer(self)

            do_PUT = do_POST

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        """One answer: the manifest, or lines until nobody takes them any more."""
        try:
            if request.path.startswith("/v1/manifest"):
                request.send_response(200)
                request.send_header("Content-Type", "application/json")
                request.send_header("ETag", f'"{uuid.uuid4().hex}"')
                request.send_header("Content-Length", str(len(self.manifest)))
                request.end_headers()
                request.wfile.write(self.manifest)
                return
            request.send_response(200)
            request.send_header("Content-Type", "application/x-ndjson")
            request.send_header("Connection", "close")
            request.end_headers()
            while not self.stopping.is_set():
                line = self.line(self.sent)
                request.wfile.write(line)
                self.sent += len(line)
        except OSError:
            pass
        finally:
            request.close_connection = True

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
