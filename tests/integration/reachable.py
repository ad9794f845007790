"""A clone below a closed folder, such as root's own home: what a test starts as another user has to be elsewhere."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import stat
import tempfile
from pathlib import Path


@functools.cache
def for_everyone(folder: Path, *beside: str) -> Path:
    """The folder; where others cannot enter it or one above it, a copy that they can, until the tests are over.

    :param beside: names of folders next to it that belong to it, as the libraries of a wheel's programs do.
    """
    if os.geteuid() != 0 or all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents)):
        return folder
    place = Path(tempfile.mkdtemp(prefix="for-everyone-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    for name in (folder.name, *beside):
        shutil.copytree(
            folder.with_name(name), place / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
        )
    for path in (place, *(one for one in place.rglob("*") if not one.is_symlink())):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | 0o555 if path.is_dir() or mode & stat.S_IXUSR else mode | 0o444)
    return place / folder.name
