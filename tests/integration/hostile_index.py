"""A package index (PEP 503) on loopback that has version 99 of every name, and remembers what it was asked for."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import ssl
import sys
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

STRANGER = "ORIGIN = 'stranger'\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: index\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass
class Index:
    """Serves from the moment it is entered until it is left.

    :param wheels: a folder of real wheels, served under their own names and nothing else under these names.
    :param greedy: offer version 99 of every other name; otherwise there is no other name.
    :param requires: what version 99 of a name requires.
    :param tls: speak https, with this context's certificate.
    """

    wheels: Path | None = None
    greedy: bool = True
    requires: dict[str, Sequence[str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        if self.tls:  # the handshake is the connection's own thread's: one that is refused must not end the server
            self.server.socket = self.tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.server.server_port}/simple/"

    @property
    def asked(self) -> set[str]:
        """The names that somebody looked up."""
        return {path.split("/")[2] for path in self.requests if path.startswith("/simple/")}

    @property
    def taken(self) -> set[str]:
        """The names of which somebody fetched version 99."""
        return {name_of(path.rpartition("/")[2]) for path in self.requests if path.endswith("-99-py3-none-any.whl")}

    def answer(self, path: str) -> bytes | None:
        """The page or the file at ``path``; ``None``: there is none."""
        self.requests.append(path)
        if path.startswith("/simple/"):
            return self._page(normalise(path.split("/")[2]))
        if path.startswith("/files/"):
            return self._file(path.rpartition("/")[2])
        return None

    def _page(self, name: str) -> bytes | None:
        files = self._real(name) or ([f"{name.replace('-', '_')}-99-py3-none-any.whl"] if self.greedy else [])
        links = "".join(f'<a href="/files/{file}">{file}</a><br>' for file in files)
        return f"<!DOCTYPE html><html><body>{links}</body></html>".encode() if files else None

    def _real(self, name: str) -> list[str]:
        found = sorted(self.wheels.glob("*.whl")) if self.wheels else []
        return [wheel.name for wheel in found if name_of(wheel.name) == name]

    def _file(self, file: str) -> bytes | None:
        if self.wheels and (self.wheels / file).is_file():
            return (self.wheels / file).read_bytes()
        name = name_of(file)
        return stranger(name, self.requires.get(name, ()))


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust our certificate hangs up: that is what is tested, and no error here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(index: Index) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = index.answer(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html" if "/simple/" in self.path else "application/octet-stream")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body or b"")

        do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    return Handler


def stranger(name: str, requires: Sequence[str] = (), version: str = "99") -> bytes:
    """A wheel under anybody's name, whose module says where it came from."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{module}/__init__.py": STRANGER,
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {line}\n" for line in requires),
        f"{info}/WHEEL": WHEEL,
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(zipfile.ZipInfo(path), text)
    return content.getvalue()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def name_of(wheel: str) -> str:
    return normalise(wheel.partition("-")[0])


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
