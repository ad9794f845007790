"""Removing blobs that no list needs any more. Pushes may go on meanwhile."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from dotcloud.platform.store.blobs import EXECUTABLE, GRACE, Blobs
from dotcloud.platform.store.manifest import Manifest


@dataclass(frozen=True)
class Collected:
    """What was removed: how many contents, and how many bytes they had."""

    count: int = 0
    bytes: int = 0


def collect(blobs: Blobs, manifests: Iterable[Manifest], grace: float = GRACE) -> Collected:
    """Remove what none of ``manifests`` (all there are) needs, and what broken uploads left.

    :param grace: seconds; younger blobs stay, since a push may have been told that they are here.
    """
    needed: set[str] = set()
    for manifest in manifests:
        needed.update(manifest.blobs)
    before = time.time() - grace
    unneeded = (entry for name, entry in _stored(blobs) if name not in needed)
    sizes = [size for entry in unneeded if (size := _remove(blobs, entry, before)) >= 0]
    return Collected(len(sizes), sum(sizes))


def _stored(blobs: Blobs) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything in the folder, with the hash it is the content of (``""`` for a part)."""
    with suppress(FileNotFoundError), os.scandir(blobs.folder) as shelves:
        for shelf in shelves:
            prefix = "" if shelf.name == "parts" else shelf.name
            with os.scandir(shelf.path) as entries:
                for entry in entries:
                    yield prefix and prefix + entry.name.removesuffix(EXECUTABLE), entry


def _remove(blobs: Blobs, entry: os.DirEntry[str], before: float) -> int:
    """The size of what was removed; -1 where it stays. Nobody is told meanwhile that it is here."""
    with suppress(FileNotFoundError), blobs.locked(fcntl.LOCK_EX):
        status = entry.stat()
        if status.st_ctime < before:
            os.unlink(entry.path)
            return status.st_size
    return -1
