"""What ``.git`` would have told a build, handed to a build that has none: the version, and which files are tracked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dotcloud.vendor.lock import Lock, archival_for, versions_for
from dotcloud.vendor.package import Kind, VendoredPackage


@dataclass(frozen=True)
class Injection:
    """Environment variables of one build, and files (name to text) put into its copy of the source."""

    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


NOTHING = Injection()


def injections(packages: Sequence[VendoredPackage], lock: Lock | None) -> dict[str, Injection]:
    """What each build is given, by label; packages that need nothing are left out."""
    projects = [package for package in packages if package.kind is Kind.PROJECT]
    versions = versions_for(projects, lock)
    told = {package.label: _injection(package, lock, versions.get(package.path)) for package in projects}
    return {label: injection for label, injection in told.items() if injection != NOTHING}


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
