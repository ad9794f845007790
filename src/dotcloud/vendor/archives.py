"""Wheels and source archives, read in place: their names, and the text of single files in them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dotcloud.vendor.pyproject import Read

if TYPE_CHECKING:
    from zipfile import ZipFile

SDIST_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".zip")
WANTED = ("PKG-INFO", "pyproject.toml", "setup.cfg", "setup.py", "hatch.toml")
LARGEST_TEXT = 4 * 1024 * 1024  # bytes; metadata is smaller, and a hostile archive may claim anything


def is_wheel(name: str) -> bool:
    return name.endswith(".whl") and name.count("-") in (4, 5)


def is_sdist(name: str) -> bool:
    return name.endswith(SDIST_SUFFIXES)


def wheel_name(name: str) -> tuple[str, str, str]:
    """(distribution, version, compatibility tag) of a wheel's file name."""
    parts = name.removesuffix(".whl").split("-")
    return parts[0], parts[1], "-".join(parts[-3:])


def sdist_name(name: str) -> tuple[str, str] | None:
    """(distribution, version) of a source archive named as PEP 625 wants it, or as it was done before."""
    stem = next((name.removesuffix(suffix) for suffix in SDIST_SUFFIXES if name.endswith(suffix)), name)
    found = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._-]*?)-(\d[A-Za-z0-9.!+_]*(?:-\d+)?)", stem)
    return (found[1], found[2]) if found else None


def damage() -> tuple[type[Exception], ...]:
    """What reading a broken archive raises."""
    import lzma
    import tarfile
    import zipfile
    import zlib

    archives = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
    return (*archives, OSError, EOFError, IndexError, ValueError, RuntimeError, NotImplementedError)


def wheel_metadata(path: Path) -> str | None:
    """The text of METADATA; ``None`` when the file is no readable wheel."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return archive.open(metadata_member(archive, path.name)).read(LARGEST_TEXT).decode(errors="replace")
    except damage():
        return None


def metadata_member(archive: ZipFile, wheel: str) -> str:
    """The path of METADATA in a wheel with this file name. :raises IndexError: there is none."""
    distribution, version, _ = wheel_name(wheel)
    names = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
    exact = f"{distribution}-{version}.dist-info/METADATA"
    return exact if exact in names else names[0]


def is_named_wheel(path: Path) -> bool:
    """Whether a file can be installed as a wheel: it is an archive, and tells its distribution's name."""
    text = wheel_metadata(path) if is_wheel(path.name) else None
    return text is not None and re.search(r"(?mi)^name:\s*\S", text) is not None


def sdist_reader(path: Path) -> Read | None:
    """A reader of the files at the top of a source archive; ``None`` when it cannot be read."""
    try:
        found = _zip_texts(path) if path.name.endswith(".zip") else _tar_texts(path)
    except damage():
        return None
    return found.get


def _top_name(name: str) -> str | None:
    """``acme-1.0/setup.py`` -> ``setup.py``, for the files wanted from the top folder only."""
    parts = [part for part in name.split("/") if part != "."]
    return parts[-1] if len(parts) in (1, 2) and parts[-1] in WANTED else None


def _zip_texts(path: Path) -> dict[str, str]:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        wanted = {top: name for name in archive.namelist() if (top := _top_name(name))}
        return {top: archive.open(name).read(LARGEST_TEXT).decode(errors="replace") for top, name in wanted.items()}


def _tar_texts(path: Path) -> dict[str, str]:
    import tarfile

    texts: dict[str, str] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            top = _top_name(member.name)
            if top and member.isreg() and (file := archive.extractfile(member)):
                texts[top] = file.read(LARGEST_TEXT).decode(errors="replace")
    return texts


def folder_reader(folder: Path) -> Read:
    """A reader of the files of a folder, by posix path; never of one outside it."""
    base = os.fspath(folder)

    def read(path: str) -> str | None:
        if path.startswith("/") or ".." in path.split("/"):
            return None
        path = os.path.join(base, path)
        if not os.path.isfile(path):  # reading a pipe would wait for somebody who writes
            return None
        try:
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                return file.read()
        except OSError:
            return None

    return read
