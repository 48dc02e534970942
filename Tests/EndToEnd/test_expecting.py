"""Clients that ask before they send a body, as curl does with a large one."""

import json
import socket
import time

import pytest

from support.raw import read_all, status

PUSH = "/v1/collections/skills-patterns/contributions"
BODY = b"".join(json.dumps({"id": f"p-{n}", "revision": 1, "payload": {"value_score": 0.9, "text": "x" * 2000}}).encode()
                + b"\n" for n in range(600))
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def ask(hub, token, *lines, path=PUSH, length=len(BODY)):
    """Sends the head of a push that waits to be told to go on."""
    connection = socket.create_connection(("127.0.0.1", hub.port), timeout=10)
    words = [f"POST {path} HTTP/1.1", "Host: hub", f"Authorization: Bearer {token}", f"Content-Length: {length}",
             "Content-Type: application/x-ndjson", "Expect: 100-continue", "Connection: close", *lines]
    connection.sendall(("\r\n".join(words) + "\r\n\r\n").encode())
    return connection


def test_a_body_that_is_wanted_is_asked_for_before_it_is_sent(hub):
    token = hub.client("alice").token
    with ask(hub, token) as connection:
        started = time.monotonic()
        assert connection.recv(len(GO_ON)) == GO_ON
        assert time.monotonic() - started < 1
        connection.sendall(BODY)
        answer = read_all(connection, 10)
    assert status(answer) == 200 and answer.count(b"HTTP/1.1 ") == 1
    assert b'"received":600' in answer, answer[-300:]


@pytest.mark.parametrize("change, code", [
    ({"token": "tributary_0123456789abcdef_nonsense"}, 401), ({"length": 65 * 1024 * 1024}, 413),
    ({"path": "/v1/collections/nowhere/contributions"}, 404)])
def test_a_body_that_is_not_wanted_is_not_asked_for(hub, change, code):
    settings = {"token": hub.client("alice").token, **change}
    with ask(hub, settings.pop("token"), **settings) as connection:
        assert status(connection.recv(65536)) == code


def test_a_client_that_does_not_ask_is_not_told(hub):
    connection = hub.client("alice")
    assert connection.push_raw("skills-patterns", BODY).status == 200
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as raw:
        raw.sendall((f"POST {PUSH} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {connection.token}\r\n"
                     f"Content-Length: {len(BODY)}\r\nConnection: close\r\n\r\n").encode() + BODY)
        assert read_all(raw, 10).startswith(b"HTTP/1.1 200 ")
