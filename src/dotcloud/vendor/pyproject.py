"""pyproject.toml as a value: the build system (PEP 518), the metadata (PEP 621), and tools with words of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dotcloud.vendor.package import BuildSystem, Metadata

Table = dict[str, Any]
Read = Callable[[str], "str | None"]  # a file of the project by its posix path -> its text; None where there is none

LEGACY = BuildSystem(requires=("setuptools",), backend="setuptools.build_meta:__legacy__")
# A project from before PEP 518 may import what newer releases have dropped, and has no way to say so.
WITH_PKG_RESOURCES = BuildSystem(requires=("setuptools<81",), backend=LEGACY.backend)
# Older than PEP 518, such a project says nothing that setuptools could build.
POETRY = BuildSystem(requires=("poetry-core",), backend="poetry.core.masonry.api")
DEFAULT_VERSION_PATTERN = r"(?im)^(?:__version__|VERSION)(?:\s*:\s*str)?\s*=\s*(['\"])v?(?P<version>.+?)\1"


def load(text: str) -> Table:
    """The document. :raises ValueError: it is no TOML (a byte order mark is forgiven)."""
    import tomllib

    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def table(data: Any, *keys: str) -> Table:
    """The table at a dotted path; empty where there is none, or where something else stands there."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def is_package(data: Table) -> bool:
    """Whether the document describes a distribution, as against the settings of some tools or of a workspace."""
    if table(data, "tool", "uv").get("package") is False or table(data, "tool", "poetry").get("package-mode") is False:
        return False
    if table(data, "build-system"):
        return True
    is_workspace = bool(table(data, "tool", "uv", "workspace"))
    return bool(table(data, "project") or table(data, "tool", "poetry")) and not is_workspace


def build_system(data: Table, read: Read) -> BuildSystem:
    """``[build-system]``, with the defaults of PEP 517 and PEP 518 where it, or its backend, is missing."""
    declared = table(data, "build-system")
    if not declared:
        return POETRY if table(data, "tool", "poetry") and not table(data, "project") else _legacy(read)
    requires = strings(declared.get("requires")) or ()
    return BuildSystem(
        requires=requires,
        backend=text(declared.get("build-backend")) or LEGACY.backend,
        backend_path=strings(declared.get("backend-path")) or (),
    )


def _legacy(read: Read) -> BuildSystem:
    return WITH_PKG_RESOURCES if "pkg_resources" in (read("setup.py") or "") else LEGACY


def metadata(data: Table, read: Read, source: str | None) -> Metadata:
    """What the document says of the distribution; fields it leaves to a build are ``None``.

    :param source: the tool that reads the version from git tags.
    """
    if project := table(data, "project"):
        return _from_project(data, project, read, source)
    if table(data, "tool", "poetry"):
        from dotcloud.vendor import poetry

        return poetry.metadata(table(data, "tool", "poetry"), source)
    if flit := table(data, "tool", "flit", "metadata"):
        return _from_flit(flit, read)
    return Metadata(version_source=source)


def dynamic_fields(data: Table) -> frozenset[str]:
    """The fields of ``[project]`` that only the backend knows."""
    return frozenset(strings(table(data, "project").get("dynamic")) or ())


def _from_project(data: Table, project: Table, read: Read, source: str | None) -> Metadata:
    dynamic = dynamic_fields(data)
    version = text(project.get("version"))
    if version is None and source is None:
        version = _dynamic_version(data, read)
    requires = strings(project.get("dependencies"))
    if requires is None:
        requires = _dynamic_requires(data, read) if "dependencies" in dynamic else ()
    return Metadata(
        name=text(project.get("name")),
        version=version,
        requires_python=text(project.get("requires-python")),
        requires=requires,
        version_source=source if "version" in dynamic else None,
    )


def _dynamic_version(data: Table, read: Read) -> str | None:
    """A version that a backend reads from a file of the tree, as setuptools, hatchling, flit and PDM do it."""
    declared = table(data, "tool", "setuptools", "dynamic", "version")
    if attribute := text(declared.get("attr")):
        return version_of_attribute(attribute, read, package_folders(table(data, "tool", "setuptools")))
    if files := strings(declared.get("file")):
        return (read(files[0]) or "").strip() or None
    for tool in ("hatch", "pdm"):
        if path := text(table(data, "tool", tool, "version").get("path")):
            return version_in(read(path), text(table(data, "tool", tool, "version").get("pattern")))
    if build_system(data, read).backend.startswith("flit"):
        module = text(table(data, "tool", "flit", "module").get("name")) or text(table(data, "project").get("name"))
        return _flit_version((module or "").replace("-", "_"), read)
    return None


def _dynamic_requires(data: Table, read: Read) -> tuple[str, ...] | None:
    files = strings(table(data, "tool", "setuptools", "dynamic", "dependencies").get("file"))
    return requirement_lines(read(files[0])) if files and len(files) == 1 else None


def _from_flit(flit: Table, read: Read) -> Metadata:
    module = text(flit.get("module")) or ""
    return Metadata(
        name=text(flit.get("dist-name")) or module or None,
        version=_flit_version(module, read),
        requires_python=text(flit.get("requires-python")),
        requires=strings(flit.get("requires")) or (),
    )


def _flit_version(module: str, read: Read) -> str | None:
    return version_of_attribute(f"{module}.__version__", read, ("", "src")) if module else None


def package_folders(setuptools: Table) -> tuple[str, ...]:
    """Where the modules of a setuptools project may lie, relative to its root."""
    declared = text(table(setuptools, "package-dir").get(""))
    where = strings(table(setuptools, "packages", "find").get("where")) or ()
    return (*((declared,) if declared else ()), *where, "", "src")


def version_of_attribute(attribute: str, read: Read, folders: tuple[str, ...]) -> str | None:
    """The literal text assigned to ``package.module.NAME``, found without importing it."""
    module, _, name = attribute.rpartition(".")
    base = module.replace(".", "/")
    pattern = rf"(?m)^{re.escape(name)}\s*(?::[^=\n]+)?=\s*(['\"])(?P<version>[^'\"\n]+)\1[ \t;]*(?:#.*)?$"
    for folder in folders:
        prefix = f"{folder.strip('/')}/" if folder.strip("./") else ""
        for path in (f"{prefix}{base}.py", f"{prefix}{base}/__init__.py"):
            if (source := read(path)) is not None and (version := version_in(source, pattern)):
                return version
    return None


def version_in(source: str | None, pattern: str | None = None) -> str | None:
    """The version in a module's text by a pattern with a group ``version``."""
    if source is None:
        return None
    try:
        found = re.search(pattern or DEFAULT_VERSION_PATTERN, source, 0 if pattern is None else re.MULTILINE)
        return found["version"] if found else None
    except (re.error, IndexError):
        return None


def requirement_lines(source: str | None) -> tuple[str, ...] | None:
    """The requirements in the text of a requirements file; ``None`` when it holds options (``-r``, ``-e``)."""
    if source is None:
        return None
    lines = [re.sub(r"(^|\s)#.*$", "", line).strip() for line in source.splitlines()]
    lines = [line for line in lines if line]
    return None if any(line.startswith("-") for line in lines) else tuple(lines)


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def strings(value: Any) -> tuple[str, ...] | None:
    """A list of texts, a lone text as a list of one; ``None`` where it is neither."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return None
