"""The project that a command is about: the one around the current folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dotcloud.errors.install import NoVendorFolder
from dotcloud.errors.vendor import NoProject


def vendor_folder(start: Path | None = None) -> Path:
    """The vendor/ folder (there or not) of the nearest project from ``start``, by default the current folder, upward.

    A project has vendor/, dotcloud.yml or .git; inside a vendored repository it is the one around that.
    :raises NoProject: there is none.
    :raises NoVendorFolder: vendor is a file.
    """
    start = (start or Path.cwd()).absolute()
    marked = _nearest(start, ("vendor", "dotcloud.yml"))
    repository = _nearest(start, (".git",))
    if marked is None or (repository and _is_deeper(repository, marked)):
        marked = repository
    if marked is None:
        raise NoProject(start)
    folder = marked / "vendor"
    if folder.exists() and not folder.is_dir():
        raise NoVendorFolder(folder)
    return folder


def _nearest(start: Path, marks: Iterable[str]) -> Path | None:
    return next((folder for folder in (start, *start.parents) if any((folder / mark).exists() for mark in marks)), None)


def _is_deeper(repository: Path, marked: Path) -> bool:
    """A repository below a project, and not under its vendor/, is a project of its own."""
    return marked in repository.parents and marked / "vendor" not in (repository, *repository.parents)
