"""Contents by their SHA-256: written aside, verified, renamed into place; read-only ever after."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from dotcloud.errors.store import BlobsMissing, DiskFull, FileTooLarge, PackBroken, WrongHash
from dotcloud.platform.store.full import is_full
from dotcloud.platform.store.manifest import MAX_FILE, Manifest

CHUNK = 1 << 20
# A pack repeats: 32 bytes SHA-256, 8 bytes length (big-endian), content.
HEADER = struct.Struct(">32sQ")
# A blob that a push was told of is kept this long (seconds), whether a revision needs it yet or not.
GRACE = 3600.0
EXECUTABLE = ".x"
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Readable(Protocol):
    """What a pack comes from: a request's body, a file."""

    def read(self, size: int, /) -> bytes: ...


class Blobs:
    """A folder of contents, ``a/bcdef…``. Any number of processes may use it at once.

    :param limit: bytes a single content may have.
    """

    def __init__(self, folder: Path, limit: int = MAX_FILE) -> None:
        self.folder = folder
        self.base = os.fspath(folder)
        self.limit = limit

    def path(self, sha256: str) -> str:
        return f"{self.base}/{sha256[0]}/{sha256[1:]}"

    def has(self, sha256: str) -> bool:
        return os.path.isfile(self.path(sha256))

    def open(self, sha256: str) -> BinaryIO:
        """The content, to be read. :raises FileNotFoundError:"""
        return open(self.path(sha256), "rb")

    def missing(self, manifest: Manifest) -> list[str]:
        """The contents a list needs that are not here, or not whole. Those that are here now stay for a while."""
        young = time.time() - GRACE / 2
        with self.locked(fcntl.LOCK_SH):
            return [sha for sha, entry in manifest.blobs.items() if not _keep(self.path(sha), entry.size, young)]

    def require(self, manifest: Manifest) -> None:
        """:raises BlobsMissing: the list names contents that are not here."""
        if missing := self.missing(manifest):
            absent = set(missing)
            raise BlobsMissing(missing, [entry.path for entry in manifest.entries if entry.sha256 in absent])

    def add(self, sha256: str, size: int, stream: Readable) -> bool:
        """Take one content of ``size`` bytes from a stream; whether it was new.

        :raises WrongHash, FileTooLarge, PackBroken, DiskFull: and nothing is kept.
        """
        if size > self.limit:
            raise FileTooLarge(size, self.limit)
        final = self.path(sha256)
        with self._part() as part:
            found = self._write(part, size, stream)
            if found != sha256:
                raise WrongHash(sha256, found)
            return self._settle(part, final, size)

    def receive(self, stream: Readable) -> int:
        """Take a pack; how many contents it had. What arrived before a pack breaks stays, unless the disk is full.

        :raises WrongHash, FileTooLarge, PackBroken, DiskFull:
        """
        new: list[str] = []
        count = 0
        try:
            while header := self._header(stream):
                count += 1
                sha256, size = header
                if self.add(sha256, size, stream):
                    new.append(self.path(sha256))
        except DiskFull:
            for path in new:
                _unlink(path)
            raise
        return count

    @contextlib.contextmanager
    def locked(self, how: int) -> Iterator[None]:
        """Hold the store (flock(2)): together with others to say what is here, alone to remove what was old."""
        if not os.path.isdir(self.base):
            _prepare(self.base)
        folder = os.open(self.base, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, how)
            yield
        finally:
            os.close(folder)

    def forget(self, sha256: str) -> None:
        """Drop a content that turned out damaged."""
        _unlink(self.path(sha256))
        _unlink(self.path(sha256) + EXECUTABLE)

    def executable(self, sha256: str) -> str:
        """The path of the same content with the executable bit: hard links of one file cannot differ in it.

        :raises DiskFull, FileNotFoundError:
        """
        path = self.path(sha256) + EXECUTABLE
        if not os.path.exists(path):
            with self._part() as part, self.open(sha256) as source:
                with self._full_is_told(), os.fdopen(os.dup(part.fd), "wb") as copy:
                    shutil.copyfileobj(source, copy, CHUNK)
                times = os.stat(source.fileno())
                os.utime(part.fd, ns=(times.st_atime_ns, times.st_mtime_ns))
                os.fchmod(part.fd, 0o555)
                os.replace(part.path, path)
        return path

    @staticmethod
    def _header(stream: Readable) -> tuple[str, int] | None:
        header = _read(stream, HEADER.size)
        while 0 < len(header) < HEADER.size:
            more = _read(stream, HEADER.size - len(header))
            if not more:
                raise PackBroken("in the middle of a header")
            header += more
        if not header:
            return None
        digest, size = HEADER.unpack(header)
        return digest.hex(), size

    def _write(self, part: _Part, size: int, stream: Readable) -> str:
        digest = hashlib.sha256()
        left = size
        while left:
            chunk = _read(stream, min(left, CHUNK))
            if not chunk:
                raise PackBroken(f"{left:,} bytes of a file are missing")
            digest.update(chunk)
            left -= len(chunk)
            with self._full_is_told():
                write_all(part.fd, chunk)
        return digest.hexdigest()

    def _settle(self, part: _Part, final: str, size: int) -> bool:
        if _keep(final, size, time.time()):
            return False
        os.fchmod(part.fd, 0o444)
        with self._full_is_told():
            try:
                os.replace(part.path, final)
            except FileNotFoundError:
                _prepare(self.base)
                os.replace(part.path, final)
        return True

    @contextlib.contextmanager
    def _part(self) -> Iterator[_Part]:
        path = f"{self.base}/parts/{secrets.token_hex(12)}"
        with self._full_is_told():
            try:
                part = _Part(os.open(path, NEW, 0o600), path)
            except FileNotFoundError:
                _prepare(self.base)
                part = _Part(os.open(path, NEW, 0o600), path)
        try:
            yield part
        finally:
            os.close(part.fd)
            _unlink(part.path)

    @contextlib.contextmanager
    def _full_is_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if is_full(error):
                raise DiskFull(self.base) from None
            raise


class _Part:
    """A content on its way in."""

    def __init__(self, fd: int, path: str) -> None:
        self.fd = fd
        self.path = path


def _keep(path: str, size: int, young: float) -> bool:
    """Whether the blob is here and whole; an old one is made young, so that no collection takes it meanwhile.

    Its change time says how young it is: the time of modification belongs to the sites that link to the file.
    """
    try:
        status = os.stat(path)
        if status.st_size != size:
            return False
        if status.st_ctime < young:
            os.chmod(path, 0o444)
    except FileNotFoundError:
        return False
    return True


def _prepare(base: str) -> None:
    """The folders of a store, for us alone whatever our umask is.

    They appear at once, in place of an empty folder: a store that is filled has only what is missing added.
    """
    fresh = f"{base}.{secrets.token_hex(8)}"
    os.makedirs(os.path.dirname(base), exist_ok=True)
    _make_folders(fresh)
    try:
        os.rename(fresh, base)
    except OSError as error:
        shutil.rmtree(fresh)
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        _make_folders(base)


def _make_folders(base: str) -> None:
    for folder in (base, f"{base}/parts", *(f"{base}/{number:x}" for number in range(16))):
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
            os.chmod(folder, 0o700)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _read(stream: Readable, size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        raise PackBroken(str(error) or type(error).__name__) from None


def write_all(fd: int, chunk: bytes) -> None:
    """Write it whole: a nearly full disk takes a part, and says why at the next call."""
    view = memoryview(chunk)
    while view:
        view = view[os.write(fd, view) :]
