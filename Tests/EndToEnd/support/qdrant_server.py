"""A stand-in for a Qdrant server: its REST interface over the official client's local mode.

It runs in the Python that has `qdrant-client`. The first line it prints is its port; it ends with its standard input.
What a real server does and the local mode leaves out is done here: the wording of refusals, the API key, payload indexes
in what is said of a collection. Faults on demand are set through `POST /faults`.
"""

import argparse
import json
import re
import socket
import sys
import threading
import time
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from qdrant_client import QdrantClient, models

VERSION = "1.13.4"


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status, error):
        super().__init__(error)
        self.status, self.error = status, error


def point_id(value):
    """A point's id as the server reads it."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return value
    text = str(value).lower().removeprefix("urn:uuid:")
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", text):
        return value
    raise Refusal(400, f"Format error in JSON body: value {value} is not a valid point ID, valid values are either an "
                       "unsigned integer or a UUID")


class Store:
    """The collections."""

    def __init__(self):
        self.client = QdrantClient(":memory:", force_disable_check_same_thread=True)
        self.parameters, self.indexes = {}, {}
        self.lock = threading.Lock()
        self.operations = 0

    def need(self, name):
        if name not in self.parameters:
            raise Refusal(404, f"Not found: Collection `{name}` doesn't exist!")

    def create(self, name, body):
        if name in self.parameters:
            raise Refusal(409, f"Wrong input: Collection `{name}` already exists!")
        vectors = body.get("vectors") or {}
        if "size" in vectors:
            config = models.VectorParams(**vectors)
        else:
            config = {key: models.VectorParams(**value) for key, value in vectors.items()}
        self.client.create_collection(name, vectors_config=config)
        self.parameters[name], self.indexes[name] = vectors, {}
        return True

    def delete_collection(self, name):
        self.need(name)
        self.client.delete_collection(name)
        del self.parameters[name]
        return True

    def info(self, name):
        self.need(name)
        count = self.client.count(name).count
        return {"status": "green", "optimizer_status": "ok", "indexed_vectors_count": 0, "points_count": count,
                "segments_count": 1,
                "config": {"params": {"vectors": self.parameters[name], "shard_number": 1, "replication_factor": 1,
                                      "write_consistency_factor": 1, "on_disk_payload": True},
                           "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
                           "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0}},
                "payload_schema": {field: {"data_type": kind, "points": count}
                                   for field, kind in self.indexes[name].items()}}

    def index(self, name, body):
        self.need(name)
        kind = body["field_schema"]
        self.indexes[name][body["field_name"]] = kind if isinstance(kind, str) else kind["type"]
        return self.done()

    def upsert(self, name, body):
        self.need(name)
        points = []
        for point in body["points"]:
            self.check_vector(name, point.get("vector"))
            points.append(models.PointStruct(id=point_id(point["id"]), vector=point.get("vector") or {},
                                             payload=point.get("payload") or {}))
        self.client.upsert(name, points)
        return self.done()

    def check_vector(self, name, vector):
        """Refuses what has another dimension than the collection, in the server's words."""
        declared = self.parameters[name]
        if "size" in declared:
            if not isinstance(vector, list):
                raise Refusal(400, "Wrong input: Not existing vector name error: ")
            pairs = [(vector, declared["size"])]
        else:
            given = vector if isinstance(vector, dict) else {"": vector} if vector else {}
            for key in given:
                if key not in declared:
                    raise Refusal(400, f"Wrong input: Not existing vector name error: {key}")
            pairs = [(value, declared[key]["size"]) for key, value in given.items()]
        for values, size in pairs:
            if len(values) != size:
                raise Refusal(400, f"Wrong input: Vector dimension error: expected dim: {size}, got {len(values)}")

    def delete(self, name, body):
        self.need(name)
        if "points" in body:
            self.client.delete(name, models.PointIdsList(points=[point_id(key) for key in body["points"]]))
        else:
            self.client.delete(name, models.FilterSelector(filter=models.Filter(**body["filter"])))
        return self.done()

    def set_payload(self, name, body, replaces):
        self.need(name)
        points = [point_id(key) for key in body["points"]]
        change = self.client.overwrite_payload if replaces else self.client.set_payload
        change(name, body["payload"], points)
        return self.done()

    def done(self):
        self.operations += 1
        return {"operation_id": self.operations, "status": "completed"}

    def scroll(self, name, body):
        self.need(name)
        condition = models.Filter(**body["filter"]) if body.get("filter") else None
        offset = body.get("offset")
        points, following = self.client.scroll(
            name, scroll_filter=condition, limit=body.get("limit", 10),
            offset=None if offset is None else point_id(offset),
            with_payload=body.get("with_payload", True), with_vectors=body.get("with_vector", False))
        return {"points": [self.shown(point) for point in points], "next_page_offset": following}

    def retrieve(self, name, body):
        self.need(name)
        points = self.client.retrieve(name, [point_id(key) for key in body["ids"]],
                                      with_payload=body.get("with_payload", True),
                                      with_vectors=body.get("with_vector", False))
        return [self.shown(point) for point in points]

    def count(self, name, body):
        self.need(name)
        condition = models.Filter(**body["filter"]) if body.get("filter") else None
        return {"count": self.client.count(name, count_filter=condition).count}

    @staticmethod
    def shown(point):
        shown = {"id": point.id, "payload": point.payload}
        if point.vector is not None:
            shown["vector"] = point.vector
        return shown


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, key):
        super().__init__(("127.0.0.1", 0), Handler)
        self.store, self.key = Store(), key
        self.faults, self.log = [], []

    def handle_error(self, request, client_address):
        """Programs that are killed or give up are what tests do, and no error of the server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def fault(self, method, path):
        """The next fault meant for a request, which is used up by it."""
        for fault in self.faults:
            if fault.get("method", method) == method and fault["target"] in path and fault.get("after", 0) <= 0:
                fault["times"] = fault.get("times", 1) - 1
                if fault["times"] <= 0:
                    self.faults.remove(fault)
                return fault
            if fault.get("method", method) == method and fault["target"] in path:
                fault["after"] -= 1
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    routes = [
        ("GET", r"/collections", lambda store, _, body: {"collections": [{"name": n} for n in sorted(store.parameters)]}),
        ("GET", r"/collections/([^/]+)", lambda store, name, body: store.info(name)),
        ("PUT", r"/collections/([^/]+)", Store.create),
        ("DELETE", r"/collections/([^/]+)", lambda store, name, body: store.delete_collection(name)),
        ("PUT", r"/collections/([^/]+)/index", Store.index),
        ("PUT", r"/collections/([^/]+)/points", Store.upsert),
        ("POST", r"/collections/([^/]+)/points", Store.retrieve),
        ("POST", r"/collections/([^/]+)/points/scroll", Store.scroll),
        ("POST", r"/collections/([^/]+)/points/count", Store.count),
        ("POST", r"/collections/([^/]+)/points/delete", Store.delete),
        ("POST", r"/collections/([^/]+)/points/payload", lambda store, n, body: store.set_payload(n, body, False)),
        ("PUT", r"/collections/([^/]+)/points/payload", lambda store, n, body: store.set_payload(n, body, True)),
    ]

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def log_message(self, *arguments):
        pass

    def answer(self):
        began = time.monotonic()
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        path = urllib.parse.urlsplit(self.path).path.rstrip("/") or "/"
        if path == "/faults":
            self.server.faults = json.loads(text)
            return self.send(200, {"result": True})
        if path == "/log":
            log, self.server.log = self.server.log, []
            return self.send(200, {"result": log})
        self.server.log.append({"method": self.command, "target": self.path, "bytes": length})
        fault = self.server.fault(self.command, self.path) or {}
        if fault.get("kind") == "drop":
            self.close_connection = True
            return None
        if fault.get("kind") == "slow":
            time.sleep(fault["seconds"])
        if fault.get("kind") == "status":
            return self.send(fault["status"], {"status": {"error": fault.get("error", "Service internal error")}, "time": 0})
        if self.server.key is not None and self.headers.get("api-key") != self.server.key:
            missing = "Must provide an API key or an Authorization bearer token"
            return self.send_text(401, missing if self.headers.get("api-key") is None else "Invalid API key or JWT")
        if path == "/":
            return self.send(200, {"title": "qdrant - vector search engine", "version": VERSION, "commit": "0" * 40})
        try:
            result = self.carry_out(path, text)
        except Refusal as refusal:
            return self.send(refusal.status, {"status": {"error": refusal.error}, "time": time.monotonic() - began})
        if fault.get("kind") == "lost":
            self.close_connection = True
            return None
        document = {"result": result, "status": "ok", "time": time.monotonic() - began}
        return self.send(200, document, cut=fault.get("bytes") if fault.get("kind") == "cut" else None)

    def carry_out(self, path, text):
        for method, pattern, action in self.routes:
            match = re.fullmatch(pattern, path)
            if match and method == self.command:
                try:
                    body = json.loads(text) if text else {}
                except ValueError as error:
                    raise Refusal(400, f"Format error in JSON body: {error}") from error
                name = urllib.parse.unquote(match.group(1)) if match.groups() else None
                with self.server.store.lock:
                    return action(self.server.store, name, body)
        raise Refusal(404, "Not found")

    def send(self, status, document, cut=None):
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def send_text(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_POST = do_DELETE = answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key")
    # What the local mode has to say of indexes and sizes is of no interest here.
    warnings.simplefilter("ignore")
    server = Server(parser.parse_args().key)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
