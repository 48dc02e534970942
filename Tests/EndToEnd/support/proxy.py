"""A proxy on loopback that harms what passes through it, by plan."""

import socket
import struct
import threading


class Proxy:
    """Forwards connections to a port. `plan` says what happens to each connection, in turn; then all pass.

    pass            nothing happens
    drop_reply      the request arrives, the reply does not
    cut_reply:N     the reply ends after N bytes, as if it were complete
    reset_reply:N   the reply ends after N bytes with a reset
    cut_request:N   the request ends after N bytes
    slow:N          the reply comes in pieces of N bytes
    """

    def __init__(self, port, plan=()):
        self.target = port
        self.plan = list(plan)
        self.exchanges = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def requests(self):
        """The first line of every request that passed."""
        with self._lock:
            return [line for exchange in self.exchanges for line in exchange["lines"]]

    @property
    def bytes_back(self):
        """Bytes that went back to the clients."""
        with self._lock:
            return sum(exchange["back"] for exchange in self.exchanges)

    def forget(self):
        """Begins to count anew."""
        with self._lock:
            self.exchanges.clear()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                mode = self.plan.pop(0) if self.plan else "pass"
                exchange = {"lines": [], "back": 0, "mode": mode}
                self.exchanges.append(exchange)
            threading.Thread(target=self._serve, args=(client, mode, exchange), daemon=True).start()

    def _serve(self, client, mode, exchange):
        name, _, number = mode.partition(":")
        limit = int(number or 0)
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        forward = threading.Thread(
            target=self._forward, args=(client, server, exchange, limit if name == "cut_request" else None), daemon=True)
        forward.start()
        try:
            self._back(server, client, exchange, name, limit)
        except OSError:
            pass
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        forward.join(5)
        client.close()
        server.close()

    def _forward(self, client, server, exchange, limit):
        sent = 0
        try:
            while data := client.recv(65536):
                with self._lock:
                    exchange["lines"] += [line.decode("latin-1") for line in data.split(b"\r\n")
                                          if line.endswith(b" HTTP/1.1")]
                if limit is not None and sent + len(data) >= limit:
                    server.sendall(data[:limit - sent])
                    break
                server.sendall(data)
                sent += len(data)
        except OSError:
            pass
        try:
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _back(self, server, client, exchange, name, limit):
        while data := server.recv(65536):
            if name == "drop_reply":
                return
            if name in ("cut_reply", "reset_reply") and exchange["back"] + len(data) >= limit:
                data = data[:limit - exchange["back"]]
                client.sendall(data)
                with self._lock:
                    exchange["back"] += len(data)
                if name == "reset_reply":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    client.close()
                return
            with self._lock:
                exchange["back"] += len(data)
            step = limit if name == "slow" else len(data)
            for at in range(0, len(data), step):
                client.sendall(data[at:at + step])
