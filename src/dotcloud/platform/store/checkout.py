"""A list and its blobs as a tree of files, hidden until it is complete.

A tree that only the platform reads is made of hard links to the blobs, read-only. A tree for a site or for its hooks is
made of copies: it may change what it was pushed (compile messages, ``chmod``, a database file), and no other revision
sees that. Links alone would be faster (10,000 files: 0.2 s against 0.7 s), but under root they refuse all those writes,
and a site that runs as the platform's own user could take the read-only mode away.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from dotcloud.errors.store import BlobDamaged, DiskFull
from dotcloud.platform.store.blobs import CHUNK, Blobs, write_all
from dotcloud.platform.store.full import is_full
from dotcloud.platform.store.manifest import Entry, Manifest

FOLDER_MODE = 0o755
# A link may be refused where the blobs are another file system, or have as many links as they can have, or when another
# process has just put the same content in the place of the one that was looked up.
UNLINKABLE = frozenset({errno.EXDEV, errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.ENOENT})


def checkout(
    manifest: Manifest, blobs: Blobs, target: Path, *, owner: tuple[int, int] | None = None, writable: bool = False
) -> Path:
    """Make the tree at ``target``, in a folder that exists. A target that is there already is complete.

    :param owner: (user id, group id) that a writable tree will belong to; only root can give files away.
    :param writable: copies, in place of read-only hard links to the blobs.
    :raises DiskFull, BlobDamaged: and nothing is left.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    if target.exists():
        return target
    try:
        _Tree(manifest, blobs, part, owner if writable else None, writable).make()
        if owner and writable:
            os.chown(part, *owner)
        _rename(part, target)
    except OSError as error:
        if is_full(error):
            raise DiskFull(os.fspath(target)) from None
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _rename(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError as error:  # somebody else was faster
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise


class _Tree:
    """A tree being made. Everything is reached from an open folder that nobody else can enter yet."""

    def __init__(
        self, manifest: Manifest, blobs: Blobs, root: Path, owner: tuple[int, int] | None, writable: bool
    ) -> None:
        self.manifest = manifest
        self.blobs = blobs
        self.root = root
        self.owner = owner
        self.writable = writable

    def make(self) -> None:
        os.mkdir(self.root, 0o700)
        self.at = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            self._folders()
            put = self._copy if self.writable else self._link
            for entry in self.manifest.entries:
                self._put(entry, put)
            os.fchmod(self.at, FOLDER_MODE)
        finally:
            os.close(self.at)

    def _folders(self) -> None:
        for folder in self.manifest.folders:
            os.mkdir(folder, dir_fd=self.at)
            os.chmod(folder, FOLDER_MODE, dir_fd=self.at)  # whatever our umask is
            if self.owner:
                os.chown(folder, *self.owner, dir_fd=self.at)

    def _put(self, entry: Entry, put: Callable[[Entry, str], None]) -> None:
        if entry.is_link:
            os.symlink(entry.target, entry.path, dir_fd=self.at)
            if self.owner:
                os.chown(entry.path, *self.owner, dir_fd=self.at, follow_symlinks=False)
            return
        try:
            put(entry, self.blobs.path(entry.sha256))
        except FileNotFoundError:
            raise BlobDamaged(entry.path, entry.sha256) from None
        except _CutShort:
            self.blobs.forget(entry.sha256)
            raise BlobDamaged(entry.path, entry.sha256) from None

    def _link(self, entry: Entry, blob: str) -> None:
        if os.stat(blob).st_size != entry.size:
            raise _CutShort
        source = self.blobs.executable(entry.sha256) if entry.is_executable else blob
        try:
            os.link(source, entry.path, dst_dir_fd=self.at)
        except OSError as error:
            if error.errno not in UNLINKABLE:
                raise
            self._copy(entry, blob)

    def _copy(self, entry: Entry, blob: str) -> None:
        source = os.open(blob, os.O_RDONLY)
        try:
            copy = os.open(entry.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=self.at)
            try:
                os.fchmod(copy, self._mode(entry))
                self._fill(source, copy, entry.size)
            finally:
                os.close(copy)
        finally:
            os.close(source)

    def _mode(self, entry: Entry) -> int:
        mode = 0o755 if entry.is_executable else 0o644
        return mode if self.writable else mode & 0o555

    def _fill(self, source: int, copy: int, size: int) -> None:
        status = os.fstat(source)
        if status.st_size != size:
            raise _CutShort
        if size <= CHUNK:
            write_all(copy, os.read(source, size))
        else:
            while os.sendfile(copy, source, None, CHUNK):
                pass
        # The same content keeps its time from release to release, so that browsers may keep what they have.
        os.utime(copy, ns=(status.st_mtime_ns, status.st_mtime_ns))
        if self.owner:
            os.fchown(copy, *self.owner)


class _CutShort(Exception):
    """A blob that is not as long as its content."""
