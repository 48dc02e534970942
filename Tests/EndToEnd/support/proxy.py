"""A proxy on loopback that harms what passes through it, by plan."""

import socket
import struct
import threading


class Proxy:
    """Forwards connections to a port. `plan` lists the harm to come; each is done once, in turn.

    pass            nothing happens
    drop_reply      the request arrives, the reply does not
    cut_reply:N     the reply ends after N bytes, as if it were complete
    reset_reply:N   the reply ends after N bytes with a reset
    cut_request:N   the request ends after N bytes
    slow:N          the reply comes in pieces of N bytes
    swap            every 0.91 in the reply becomes 0.92

    Harm is done to the next connection; with `@WORD` at its end, to the next request whose first line has the word.
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
            return [line for exchange in self.exchanges for line in exchange.lines]

    @property
    def bytes_back(self):
        """Bytes that went back to the clients."""
        with self._lock:
            return sum(exchange.back for exchange in self.exchanges)

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
                mode = self.plan.pop(0) if self.plan and "@" not in self.plan[0] else "pass"
                exchange = _Exchange(mode)
                self.exchanges.append(exchange)
            threading.Thread(target=self._serve, args=(client, exchange), daemon=True).start()

    def _serve(self, client, exchange):
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        forward = threading.Thread(target=self._forward, args=(client, server, exchange), daemon=True)
        forward.start()
        try:
            self._back(server, client, exchange)
        except OSError:
            pass
        if exchange.name == "reset_reply":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Wakes whoever reads there; only then does closing take effect.
        for end, how in ((client, socket.SHUT_RD if exchange.name == "reset_reply" else socket.SHUT_RDWR),
                         (server, socket.SHUT_RDWR)):
            try:
                end.shutdown(how)
            except OSError:
                pass
        forward.join(5)
        client.close()
        server.close()

    def _note(self, data, exchange):
        """Notes a request's first line, and begins the harm that was meant for it."""
        lines = [line.decode("latin-1") for line in data.split(b"\r\n") if line.endswith(b" HTTP/1.1")]
        with self._lock:
            exchange.lines += lines
            if lines and self.plan and "@" in self.plan[0] and self.plan[0].split("@")[1] in lines[-1]:
                exchange.begin(self.plan.pop(0).split("@")[0])

    def _forward(self, client, server, exchange):
        try:
            while data := client.recv(65536):
                self._note(data, exchange)
                if exchange.name == "cut_request":
                    data = data[:exchange.limit]
                    exchange.limit -= len(data)
                server.sendall(data)
                if exchange.name == "cut_request" and exchange.limit == 0:
                    break
        except OSError:
            pass
        try:
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _back(self, server, client, exchange):
        while data := server.recv(65536):
            if exchange.name == "drop_reply":
                return
            ends = exchange.name in ("cut_reply", "reset_reply") and exchange.since + len(data) >= exchange.limit
            if ends:
                data = data[:exchange.limit - exchange.since]
            if exchange.name == "swap":
                data = data.replace(b"0.91", b"0.92")
            step = exchange.limit if exchange.name == "slow" else max(1, len(data))
            for at in range(0, len(data), step):
                client.sendall(data[at:at + step])
            with self._lock:
                exchange.back += len(data)
                exchange.since += len(data)
            if ends:
                return


class _Exchange:
    """One connection, and the harm that is being done to it."""

    def __init__(self, mode):
        self.lines, self.back = [], 0
        self.begin(mode)

    def begin(self, mode):
        self.mode, self.since = mode, 0
        self.name, _, number = mode.partition(":")
        self.limit = int(number or 0)
