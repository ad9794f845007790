"""Which tool, if any, reads a project's version from git tags."""

from __future__ import annotations

import re

from dotcloud.vendor.pyproject import Table, table

SETTINGS = {
    "setuptools-scm": ("setuptools_scm",),
    "hatch-vcs": ("hatch", "version"),
    "pdm": ("pdm", "version"),
}
HATCH_SOURCES = {"vcs": "hatch-vcs", "uv-dynamic-versioning": "uv-dynamic-versioning", "versioningit": "versioningit"}


def version_source(data: Table) -> str | None:
    """The tool named by pyproject.toml, for a version that is not written in it."""
    tools = table(data, "tool")
    backend = str(table(data, "build-system").get("build-backend", ""))
    requires = [str(item) for item in table(data, "build-system").get("requires") or ()]
    if table(data, "project").get("version"):
        return None
    if source := _by_backend(tools, backend):
        return source
    if not backend.startswith("setuptools") and backend:
        return None
    if "setuptools_scm" in tools or _simple_setuptools_scm(data, requires):
        return "setuptools-scm"
    if table(tools, "setuptools-git-versioning").get("enabled"):
        return "setuptools-git-versioning"
    return next((tool for tool in ("versioningit", "versioneer") if tool in tools), None)


def _by_backend(tools: Table, backend: str) -> str | None:
    if backend.startswith("hatchling"):
        return HATCH_SOURCES.get(str(table(tools, "hatch", "version").get("source")))
    if backend.startswith("pdm"):
        return "pdm" if table(tools, "pdm", "version").get("source") == "scm" else None
    if backend.startswith("poetry_dynamic_versioning"):
        return "poetry-dynamic-versioning" if table(tools, "poetry-dynamic-versioning").get("enable") else None
    if backend.startswith("scikit_build_core"):
        provider = str(table(tools, "scikit-build", "metadata", "version").get("provider"))
        return "setuptools-scm" if provider.endswith("setuptools_scm") else None
    return "pbr" if backend.startswith("pbr") else None


def _simple_setuptools_scm(data: Table, requires: list[str]) -> bool:
    """The extra that switches setuptools-scm (9 and later) on without a section of its own."""
    dynamic = table(data, "project").get("dynamic") or ()
    return "version" in dynamic and any(re.match(r"setuptools[-_.]scm\s*\[[^\]]*\bsimple\b", item) for item in requires)


def settings(data: Table, source: str) -> Table:
    """The table of pyproject.toml that ``source`` reads."""
    return table(data, "tool", *SETTINGS.get(source, (source,)))
