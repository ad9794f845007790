"""Questions to a platform: HTTP over its unix socket, envelopes taken off, refusals raised.

The standard library speaks it. The libraries that do it with more comfort cost ten times as much start-up (measured:
0.35 s against 0.03 s), which every ``dotcloud`` command would pay.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from dotcloud import __version__
from dotcloud.client import streams
from dotcloud.errors.client import ApiError, Conflict, NotFound, PlatformFailed, PlatformUnreachable, Refused

if TYPE_CHECKING:
    from dotcloud.client.tunnel import Tunnel

PREFIX = "/v1/me"
TIMEOUT = 180.0
GET_ATTEMPTS = 4
LEAVES: dict[int, type[ApiError]] = {400: Refused, 404: NotFound, 409: Conflict, 413: Refused, 422: Refused}


class Broken(Exception):
    """The connection could not be made, or broke; the text says how."""


class Client:
    """A platform that answers at a unix socket. Every request has a connection of its own, so any thread may ask.

    :param where: the endpoint as a person would write it.
    :param ssh: the command line that reaches the box (``ssh -p 22 user@host``); ``None`` on this machine.
    :param closing: what to end with the client.
    :param tunnel: the connection to the box, which can bring more of it here.
    """

    def __init__(
        self,
        path: Path,
        where: str,
        ssh: tuple[str, ...] | None = None,
        closing: ExitStack | None = None,
        tunnel: Tunnel | None = None,
    ) -> None:
        self.path = path
        self.where = where
        self.ssh = ssh
        self.tunnel = tunnel
        self._closing = closing or ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._closing.close()

    def get(self, path: str, **query: Any) -> Any:
        """What is in the envelope (``object`` or ``objects``); ``None`` for an empty answer.

        :param path: below ``/v1/me``, ``/applications/mysite``.
        :param query: ``True`` is a bare flag, ``None`` is left out, a list is several.
        :raises ApiError, PlatformUnreachable:
        """
        for attempt in range(GET_ATTEMPTS):
            try:
                return self._ask("GET", path, None, query)
            except PlatformUnreachable:
                if attempt == GET_ATTEMPTS - 1:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """As :meth:`get`; asked once, since a lost answer may have had its effect."""
        return self._ask("POST", path, body, query)

    def patch(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._ask("PATCH", path, body, query)

    def put(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._ask("PUT", path, body, query)

    def delete(self, path: str, **query: Any) -> Any:
        return self._ask("DELETE", path, None, query)

    def send(self, path: str, chunks: Iterable[bytes], length: int) -> Any:
        """Post ``length`` bytes as they come. :raises ApiError, PlatformUnreachable:"""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        try:
            with self._exchange("POST", path, chunks, headers) as response:
                return _unwrapped(response)
        except Broken as error:
            raise PlatformUnreachable(self.where, str(error)) from None

    def stream(self, path: str, follow: bool = False, **query: Any) -> Iterator[dict[str, Any]]:
        """The entries of a log as they come, its metadata first; taken up again where the connection breaks.

        :raises ApiError: there is no such log.
        :raises StreamLost: it broke off for good.
        """
        flags = {"stream": True, "follow": follow or None}
        return streams.follow(lambda: self._lines(path, flags | query), follow, path)

    def _lines(self, path: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with self._exchange("GET", path + query_string(query), None, {}) as response:
            _raise_refusal(response)
            while line := response.readline():
                if line.strip():
                    try:
                        yield json.loads(line)["object"]
                    except (ValueError, KeyError, TypeError):
                        raise Broken("it broke off in the middle of a line") from None

    def _ask(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._exchange(method, path + query_string(query), content, headers) as response:
                return _unwrapped(response)
        except Broken as error:
            raise PlatformUnreachable(self.where, str(error)) from None

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: dict[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        connection = _UnixConnection(self.path)
        headers |= {"Accept": "application/json", "User-Agent": f"dotcloud/{__version__}", "Connection": "close"}
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # an early refusal: its answer is waiting
                connection.request(method, PREFIX + quote(path, safe="/?&=%:,~"), body, headers)
            yield connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            raise Broken(_told(error)) from None
        finally:
            connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("platform", timeout=TIMEOUT)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def query_string(query: dict[str, Any]) -> str:
    """``?stream&lines=20``; values are quoted."""
    parts = []
    for name, value in query.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        parts += [name if one is True else f"{name}={quote(str(one), safe='')}" for one in values if one is not None]
    return "?" + "&".join(parts) if parts else ""


def _unwrapped(response: http.client.HTTPResponse) -> Any:
    _raise_refusal(response)
    body = response.read()
    document = _json(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise Broken("what answers is not a platform")
    return document.get("object", document.get("objects"))


def _raise_refusal(response: http.client.HTTPResponse) -> None:
    if response.status < 300:
        return
    document = _json(response.read())
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict):
        error = {"description": f"{response.status} {response.reason}"}
    leaf = LEAVES.get(response.status, PlatformFailed if response.status >= 500 else ApiError)
    raise leaf(
        response.status,
        str(error.get("what") or error.get("description") or response.reason),
        str(error.get("meaning") or ""),
        str(error.get("fix") or ""),
        [str(line) for line in error.get("details") or ()],
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _told(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT:g} s"
    if isinstance(error, FileNotFoundError):
        return "its socket is not there"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens at its socket"
    if isinstance(error, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
        return "the connection was cut"
    return str(error) or type(error).__name__
