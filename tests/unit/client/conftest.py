"""A platform in a thread: HTTP on a unix socket, with the real store behind it."""

from __future__ import annotations

import io
import json
import socketserver
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dotcloud.client.api import Client
from dotcloud.errors.store import StoreError
from dotcloud.platform.store import Blobs, Manifest

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers from ``platform.answers`` ("GET /applications"), else as a platform does with uploads."""

    server: FakePlatform

    def handle_any(self) -> None:
        path = self.path.removeprefix("/v1/me")
        self.server.asked.append(f"{self.command} {unquote(path)}")
        key = f"{self.command} {path.partition('?')[0]}"
        answer = self.server.answers.get(key)
        if answer is None:
            self.send(404, {"error": {"description": f"There is no {path}."}})
        elif callable(answer):
            answer(self)
        else:
            self.send(200, answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815

    def send(self, status: int, document: Any = None, raw: bytes | None = None) -> None:
        body = raw if raw is not None else b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *args: object) -> None:
        pass

    def address_string(self) -> str:
        return "socket"


class FakePlatform(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.path = folder / "api.sock"
        self.blobs = Blobs(folder / "blobs")
        self.asked: list[str] = []
        self.revisions: list[Manifest] = []
        self.answers: dict[str, Any] = {
            "POST /applications/shop/uploads": self.told(self.uploads),
            "POST /blobs": self.told(self.receive),
            "POST /applications/shop/revisions": self.told(self.revision),
        }
        super().__init__(str(self.path), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is a part of the tests."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def told(self, action: Callable[[Handler], Any]) -> Answer:
        def answer(handler: Handler) -> None:
            try:
                handler.send(200, {"object": action(handler)})
            except StoreError as error:
                parts = {"what": error.what, "fix": error.fix, "details": list(error.details)}
                handler.send(422, {"error": {"description": str(error), **parts}})

        return answer

    def uploads(self, handler: Handler) -> dict[str, Any]:
        return {"missing": self.blobs.missing(Manifest.parse(handler.body()["files"]))}

    def receive(self, handler: Handler) -> dict[str, Any]:
        content = handler.rfile.read(int(handler.headers["Content-Length"]))
        return {"received": self.blobs.receive(io.BytesIO(content))}

    def revision(self, handler: Handler) -> dict[str, Any]:
        manifest = Manifest.parse(handler.body()["files"])
        self.blobs.require(manifest)
        unchanged = bool(self.revisions) and self.revisions[-1].tree_hash == manifest.tree_hash
        self.revisions.append(manifest)
        return {"revision": f"push-{len(self.revisions)}", "tree": manifest.tree_hash, "unchanged": unchanged}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    # Not under tmp_path: the name of a unix socket is short.
    with tempfile.TemporaryDirectory(prefix="dotcloud-") as folder, FakePlatform(Path(folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(platform: FakePlatform) -> Client:
    return Client(platform.path, "the test's platform")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's hashes are remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"
