"""Files that Git LFS has not fetched: a pointer of three lines lies where the content should be.

The format: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dotcloud.vendor.package import VendoredPackage
from dotcloud.vendor.problems import Problem, error, shell, some
from dotcloud.vendor.scene import Scene
from dotcloud.vendor.tree import source_files

# The second one is of its first releases, and is still read.
FIRST_LINES = (b"version https://git-lfs.github.com/spec/v1\n", b"version https://hawser.github.com/spec/v1\n")
LARGEST = 1024  # bytes: what is larger is content, by the format


def check(scene: Scene) -> Iterator[Problem]:
    """Packages with pointers in them: built as they are, they hold the pointers."""
    reported: set[Path] = set()  # a package may lie in another one, whose files are its own as well
    for package in scene.survey.packages:
        files = {file: path for path, file in _files(package) if file not in reported and _is_pointer(file)}
        reported |= files.keys()
        if pointers := list(files.values()):
            checkout = scene.checkout_of(package)
            where = ("-C", checkout.label) if checkout else ()
            text = f"Git LFS has not fetched the content of files, pointers are in their place: {some(pointers)}."
            yield error("lfs-pointer", package.label, text, shell("git", *where, "lfs", "pull"))


def _files(package: VendoredPackage) -> Iterator[tuple[str, Path]]:
    """(path to show, file) of everything that is read of a package: an archive may be a pointer as well."""
    if package.path.is_file():
        yield package.path.name, package.path
    elif package.path.is_dir():
        yield from ((path, Path(entry.path)) for path, entry in source_files(package.path) if entry.is_file())


def _is_pointer(file: Path) -> bool:
    try:
        if not len(FIRST_LINES[1]) < os.path.getsize(file) < LARGEST:
            return False
        with file.open("rb") as opened:
            text = opened.read(LARGEST)
    except OSError:
        return False
    return text.startswith(FIRST_LINES) and b"\noid sha256:" in text
