"""A vendor/ folder made of texts."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

Plant = Callable[[dict[str, str]], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """``plant({"acme/setup.py": "..."})`` writes files below vendor/ and returns that folder; archives are packed.

    A name that ends in ``.whl`` or ``.tar.gz`` is an archive, and its text that of its METADATA or PKG-INFO.
    """
    root = tmp_path / "project" / "vendor"

    def plant(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith("/"):
                path.mkdir()
            elif name.endswith(".whl"):
                _wheel(path, text)
            elif name.endswith(".tar.gz"):
                _sdist(path, text)
            else:
                path.write_text(text)
        return root

    return plant


def _wheel(path: Path, metadata: str) -> None:
    stem = "-".join(path.name.split("-")[:2])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)


def _sdist(path: Path, text: str) -> None:
    top = path.name.removesuffix(".tar.gz")
    source = path.with_name("PKG-INFO.tmp")
    source.write_text(text)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(source, f"{top}/PKG-INFO")
    source.unlink()
