"""A Qdrant stand-in under test, and a spoke that reads and writes it."""

import hashlib
import json
import os
import subprocess
import urllib.error
import urllib.request

from support.spoke import Spoke

HERE = os.path.dirname(os.path.abspath(__file__))


def interpreter():
    """The Python that has the packages the tests need besides Debian's; `Tests/run` makes it."""
    given = os.environ.get("TRIBUTARY_TEST_PYTHON")
    if given:
        return given
    with open(os.path.join(HERE, "..", "..", "requirements.txt"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:16]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    found = os.path.join(cache, "tributary", f"test-python-{digest}", "bin", "python")
    assert os.path.exists(found), f"{found} is missing; 'Tests/run end-to-end' makes it"
    return found


class Qdrant:
    """One stand-in server."""

    def __init__(self, key=None):
        self.key = key
        words = [interpreter(), os.path.join(HERE, "qdrant_server.py"), *(["--key", key] if key else [])]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, method, path, body=None, expecting=200):
        """One request; returns its result."""
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        if self.key:
            request.add_header("api-key", self.key)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        assert status == expecting, (status, text[:1000])
        return json.loads(text).get("result")

    def make(self, collection="skills-patterns", size=4, **named):
        """Makes a collection; with `named`, one of named vectors of these sizes."""
        vectors = {name: {"size": length, "distance": "Cosine"} for name, length in named.items()}
        self.ask("PUT", f"/collections/{collection}", {"vectors": vectors or {"size": size, "distance": "Cosine"}})

    def put(self, points, collection="skills-patterns"):
        """Writes points as an agent would."""
        for start in range(0, len(points), 500):
            self.ask("PUT", f"/collections/{collection}/points?wait=true", {"points": points[start:start + 500]})

    def delete(self, ids, collection="skills-patterns"):
        self.ask("POST", f"/collections/{collection}/points/delete?wait=true", {"points": ids})

    def points(self, collection="skills-patterns", vectors=False):
        """All points by id."""
        body = {"limit": 100_000, "with_payload": True, "with_vector": vectors}
        found = self.ask("POST", f"/collections/{collection}/points/scroll", body)["points"]
        return {point["id"]: point for point in found}

    def payload(self, key, collection="skills-patterns"):
        """One point's payload; None where there is no such point."""
        found = self.ask("POST", f"/collections/{collection}/points", {"ids": [key], "with_payload": True})
        return found[0]["payload"] if found else None

    def set_payload(self, key, payload, collection="skills-patterns"):
        """Changes members of a payload, as an agent would."""
        self.ask("POST", f"/collections/{collection}/points/payload?wait=true", {"payload": payload, "points": [key]})

    def faults(self, *faults):
        """What goes wrong with the next requests whose target contains a text."""
        self.ask("POST", "/faults", list(faults))

    def log(self):
        """The requests since the last time."""
        return self.ask("GET", "/log")


class QdrantSpoke(Spoke):
    """A workstation whose agents keep their patterns in a Qdrant."""

    def __init__(self, hub, node, qdrant, *, reads=True, writes=True, options=()):
        super().__init__(hub, node)
        self.qdrant, self.reads, self.writes, self.options = qdrant, reads, writes, list(options)

    def words(self, command, *more):
        words = [self.program, command, "--state", self.state]
        if command in ("sync", "run", "push", "pull"):
            words += ["--hub", f"http://127.0.0.1:{self.port}", "--node", self.node, "--token-file", self.token_file]
            words += self.options
        if command in ("sync", "run", "push") and self.reads:
            words += ["--source", f"qdrant:{self.qdrant.url}"]
        if command in ("sync", "run", "pull") and self.writes:
            words += ["--sink", f"qdrant:{self.qdrant.url}"]
        return [*words, *more]
