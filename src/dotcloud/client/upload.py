"""Sending a project: the list first, then only the contents the platform lacks, then the revision."""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from dotcloud.client.api import Client
from dotcloud.client.files import File
from dotcloud.errors.client import FileChanged, FileUnreadable, Refused

# A pack repeats: 32 bytes SHA-256, 8 bytes length (big-endian), content.
HEADER = struct.Struct(">32sQ")
PACK_BYTES = 4 << 20
PACK_FILES = 512
CONNECTIONS = 4
CHUNK = 1 << 18
# A collection of garbage may take a content away between the list and the revision; then it is sent again.
ATTEMPTS = 3

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Revision:
    """What a push became. ``unchanged``: the platform had this very tree as its newest revision."""

    name: str
    tree: str
    unchanged: bool


def upload(
    client: Client,
    application: str,
    environment: str,
    files: Sequence[File],
    message: str = "",
    progress: Progress = lambda *_: None,
) -> Revision:
    """Make a revision of ``files``.

    :param progress: called with (bytes sent, bytes to send), from any thread, one at a time.
    :raises FileChanged, FileUnreadable: and no revision was made.
    :raises ApiError, PlatformUnreachable:
    """
    listed = [file.as_dict() for file in files]
    for attempt in range(ATTEMPTS):
        _send_missing(client, application, environment, files, listed, progress)
        try:
            return _revision(client, application, environment, listed, message)
        except Refused:
            if attempt == ATTEMPTS - 1 or not _missing(client, application, environment, listed):
                raise
    raise AssertionError


def _revision(
    client: Client, application: str, environment: str, listed: list[dict[str, object]], message: str
) -> Revision:
    body = {"files": listed, "message": message}
    made = client.post(f"/applications/{application}/revisions", body, environment=environment)
    return Revision(made["revision"], made["tree"], bool(made.get("unchanged")))


def missing(client: Client, application: str, environment: str, files: Sequence[File]) -> set[str]:
    """The SHA-256 of the contents that the platform lacks."""
    return _missing(client, application, environment, [file.as_dict() for file in files])


def _missing(client: Client, application: str, environment: str, listed: list[dict[str, object]]) -> set[str]:
    path = f"/applications/{application}/uploads"
    return set(client.post(path, {"files": listed}, environment=environment)["missing"])


def _send_missing(
    client: Client,
    application: str,
    environment: str,
    files: Sequence[File],
    listed: list[dict[str, object]],
    progress: Progress,
) -> None:
    lacking = _missing(client, application, environment, listed)
    contents = list({file.sha256: file for file in files if file.sha256 in lacking}.values())
    counter = _Counter(sum(file.size for file in contents), progress)
    packs = list(packed(contents))
    if len(packs) < 2:
        for pack in packs:
            _send(client, pack, counter)
        return
    with ThreadPoolExecutor(min(CONNECTIONS, len(packs))) as pool:
        try:
            for sent in as_completed([pool.submit(_send, client, pack, counter) for pack in packs]):
                sent.result()
        except BaseException:
            counter.stop()
            pool.shutdown(cancel_futures=True)
            raise


class _Counter:
    """Bytes sent by all threads together."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total = total
        self.sent = 0
        self.progress = progress
        self.stopped = False
        self.lock = threading.Lock()
        progress(0, total)

    def add(self, count: int) -> None:
        if self.stopped:
            raise _Stopped
        with self.lock:
            self.sent += count
            self.progress(self.sent, self.total)

    def stop(self) -> None:
        self.stopped = True


class _Stopped(Exception):
    """Another pack failed, or the person pressed Ctrl-C: what is on its way is of no use any more."""


def packed(files: Iterable[File]) -> Iterator[list[File]]:
    """Files in groups that travel together."""
    pack: list[File] = []
    size = 0
    for file in files:
        if pack and (size + file.size > PACK_BYTES or len(pack) >= PACK_FILES):
            yield pack
            pack, size = [], 0
        pack.append(file)
        size += file.size
    if pack:
        yield pack


def _send(client: Client, pack: Sequence[File], counter: _Counter) -> None:
    length = sum(HEADER.size + file.size for file in pack)
    client.send("/blobs", buffered(chunk for file in pack for chunk in chunks(file, counter.add)), length)


def chunks(file: File, sent: Callable[[int], None]) -> Iterator[bytes]:
    """A file as a part of a pack. :raises FileChanged: it is no longer what was listed."""
    yield HEADER.pack(bytes.fromhex(file.sha256), file.size)
    digest = hashlib.sha256()
    left = file.size
    with _opened(file) as source:
        while left:
            try:
                chunk = source.read(min(CHUNK, left))
            except OSError as error:
                raise FileUnreadable(file.path, error.strerror or "") from None
            left -= len(chunk)
            digest.update(chunk)
            if not chunk or (not left and digest.hexdigest() != file.sha256):
                raise FileChanged(file.path)
            yield chunk
            sent(len(chunk))


def _opened(file: File) -> BinaryIO:
    if isinstance(file.source, bytes):
        return BytesIO(file.source)
    try:
        return open(file.source, "rb", buffering=0)
    except FileNotFoundError:
        raise FileChanged(file.path) from None
    except OSError as error:
        raise FileUnreadable(file.path, error.strerror or "") from None


def buffered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: a write for each small file would cost more than its content."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
