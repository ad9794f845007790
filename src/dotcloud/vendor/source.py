"""A vendored package's source, laid out to be built: a clean copy of its folder, or its archive unpacked."""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from dotcloud.errors.install import BadArchive
from dotcloud.vendor import archives
from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.tree import clean_copy


def prepare(package: VendoredPackage, folder: Path, files: Mapping[str, str]) -> Path:
    """Lay the source out below the new folder ``folder`` and return where it stands.

    :param files: name to text of files that are added to the copy of a folder.
    :raises BadArchive: the archive cannot be read, or holds anything but one source tree.
    """
    target = folder / "source"
    if package.kind is Kind.SDIST:
        folder.mkdir(parents=True)
        return unpack(package.path, target)
    # A package of a repository with several may read files above its own folder.
    source = clean_copy(package.entry, target) / package.path.relative_to(package.entry)
    for name, text in files.items():
        (source / name).write_text(text)
    return source


def unpack(archive: Path, target: Path) -> Path:
    """Unpack a source archive; entries that leave the folder are refused (PEP 706)."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(target)  # noqa: S202 - zipfile keeps entries inside, see its documentation
        else:
            with tarfile.open(archive) as opened_tar:
                _extract(opened_tar, target)
    except archives.damage() as error:
        raise BadArchive(archive, str(error).partition(":\n")[0]) from None
    top = [entry for entry in target.iterdir() if entry.is_dir()] if target.is_dir() else []
    if len(top) != 1:
        raise BadArchive(archive, f"{len(top)} folders at its top, where a source archive has one")
    return top[0]


def _extract(archive: tarfile.TarFile, target: Path) -> None:
    """Unpack with the ``data`` filter; Python before 3.11.4 has none, there what matters here of it is done by hand."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(target, filter="data")
        return
    for member in archive.getmembers():
        linked = os.path.join(os.path.dirname(member.name), member.linkname) if member.issym() else member.linkname
        for path in (member.name, linked):
            if os.path.isabs(path) or os.path.normpath(path).startswith(".."):
                raise tarfile.TarError(f"{member.name} leads out of the archive")
        if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
            raise tarfile.TarError(f"{member.name} is neither a file nor a folder")
    archive.extractall(target)  # noqa: S202 - checked above
