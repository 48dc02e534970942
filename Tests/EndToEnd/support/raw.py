"""Requests as bytes on a socket, for what a proper HTTP client would not send."""

import socket
import time


def exchange(port, data, seconds=10, pause=None):
    """Sends bytes, or pieces with a pause between them, and reads until the other side closes or is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            for piece in [data] if isinstance(data, bytes) else data:
                connection.sendall(piece)
                if pause:
                    time.sleep(pause)
        except OSError:
            pass
        return read_all(connection, seconds)


def read_all(connection, seconds):
    """What arrives until the other side closes, or says nothing for `seconds`."""
    connection.settimeout(seconds)
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except OSError:
        pass
    return received


def head(method, path, token, *lines):
    """A request's head; asks to close the connection behind the answer."""
    fixed = [f"{method} {path} HTTP/1.1", "Host: hub", "Connection: close", f"Authorization: Bearer {token}"]
    return "\r\n".join([*fixed, *lines, "", ""]).encode("latin-1")


def status(answer):
    """The status code of an answer's bytes, 0 where there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def stalled_reader(hub, collection, node="alice"):
    """A pull of a node that takes nothing of its answer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", hub.port))
    connection.sendall(head("GET", f"/v1/collections/{collection}/winners", hub.tokens[node]))
    return connection
