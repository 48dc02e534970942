"""A border between regions: what passes it can be held up."""

import socket
import struct
import threading


class Border:
    """Forwards connections to a port on loopback. While it is closed none comes about, and those that were are reset;
    while it is silent nothing passes, and nobody is told."""

    def __init__(self, port):
        self.target = port
        self._open = threading.Event()
        self._passes = threading.Event()
        self._open.set()
        self._passes.set()
        self._lock = threading.Lock()
        self._ends = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close_down(self):
        """Resets every connection and lets none come about."""
        self._open.clear()
        self._reset()

    def fall_silent(self):
        """Lets nothing pass; who waits for it goes on waiting."""
        self._passes.clear()

    def heal(self):
        """Lets everything pass again; what was held up in silence is lost with its connection."""
        self._reset()
        self._open.set()
        self._passes.set()

    def close(self):
        self._listener.close()
        self._open.clear()
        self._reset()
        self._passes.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _reset(self):
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        if not self._open.is_set():
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        with self._lock:
            self._ends |= {client, server}
        back = threading.Thread(target=self._forward, args=(server, client), daemon=True)
        back.start()
        self._forward(client, server)
        back.join()
        with self._lock:
            self._ends -= {client, server}
        client.close()
        server.close()

    def _forward(self, source, sink):
        try:
            while data := source.recv(65536):
                self._passes.wait()
                sink.sendall(data)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
