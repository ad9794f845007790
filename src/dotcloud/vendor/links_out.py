"""Symbolic links that would lead nowhere on the box."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dotcloud.vendor.package import VendoredPackage
from dotcloud.vendor.tree import source_files


def leaving(package: VendoredPackage) -> Iterator[tuple[Path, str]]:
    """(link, target) of the links of a package that point out of what is sent and built with it.

    A package is built from a copy of its whole entry of vendor/, so its links may point anywhere in that. The
    entry itself may be a link: it is followed in the project's folder, which is sent as a whole.
    """
    entry = package.entry
    if entry.is_symlink():
        target = os.readlink(entry)
        project = package.root.parent
        if _leaves(target, package.root.name, os.path.realpath(project)):
            yield entry, target
    base = os.path.realpath(entry)
    for link in _links(package):
        target = os.readlink(link)
        if _leaves(target, os.path.dirname(link.relative_to(entry)), base):
            yield link, target


def _links(package: VendoredPackage) -> Iterator[Path]:
    if package.path.is_dir():
        yield from (package.path / path for path, found in source_files(package.path) if found.is_symlink())
    elif package.path != package.entry and package.path.is_symlink():
        yield package.path


def _leaves(target: str, folder: str, base: str) -> bool:
    """Whether a link in ``folder`` of ``base`` points out of it, or into it only by the name that it has here."""
    path = os.path.join(folder, target)
    if os.path.isabs(target) or os.path.normpath(path).split(os.sep)[0] == os.pardir:
        return True
    real = os.path.realpath(os.path.join(base, path))
    return real != base and not real.startswith(base + os.sep)
