"""A source tree as a value: which of its files are source, their hash, and a clean copy to build from.

Builders leave ``build/``, ``*.egg-info`` and byte code behind, and setuptools takes modules that were deleted from the
source out of such residue again. So residue is neither hashed nor copied. Time stamps count for nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

RESIDUE_DIRECTORIES = frozenset(
    "__pycache__ .git .hg .svn .eggs .tox .nox .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis".split()
)
RESIDUE_SUFFIXES = (".pyc", ".pyo")
# At the top of a package only, wherever in its repository that is: deeper, a folder may well be source called "build".
PACKAGE_FILES = frozenset(["pyproject.toml", "setup.py", "setup.cfg"])
TOP_RESIDUE = re.compile(r".*\.egg-info")
BUILD_FOLDER_CONTENT = re.compile(r"lib|lib\..+|bdist\..+|temp\..+|scripts-.+|wheel|\.gitignore")


def source_files(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The source files (and symbolic links) below ``root``, as (posix path, entry), in a stable order.

    Sockets, pipes and devices are no source: git does not keep them either.
    """
    yield from _walk(os.fspath(root), "", "")


def _walk(folder: str, prefix: str, inside: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """:param prefix: the path of ``folder`` below the root, and ``inside``: below the package that it belongs to."""
    with os.scandir(folder) as entries:
        children = sorted(entries, key=lambda entry: entry.name)
    if any(entry.name in PACKAGE_FILES for entry in children):
        inside = ""
    for entry in children:
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if not _is_residue_directory(inside + entry.name, entry):
                yield from _walk(entry.path, path + "/", f"{inside}{entry.name}/")
        elif entry.name != ".git" and not entry.name.endswith(RESIDUE_SUFFIXES) and _has_content(entry):
            yield path, entry


def _has_content(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or entry.is_symlink()


def _is_residue_directory(path: str, entry: os.DirEntry[str]) -> bool:
    """:param path: below the package that the folder belongs to."""
    if entry.name in RESIDUE_DIRECTORIES:
        return True
    if "/" not in path or (path.startswith("src/") and path.count("/") == 1):
        return bool(TOP_RESIDUE.fullmatch(entry.name)) or (path == "build" and _is_build_output(entry.path))
    return False


def _is_build_output(folder: str) -> bool:
    """A top-level ``build/`` that a builder left, as against one that is somebody's source."""
    children = os.listdir(folder)
    return bool(children) and all(BUILD_FOLDER_CONTENT.fullmatch(name) for name in children)


def tree_hash(root: Path, only: frozenset[str] | None = None) -> str:
    """SHA-256 (hex) over path, kind, executable bit and content of every source file.

    :param only: count only these paths (what git would send); ``None`` counts every source file.
    """
    digest = hashlib.sha256()
    for path, entry in source_files(root):
        if only is None or path in only:
            digest.update(_entry_hash(path, entry))
    return digest.hexdigest()


def _entry_hash(path: str, entry: os.DirEntry[str]) -> bytes:
    if entry.is_symlink():
        kind, content = b"link", os.fsencode(os.readlink(entry.path))
    else:
        kind = b"exec" if entry.stat().st_mode & 0o100 else b"file"
        with open(entry.path, "rb", buffering=0) as file:
            content = file.read()
    header = b"%s %s %d\0" % (kind, os.fsencode(path), len(content))
    return hashlib.sha256(header + content).digest()


def file_hash(path: Path) -> str:
    """SHA-256 (hex) of one file: the identity of an archive."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean_copy(root: Path, target: Path) -> Path:
    """Copy the source files of ``root`` to the new folder ``target``: nothing built, no time stamps."""
    target.mkdir(parents=True)
    for path, entry in source_files(root):
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if entry.is_symlink():
            copy.symlink_to(os.readlink(entry.path))
        else:
            shutil.copyfile(entry.path, copy)
            copy.chmod(entry.stat().st_mode & 0o777 | 0o600)
    return target
