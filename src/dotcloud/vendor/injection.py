"""What ``.git`` would have told a build, handed to a build that has none: the version, and which files are tracked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dotcloud.errors.vendor import NoVersion
from dotcloud.vendor import git
from dotcloud.vendor.lock import Lock, archival_for, versions_for
from dotcloud.vendor.package import Kind, VendoredPackage


@dataclass(frozen=True)
class Injection:
    """Environment variables of one build, and files (name to text) put into its copy of the source."""

    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


NOTHING = Injection()
# The settings of these tools that give a version where git gives none.
FALLBACKS = ("fallback_version", "fallback-version", "default-version", "starting_version")


def injections(packages: Sequence[VendoredPackage], lock: Lock | None) -> dict[str, Injection]:
    """What each build is given, by label; packages that need nothing are left out.

    :raises NoVersion: packages whose version nothing tells.
    """
    projects = [package for package in packages if package.kind is Kind.PROJECT]
    versions = versions_for(projects, lock)
    from_tags = [package for package in projects if package.metadata.version_source and package.path not in versions]
    if unknown := [package.label for package in from_tags if not _can_find_out(package, lock)]:
        raise NoVersion(unknown)
    told = {package.label: _injection(package, lock, versions.get(package.path)) for package in projects}
    return {label: injection for label, injection in told.items() if injection != NOTHING}


def _can_find_out(package: VendoredPackage, lock: Lock | None) -> bool:
    """Whether the tool that reads the version has something to read it from, in its build."""
    from dotcloud.vendor.metadata import scm_settings
    from dotcloud.vendor.versions import pretend

    if git.own_repository(package.path, package.root) or any(name in os.environ for name in pretend(package.name, "")):
        return True
    entry = (lock or {}).get(package.label)
    settings = scm_settings(package.path, package.metadata.version_source or "")
    given = {**settings, **(settings.get("raw-options") or {})}
    return bool(entry and entry.describe) or any(given.get(name) for name in FALLBACKS)


def _injection(package: VendoredPackage, lock: Lock | None, version: str | None) -> Injection:
    archival = archival_for(package, lock)
    files = {".git_archival.txt": archival} if archival else {}
    if version is None:
        return Injection(files=files)
    from dotcloud.vendor import versions
    from dotcloud.vendor.metadata import scm_settings

    source = package.metadata.version_source or ""
    entry = (lock or {}).get(package.label)
    own = versions.files(
        source, scm_settings(package.path, source), package.name, version, entry.commit if entry else None
    )
    return Injection(versions.pretend(package.name, version), {**files, **own})
