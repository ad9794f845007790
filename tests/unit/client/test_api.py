"""Questions and answers: envelopes, refusals, connections that fail."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dotcloud.client import api
from dotcloud.client.api import Client, query_string
from dotcloud.errors.client import Conflict, NotFound, PlatformFailed, PlatformUnreachable, Refused


def test_envelopes_are_taken_off(platform: Any, client: Client):
    platform.answers |= {
        "GET /one": {"object": {"a": 1}},
        "GET /many": {"objects": [1, 2]},
        "GET /none": {},
        "DELETE /gone": lambda handler: handler.send(204),
    }
    assert client.get("/one") == {"a": 1}
    assert client.get("/many") == [1, 2]
    assert client.get("/none") is None
    assert client.delete("/gone") is None


def test_bodies_and_queries_arrive(platform: Any, client: Client):
    seen = []
    for method in ("POST", "PATCH", "PUT"):
        platform.answers[f"{method} /x"] = platform.told(lambda handler: seen.append(handler.body()))
    client.post("/x", {"a": "é"}, environment="staging")
    client.patch("/x", {"b": None})
    client.put("/x", ["c"])
    assert seen == [{"a": "é"}, {"b": None}, ["c"]]
    assert platform.asked[0] == "POST /x?environment=staging"


def test_what_a_query_looks_like():
    assert query_string({"stream": True, "follow": None, "lines": 20, "arg": ["ls", "-l &"], "no": False}) == (
        "?stream&lines=20&arg=ls&arg=-l%20%26&no=False"
    )
    assert query_string({}) == ""


def test_odd_characters_in_a_path_are_quoted(platform: Any, client: Client):
    with pytest.raises(NotFound):
        client.get("/applications/a b\r\nX: y")
    assert platform.asked == ["GET /applications/a b\r\nX: y"]


@pytest.mark.parametrize(
    ("status", "leaf"), [(400, Refused), (404, NotFound), (409, Conflict), (422, Refused), (500, PlatformFailed)]
)
def test_refusals_keep_their_words(platform: Any, client: Client, status: int, leaf: type[Exception]):
    error = {"description": "all of it", "what": "No.", "meaning": "Really not.", "fix": "do that", "details": ["x"]}
    platform.answers["POST /x"] = lambda handler: handler.send(status, {"error": error})
    with pytest.raises(leaf) as caught:
        client.post("/x")
    assert str(caught.value) == "No.\n  x\nReally not.\nFix: do that"
    assert caught.value.status == status  # type: ignore[attr-defined]


def test_a_refusal_that_is_not_json(platform: Any, client: Client):
    platform.answers["POST /x"] = lambda handler: handler.send(502, raw=b"<html>")
    with pytest.raises(PlatformFailed, match="502"):
        client.post("/x")


def test_an_answer_that_is_no_platform_s(platform: Any, client: Client):
    platform.answers["POST /x"] = lambda handler: handler.send(200, raw=b"hello")
    with pytest.raises(PlatformUnreachable, match="not a platform"):
        client.post("/x")


def test_a_question_is_asked_again_and_an_order_is_not(platform: Any, client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api.time, "sleep", lambda seconds: None)
    cut = iter([True, True, False, True])

    def answer(handler: Any) -> None:
        if next(cut):
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            handler.send(200, {"object": 1})

    platform.answers |= {"GET /x": answer, "POST /x": answer}
    assert client.get("/x") == 1
    with pytest.raises(PlatformUnreachable, match="the connection was cut"):
        client.post("/x")
    assert platform.asked == ["GET /x"] * 3 + ["POST /x"]


@pytest.mark.parametrize("stale", [True, False])
def test_nobody_there(tmp_path: Path, stale: bool):
    path = tmp_path / "s"
    if stale:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    with pytest.raises(PlatformUnreachable, match="nobody listens" if stale else "not there"):
        Client(path, "here").post("/x")


def test_an_early_refusal_of_a_large_body_is_read(platform: Any, client: Client):
    def refuse(handler: Any) -> None:
        handler.send(422, {"error": {"description": "The disk is full."}})

    platform.answers["POST /blobs"] = refuse
    with pytest.raises(Refused, match="The disk is full"):
        client.send("/blobs", (b"x" * 65536 for _ in range(200)), 65536 * 200)


def test_the_client_starts_quickly():
    """Everything that takes long to import waits until it is needed."""
    code = "import sys, dotcloud.client.endpoint; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"httpx", "yaml", "pathspec", "platformdirs", "rich", "django", "packaging", "asyncio"}
    assert heavy.isdisjoint(loaded)
