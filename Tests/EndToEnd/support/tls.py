"""A reverse proxy that ends TLS before a hub, with a certificate of an authority of its own."""

import os
import socket
import ssl
import subprocess
import threading


def authority(folder):
    """Makes an authority and a certificate of 127.0.0.1 by it; returns the files of the authority, certificate and key."""
    def path(name):
        return os.path.join(folder, name)

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", "/CN=a private authority",
            "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-x509", *key, "-keyout", path("hub.key"), "-out", path("hub.pem"), "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
            "-CA", path("ca.pem"), "-CAkey", path("ca.key"))
    return path("ca.pem"), path("hub.pem"), path("hub.key")


class SecureEntrance:
    """Forwards connections to a port, and speaks TLS to whoever comes."""

    def __init__(self, port, certificate, key):
        self.target = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with self._context.wrap_socket(client, server_side=True) as secure, \
                    socket.create_connection(("127.0.0.1", self.target)) as server:
                back = threading.Thread(target=_forward, args=(server, secure), daemon=True)
                back.start()
                _forward(secure, server)
                back.join()
        except OSError:
            client.close()


def _forward(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
