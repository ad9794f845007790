"""Folders of plain modules, put on the path by one ``.pth`` file (see the documentation of :mod:`site`)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from dotcloud.vendor.tree import clean_copy

NAME = "dotcloud-vendor"


def write(site_packages: Path, links: Mapping[str, str], copy: bool = False) -> None:
    """Make exactly ``links`` (label to folder) importable; none removes the file.

    :param copy: copy the folders instead of pointing at them: an environment that outlives vendor/ needs nothing of it.

    A folder that is a package itself is reached through a link in a folder of our own: with its parent, vendor/, on the
    path, every other folder there would be importable as well.
    """
    pth, packages, copies = (site_packages / name for name in (f"{NAME}.pth", f"_{NAME}", f"_{NAME}-copies"))
    shutil.rmtree(packages, ignore_errors=True)
    shutil.rmtree(copies, ignore_errors=True)
    if copy:
        links = {label: str(clean_copy(Path(link), copies / os.path.basename(link))) for label, link in links.items()}
    lines = [link for link in links.values() if not _is_package(link)]
    as_packages = [link for link in links.values() if _is_package(link)]
    if as_packages:
        packages.mkdir()
        for link in as_packages:
            (packages / os.path.basename(link)).symlink_to(link)
        lines.append(str(packages))
    if lines:
        replace_file(pth, "".join(f"{line}\n" for line in lines))
    else:
        pth.unlink(missing_ok=True)


def listed(site_packages: Path) -> str:
    """The text of the ``.pth`` file; empty where there is none."""
    try:
        return (site_packages / f"{NAME}.pth").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def are_listed(site_packages: Path, text: str) -> bool:
    """Whether the ``.pth`` file still says what was written, and the copies it may name are there."""
    return listed(site_packages) == text and all(os.path.isdir(line) for line in text.splitlines())


def _is_package(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "__init__.py"))


def replace_file(path: Path, text: str) -> None:
    """Write a file whole: who reads it meanwhile, or after a crash, has the old text or the new one."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
