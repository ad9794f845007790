"""What stands under vendor/: packages, folders that hold nothing, folders that hold no package. Nothing is built."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dotcloud.paths import absolute
from dotcloud.vendor import archives, pyproject
from dotcloud.vendor.metadata import read_folder, read_sdist, read_wheel
from dotcloud.vendor.names import normalise
from dotcloud.vendor.package import Kind, VendoredPackage

MEANT_AS_PACKAGES = (".py", ".whl", ".egg", ".tar", ".tar.xz", ".7z", ".rar")
SKIPPED_FOLDERS = frozenset(
    ["test", "tests", "doc", "docs", "example", "examples", "build", "dist", "node_modules", "__pycache__"]
)
UNLISTED = "a folder of modules needs a name in UTF-8 and on one line, because it goes into a .pth file"
DEPTH = 4  # how many levels below a repository packages are looked for


@dataclass
class Survey:
    """All that was found: ``empty`` folders, ``unknown`` entries without a package, ``unreadable`` path -> reason."""

    packages: list[VendoredPackage] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    unreadable: dict[Path, str] = field(default_factory=dict)


def discover(root: Path) -> list[VendoredPackage]:
    """The packages under ``root``, the vendor/ folder, in the order of their paths; none where it is missing."""
    return survey(root).packages


def survey(root: Path) -> Survey:
    """Everything under ``root``, with what is not a package."""
    root = absolute(root)
    found = Survey()
    for entry in _entries(root, found):
        if _leads_nowhere(entry):
            found.unreadable[Path(entry.path)] = f"a symbolic link to {os.readlink(entry.path)}, which is not there"
        elif entry.is_dir():
            _look_into(Path(entry.path), root, found)
        elif archives.is_wheel(entry.name) or archives.is_sdist(entry.name):
            found.packages.append(_archive(Path(entry.path), root))
        elif entry.name.endswith(MEANT_AS_PACKAGES):
            found.unknown.append(Path(entry.path))
    found.packages = _without_second_copies(found.packages)
    return found


def _entries(folder: Path, found: Survey) -> list[os.DirEntry[str]]:
    """The visible files, folders and links in ``folder``; where it cannot be read, none, and a note."""
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".") and _has_content(entry)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        found.unreadable[folder] = error.strerror or str(error)
        return []
    return sorted(visible, key=lambda entry: entry.name)


def _has_content(entry: os.DirEntry[str]) -> bool:
    """Not a pipe, a socket or a device."""
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False) or entry.is_symlink()


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not os.path.exists(entry.path)


def _look_into(folder: Path, root: Path, found: Survey) -> None:
    packages = _packages_in(folder, root, found, DEPTH)
    if packages:
        found.packages += packages
    elif folder in found.unreadable:
        return
    elif _has_modules(folder, found) and not _is_one_line(str(folder)):
        found.unreadable[folder] = UNLISTED
    elif _has_modules(folder, found):
        found.packages.append(VendoredPackage(folder, root, Kind.MODULES, normalise(folder.name)))
    elif not any(name != ".git" for name in os.listdir(folder)):
        found.empty.append(folder)
    else:
        found.unknown.append(folder)


def _is_one_line(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not {"\n", "\r"} & set(path)


def _packages_in(folder: Path, root: Path, found: Survey, depth: int, below: bool = False) -> list[VendoredPackage]:
    """The package that ``folder`` is, and those below it: the root of a workspace may be a package as its members are.

    :param below: ``folder`` lies in a package. Archives are data there, and what is imported holds no packages.
    """
    entries = _entries(folder, found)
    names = {entry.name for entry in entries}
    if below and "__init__.py" in names:
        return []
    document = _document(folder, found) if "pyproject.toml" in names else {}
    packages = []
    if _is_project(folder, names, document):
        packages, below = [_project(folder, root, document)], True
    elif not below:
        packages = [_archive(Path(entry.path), root) for entry in entries if _is_named_archive(entry)]
    for entry in entries if depth else ():
        if entry.is_dir(follow_symlinks=False) and not _is_skipped(entry.name):
            packages += _packages_in(Path(entry.path), root, found, depth - 1, below)
    return packages


def _is_skipped(name: str) -> bool:
    """Samples, and templates of projects, whose names hold what is still to be filled in."""
    return name in SKIPPED_FOLDERS or "{" in name


def _without_second_copies(packages: list[VendoredPackage]) -> list[VendoredPackage]:
    """Of a distribution that lies in another package, and elsewhere too, the one that is nearer to the top."""
    projects = {package.path for package in packages if package.kind is Kind.PROJECT}
    nearest: dict[str, VendoredPackage] = {}
    for package in sorted(packages, key=lambda package: len(package.path.parts)):
        nearest.setdefault(package.name, package)
    return [
        package for package in packages if nearest[package.name] is package or projects.isdisjoint(package.path.parents)
    ]


def _is_project(folder: Path, names: set[str], document: pyproject.Table | None) -> bool:
    if "setup.py" in names or ("setup.cfg" in names and _is_setup_cfg(folder)):
        return True
    return document is None or pyproject.is_package(document)


def _is_setup_cfg(folder: Path) -> bool:
    """A setup.cfg with metadata makes a package; one with nothing but the settings of linters does not."""
    text = archives.folder_reader(folder)("setup.cfg") or ""
    return "[metadata]" in text or "[options]" in text


def _document(folder: Path, found: Survey) -> pyproject.Table | None:
    """The document of pyproject.toml; ``None``, and a note, where it is no TOML."""
    path = folder / "pyproject.toml"
    try:
        return pyproject.load(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        found.unreadable[path] = getattr(error, "strerror", None) or str(error)
        return None


def _project(folder: Path, root: Path, document: pyproject.Table | None) -> VendoredPackage:
    metadata, build = read_folder(folder, document)
    return VendoredPackage(folder, root, Kind.PROJECT, normalise(metadata.name or folder.name), metadata, build)


def _is_named_archive(entry: os.DirEntry[str]) -> bool:
    """Inside a folder only archives named like releases count: a repository may carry others as data."""
    if _leads_nowhere(entry) or not (
        archives.is_wheel(entry.name) or (archives.is_sdist(entry.name) and archives.sdist_name(entry.name))
    ):
        return False
    return entry.is_file()


def _archive(path: Path, root: Path) -> VendoredPackage:
    if archives.is_wheel(path.name):
        metadata = read_wheel(path)
        return VendoredPackage(path, root, Kind.WHEEL, normalise(metadata.name or path.name), metadata)
    metadata, build = read_sdist(path)
    return VendoredPackage(path, root, Kind.SDIST, normalise(metadata.name or path.name), metadata, build)


def _has_modules(folder: Path, found: Survey) -> bool:
    """Whether something in ``folder`` could be imported with it on the path."""
    return any(
        entry.name.endswith(".py") or (entry.is_dir() and os.path.exists(os.path.join(entry.path, "__init__.py")))
        for entry in _entries(folder, found)
        if not _leads_nowhere(entry)
    )


def choose_wheels(packages: Iterable[VendoredPackage], tags: Sequence[str]) -> list[VendoredPackage]:
    """One wheel per distribution and version: the one whose compatibility tag comes first in ``tags``.

    :param tags: what the interpreter accepts, best first, as ``cp311-cp311-manylinux_2_17_x86_64``.

    A wheel that suits nobody stays when it has no sibling: who installs it says why it cannot be.
    """
    ranks = {tag: rank for rank, tag in enumerate(tags)}
    chosen: dict[tuple[str, str | None] | Path, VendoredPackage] = {}
    for package in packages:
        key = (package.name, package.metadata.version) if package.kind is Kind.WHEEL else package.path
        best = chosen.get(key)
        if best is None or _rank(package.path, ranks) < _rank(best.path, ranks):
            chosen[key] = package
    return list(chosen.values())


def _rank(path: Path, ranks: dict[str, int]) -> int:
    return min((ranks.get(tag, len(ranks)) for tag in wheel_tags(path.name)), default=len(ranks))


def wheel_tags(name: str) -> list[str]:
    """Every single tag that a wheel's compressed tag set stands for (PEP 425)."""
    pythons, abis, platforms = archives.wheel_name(name)[2].split("-")
    return [f"{p}-{a}-{o}" for p in pythons.split(".") for a in abis.split(".") for o in platforms.split(".")]
