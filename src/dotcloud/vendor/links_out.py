"""Symbolic links that lead out of the tree they stand in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dotcloud.vendor.tree import source_files


def leaving(folder: Path) -> Iterator[tuple[str, str]]:
    """(posix path, target) of the links below ``folder`` that point outside it; path ``""`` is the folder itself."""
    if folder.is_symlink():
        yield "", os.readlink(folder)
    if not folder.is_dir():
        return
    base = os.path.realpath(folder)
    for path, entry in source_files(folder):
        if entry.is_symlink():
            target = os.readlink(entry.path)
            if os.path.isabs(target) or not _is_inside(os.path.join(base, os.path.dirname(path), target), base):
                yield path, target


def _is_inside(path: str, base: str) -> bool:
    real = os.path.realpath(path)
    return real == base or real.startswith(base + os.sep)
