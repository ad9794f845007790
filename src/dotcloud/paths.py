"""Paths that a person gave, in the one form in which they are compared."""

from __future__ import annotations

from pathlib import Path


def absolute(path: Path) -> Path:
    """``path`` from the root, without ``..``, as installers write it down (``direct_url.json``, PEP 610).

    Symbolic links are followed only where there is a ``..``: what it means depends on them.
    """
    return path.resolve() if ".." in path.parts else path.absolute()
