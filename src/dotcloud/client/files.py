"""What a push takes along: the files git would send, of the project and of its submodules, and a fresh lock."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotcloud.client import hashing
from dotcloud.errors.client import FileUnreadable, OddFileNames

if TYPE_CHECKING:
    from dotcloud.vendor.lock import Locked

IGNORE = ".dotcloudignore"
LOCK = "vendor/lock.json"
# Of no use on a box, wherever they stand; a folder with pyvenv.cfg is a virtual environment.
NEVER = frozenset(".git .hg .svn .bzr CVS .dotcloud __pycache__".split())
BYTE_CODE = (".pyc", ".pyo")
VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
# How git names that are not UTF-8 arrive, and how the file system's do.
ODD = re.compile("[\ufffd\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class File:
    """One file or link of a push.

    :param path: posix, relative to the project.
    :param kind: ``file``, ``exec`` or ``link``.
    :param size: bytes; ``sha256`` (hex) is that of the content. A link has a ``target`` instead.
    :param source: the path of the content (``str``), or the content itself (``bytes``).
    """

    path: str
    kind: str
    size: int = 0
    sha256: str = ""
    target: str = ""
    source: str | bytes = b""

    def as_dict(self) -> dict[str, Any]:
        """As the platform wants it listed."""
        if self.kind == "link":
            return {"path": self.path, "kind": self.kind, "target": self.target}
        return {"path": self.path, "kind": self.kind, "size": self.size, "sha256": self.sha256}


def collect(root: Path, locked: Sequence[Locked] | None = None) -> list[File]:
    """The files of a project, by path in order; nothing is written to its tree.

    :param locked: what is known of the packages under vendor/ already; ``None``: it is found out.
    :raises FileUnreadable, OddFileNames:
    """
    paths = _kept(root, _listed(root))
    if odd := [path for path in paths if ODD.search(path)]:
        raise OddFileNames(odd)
    found = [file for file in _files(root, paths) if file.path != LOCK]
    if lock := _lock(root, {file.path for file in found}, locked):
        found.append(lock)
    return sorted(found, key=lambda file: file.path)


def _listed(root: Path) -> Iterable[str]:
    """What git would send; where no git knows the folder, everything in it. ``name/`` is a folder nobody can read."""
    from dotcloud.vendor import git

    known = git.files(root)
    if known is None or (not known and not git.has_git_folder(root)):
        return _walk(os.fspath(root), "")
    return known


def _walk(folder: str, prefix: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            children = list(entries)
    except PermissionError as error:
        if not prefix:
            raise FileUnreadable(".", error.strerror or "") from None
        yield prefix
        return
    if prefix and any(entry.name == VIRTUAL_ENVIRONMENT for entry in children):
        return
    for entry in children:
        if entry.name in NEVER:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name


def _kept(root: Path, paths: Iterable[str]) -> list[str]:
    """Without what never travels and what .dotcloudignore names."""
    paths = list(paths)
    environments = tuple(
        path.removesuffix(VIRTUAL_ENVIRONMENT) for path in paths if path.endswith(f"/{VIRTUAL_ENVIRONMENT}")
    )
    is_ignored = _ignored(root)
    return [
        path
        for path in paths
        if not path.endswith(BYTE_CODE)
        and NEVER.isdisjoint(path.split("/"))
        and not path.startswith(environments or ("\0",))
        and not is_ignored(path)
    ]


def _ignored(root: Path) -> Callable[[str], bool]:
    try:
        lines = (root / IGNORE).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return lambda _: False
    from pathspec import GitIgnoreSpec

    is_ignored: Callable[[str], bool] = GitIgnoreSpec.from_lines(lines).match_file
    return is_ignored


def _files(root: Path, paths: Sequence[str]) -> Iterator[File]:
    """Links at once, contents with their hashes; what is gone, or is neither file nor link, is passed over."""
    contents: dict[str, os.stat_result] = {}
    for path in paths:
        if path.endswith("/"):
            raise FileUnreadable(path, os.strerror(errno.EACCES))
        full = f"{root}/{path}"
        try:
            status = os.lstat(full)
            if stat.S_ISLNK(status.st_mode):
                yield File(path, "link", target=os.readlink(full))
        except (FileNotFoundError, NotADirectoryError):  # tracked, and deleted
            continue
        except OSError as error:
            raise FileUnreadable(path, error.strerror or "") from None
        if stat.S_ISREG(status.st_mode):
            contents[path] = status
    hashes = hashing.of(root, contents)
    for path, status in contents.items():
        kind = "exec" if status.st_mode & 0o100 else "file"
        size, sha256 = hashes[path]
        yield File(path, kind, size, sha256, source=f"{root}/{path}")


def _lock(root: Path, sent: set[str], locked: Sequence[Locked] | None) -> File | None:
    """vendor/lock.json as it is now: the versions of the packages, and the hashes of the trees that are sent."""
    from dotcloud.vendor import git, lock
    from dotcloud.vendor.discover import discover

    vendor = root / "vendor"
    if not vendor.is_dir():
        return None
    if locked is None:
        locked = git.each(lock.lock_entry, discover(vendor))
    if not locked:
        return None
    packages = [asdict(_as_sent(root, entry, sent)) for entry in locked]
    text = json.dumps({"version": lock.FORMAT, "packages": packages}, indent=2) + "\n"
    content = text.encode()
    return File(LOCK, "file", len(content), hashing.of_bytes(content), source=content)


def _as_sent(root: Path, entry: Locked, sent: set[str]) -> Locked:
    """The entry with the hash of what is sent, where that is less than what the lock has seen."""
    from dotcloud.vendor.tree import source_files, tree_hash

    folder = root / entry.path
    if not folder.is_dir() or folder.is_symlink():
        return entry
    prefix = f"{entry.path}/"
    only = frozenset(path.removeprefix(prefix) for path in sent if path.startswith(prefix))
    if not (root / IGNORE).exists() and only >= {path for path, _ in source_files(folder)}:
        return entry
    return replace(entry, tree=tree_hash(folder, only))
