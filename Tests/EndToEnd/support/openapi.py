"""Holds real answers against the hub's own description of its interface."""

import gzip
import json
import re
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jsonschema


class Described:
    """An OpenAPI document as a judge of answers."""

    def __init__(self, document):
        self.document = document
        self.seen = set()
        self._resolver = jsonschema.RefResolver("", document)

    def operations(self):
        """Every (method, path template)."""
        return {(method.upper(), path) for path, item in self.document["paths"].items()
                for method in item if method in ("get", "post", "put", "patch", "delete")}

    def follow(self, node):
        """The node that a reference stands for."""
        while "$ref" in node:
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def template(self, path):
        """The path template that a path fits."""
        bare = path.partition("?")[0]
        for known in self.document["paths"]:
            if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(known)), bare):
                return known
        raise AssertionError(f"{path} is not described")

    def check(self, method, path, reply):
        """Fails where an answer is not as described."""
        template = self.template(path)
        operation = self.document["paths"][template][method.lower()]
        what = f"{method} {template} answers {reply.status}: {reply.body[:300]}"
        assert str(reply.status) in operation["responses"], what
        response = self.follow(operation["responses"][str(reply.status)])
        self.seen.add((method, template, reply.status))
        for name, header in response.get("headers", {}).items():
            self._check_header(name, self.follow(header), reply)
        content = response.get("content")
        if not content:
            assert reply.body == b"", f"{method} {template} {reply.status} has a body"
            return
        kind = reply.headers["content-type"].partition(";")[0]
        assert kind in content, f"{method} {template} {reply.status} is {kind}"
        self._check_body(content[kind], reply)

    def _check_header(self, name, header, reply):
        value = reply.headers.get(name.lower())
        if value is None:
            assert not header.get("required"), f"no header {name} in {reply}"
            return
        schema = self.follow(header.get("schema", {}))
        self.validate(int(value) if schema.get("type") == "integer" else value, schema)

    def _check_body(self, media, reply):
        body = reply.body
        if reply.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if "x-ndjson-line" not in media:
            self.validate(json.loads(body), media["schema"])
            return
        assert body.endswith(b"\n")
        lines = [json.loads(line) for line in body.splitlines()]
        for line in lines:
            self.validate(line, media["x-ndjson-line"])
        self.validate(lines[-1], media["x-ndjson-last-line"])

    def validate(self, value, schema):
        """Fails where a value does not fit a schema of the document."""
        validator = jsonschema.Draft202012Validator(
            schema, resolver=self._resolver, format_checker=jsonschema.draft202012_format_checker)
        errors = [f"{list(error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not errors, errors[:5]
