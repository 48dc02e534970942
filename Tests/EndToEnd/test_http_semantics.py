"""What HTTP itself promises: methods, entity tags, request ids."""

import pytest


def test_an_entity_tag_is_compared_weakly_and_in_lists(hub):
    client = hub.client("alice")
    tag = client.get("/v1/manifest").headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', f'W/"other" , W/{tag}', "*"):
        assert client.get("/v1/manifest", {"If-None-Match": header}).status == 304, header
    for header in ('"other"', f'{tag[:-1]}x"', ""):
        assert client.get("/v1/manifest", {"If-None-Match": header}).status == 200, header


@pytest.mark.parametrize("method, path, allowed", [
    ("DELETE", "/v1/manifest", "GET"), ("POST", "/v1/collections/skills-patterns/winners", "GET"),
    ("PUT", "/v1/collections/skills-patterns/contributions", "GET, POST"), ("POST", "/healthz", "GET"),
    ("GET", "/import/skills-patterns", "POST"), ("GET", "/sync", "POST"), ("POST", "/manifest", "GET")])
def test_a_method_that_a_path_does_not_take_is_named_with_those_it_takes(hub, method, path, allowed):
    reply = hub.client("alice").request(method, path)
    assert reply.status == 405 and reply.headers["allow"] == allowed, reply
    assert reply.problem() == "method-not-allowed"


def test_a_path_that_does_not_exist_is_not_found(hub):
    assert hub.client("alice").get("/v2/manifest").status == 404


def test_a_request_keeps_the_name_it_came_with_where_that_is_harmless(hub):
    client = hub.client("alice")
    assert client.get("/healthz", {"X-Request-Id": "abc-12345_x"}).headers["x-request-id"] == "abc-12345_x"
    for name in ("short", "with space in it", "semi;colon-in-it", "x" * 65):
        assert client.get("/healthz", {"X-Request-Id": name}).headers["x-request-id"] != name
