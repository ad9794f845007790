"""What a distribution says of itself, read without building it: from a folder, a source archive or a wheel."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from dotcloud.vendor import archives, pyproject, scm
from dotcloud.vendor.package import BuildSystem, Metadata
from dotcloud.vendor.pyproject import Read

_FIELDS = {"name": "name", "version": "version", "requires_python": "python_requires", "requires": "install_requires"}


def read_folder(folder: Path, document: pyproject.Table | None = None) -> tuple[Metadata, BuildSystem]:
    """The metadata and the build system of a source tree. A pyproject.toml that is no TOML counts as none.

    :param document: its pyproject.toml, where the caller has read it already.
    """
    return read_source(archives.folder_reader(folder), folder, document)


def read_sdist(path: Path) -> tuple[Metadata, BuildSystem]:
    """The same of a source archive, read in place; one that cannot be read says only what its name says."""
    reader = archives.sdist_reader(path)
    metadata, build = read_source(reader) if reader else (Metadata(), pyproject.LEGACY)
    name, version = archives.sdist_name(path.name) or (None, None)
    return replace(metadata, name=metadata.name or name, version=metadata.version or version), build


def read_wheel(path: Path) -> Metadata:
    """The metadata of a wheel (its METADATA, and its file name where that cannot be read)."""
    name, version, _ = archives.wheel_name(path.name)
    headers = archives.wheel_metadata(path)
    if headers is None:
        return Metadata(name=name, version=version)
    metadata = from_headers(headers)
    return replace(metadata, name=metadata.name or name, version=metadata.version or version)


def read_source(
    read: Read, folder: Path | None = None, document: pyproject.Table | None = None
) -> tuple[Metadata, BuildSystem]:
    """The metadata and build system of a project whose files ``read`` gives by posix path."""
    document = _with_hatch_toml(_document(read) if document is None else document, read)
    build = pyproject.build_system(document, read)
    metadata = pyproject.metadata(document, read, scm.version_source(document))
    if build.backend.startswith(("setuptools", "pbr")) or "." not in build.backend:
        metadata = _with_setuptools(metadata, document, read)
    if _is_incomplete(metadata) and (headers := _pkg_info(read, folder)):
        metadata = _fill(metadata, from_headers(headers))
    return metadata, build


def scm_settings(folder: Path, source: str) -> pyproject.Table:
    """What the project tells the tool that reads its version from git tags."""
    read = archives.folder_reader(folder)
    document = _with_hatch_toml(_document(read), read)
    found = scm.settings(document, source)
    if not found and source in ("setuptools-scm", "versioneer"):
        from dotcloud.vendor import legacy

        return legacy.scm_settings(source, read)
    return found


def _document(read: Read) -> pyproject.Table:
    try:
        return pyproject.load(read("pyproject.toml") or "")
    except ValueError:
        return {}


def _with_hatch_toml(document: pyproject.Table, read: Read) -> pyproject.Table:
    """Hatch keeps its settings in pyproject.toml or in a file of its own, which wins."""
    if not pyproject.build_system(document, read).backend.startswith("hatchling"):
        return document
    try:
        own = pyproject.load(read("hatch.toml") or "")
    except ValueError:
        return document
    hatch = {**pyproject.table(document, "tool", "hatch"), **own}
    return {**document, "tool": {**pyproject.table(document, "tool"), "hatch": hatch}}


def _with_setuptools(metadata: Metadata, document: pyproject.Table, read: Read) -> Metadata:
    """``[project]`` first; for what it leaves open setup.py, then setup.cfg, in the order setuptools has."""
    in_project = bool(pyproject.table(document, "project"))
    dynamic = pyproject.dynamic_fields(document)
    if in_project and "version" not in dynamic and "dependencies" not in dynamic:
        return metadata
    from dotcloud.vendor import legacy

    if source := read("setup.py"):
        found, unknown = legacy.from_setup_py(source)
        metadata = _fill(metadata, found)
        if unknown & {"version", "install_requires"} and not metadata.version_source:
            return _fill(metadata, _without(legacy.from_setup_cfg(read("setup.cfg") or "", read), unknown))
    return _fill(metadata, legacy.from_setup_cfg(read("setup.cfg") or "", read), requires_default=())


def _without(metadata: Metadata, unknown: frozenset[str]) -> Metadata:
    hidden = {field: None for field, keyword in _FIELDS.items() if keyword in unknown}
    return replace(metadata, **hidden)


def _fill(metadata: Metadata, other: Metadata, requires_default: tuple[str, ...] | None = None) -> Metadata:
    """``metadata`` with what it lacks from ``other``."""
    source = metadata.version_source or (None if metadata.version else other.version_source)
    requires = other.requires if metadata.requires is None else metadata.requires
    return Metadata(
        name=metadata.name or other.name,
        version=metadata.version or other.version,
        requires_python=metadata.requires_python or other.requires_python,
        requires=requires_default if requires is None else requires,
        version_source=source,
    )


def _is_incomplete(metadata: Metadata) -> bool:
    return not (metadata.name and metadata.version) or metadata.requires is None


def _pkg_info(read: Read, folder: Path | None) -> str | None:
    """PKG-INFO of an unpacked source archive; where there is none, the name a build once left in ``*.egg-info``."""
    if headers := read("PKG-INFO"):
        return headers
    if folder is None:
        return None
    for base in ("", "src"):
        try:
            names = sorted(os.listdir(folder / base))
        except OSError:
            continue
        for name in names:
            if name.endswith(".egg-info") and (headers := read(os.path.join(base, name, "PKG-INFO"))):
                return next((line for line in headers.splitlines() if line.startswith("Name:")), None)
    return None


def from_headers(text: str) -> Metadata:
    """The metadata in METADATA or PKG-INFO (the headers of the core metadata specification)."""
    head = re.split(r"\n\s*\n", text.replace("\r\n", "\n"), maxsplit=1)[0]
    fields: dict[str, list[str]] = {}
    for line in re.sub(r"\n[ \t]+", " ", head).splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip().lower(), []).append(value.strip())
    return Metadata(
        name=_first(fields, "name"),
        version=_first(fields, "version"),
        requires_python=_first(fields, "requires-python"),
        requires=_requires(fields),
    )


def _first(fields: dict[str, list[str]], key: str) -> str | None:
    return next(iter(fields.get(key, ())), None) or None


def _requires(fields: dict[str, list[str]]) -> tuple[str, ...] | None:
    """``Requires-Dist`` without extras; ``None`` where the archive's maker did not know them (``Dynamic``, 1.x)."""
    dynamic = {value.lower() for value in fields.get("dynamic", ())}
    if "requires-dist" in dynamic:
        return None
    lines = fields.get("requires-dist", [])
    return tuple(line for line in lines if not re.search(r"\bextra\s*==", line.partition(";")[2]))
