"""All that ``check`` and ``list`` look at, gathered once: the tree, git's answers, the lock, the versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dotcloud.errors.vendor import UnreadableLock
from dotcloud.paths import absolute
from dotcloud.vendor import git, git_version
from dotcloud.vendor.discover import Survey, survey
from dotcloud.vendor.git_version import GitVersion
from dotcloud.vendor.lock import Lock, read_lock
from dotcloud.vendor.package import VendoredPackage


@dataclass(frozen=True)
class Checkout:
    """A repository of its own under vendor/. ``pushed``: its commit is known to its remote."""

    path: Path
    label: str
    status: git.Status | None
    pushed: bool
    versions: dict[Path, GitVersion]


@dataclass(frozen=True)
class Scene:
    """A project's vendor/ folder with everything that is known of it. Paths of ``links`` are labels."""

    root: Path
    survey: Survey
    checkouts: dict[Path, Checkout] = field(default_factory=dict)
    declared: dict[str, git.Submodule] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    has_git: bool = True
    in_git: bool = False
    around: git.Status | None = None
    lock: Lock | None = None
    lock_error: UnreadableLock | None = None

    def label(self, path: Path) -> str:
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def checkout_of(self, package: VendoredPackage) -> Checkout | None:
        return next((self.checkouts[p] for p in (package.path, *package.path.parents) if p in self.checkouts), None)

    def version_of(self, package: VendoredPackage) -> str | None:
        """The version the package will have: by its tags, by the lock, by its own words; ``None`` unknown."""
        if package.metadata.version_source is None:
            return package.metadata.version
        checkout = self.checkout_of(package)
        told = checkout.versions.get(package.path) if checkout else None
        if told and told.version:
            return told.version
        locked = (self.lock or {}).get(package.label)
        return (locked.version if locked else None) or package.metadata.version


def gather(root: Path) -> Scene:
    """Look at everything; git is asked about several checkouts at a time."""
    root = absolute(root)
    found = survey(root)
    project = root.parent
    repositories = _repositories(root, found)
    in_git = git.toplevel(project) is not None
    checkouts = git.each(lambda path: _checkout(path, root, found.packages), repositories)
    lock, lock_error = _lock(root)
    return Scene(
        root=root,
        survey=found,
        checkouts={checkout.path: checkout for checkout in checkouts},
        declared={s.path: s for s in git.declared_submodules(project) if s.path.startswith(f"{root.name}/")},
        links=git.gitlinks(project, root.name) if in_git else {},
        has_git=git.is_installed(),
        in_git=in_git,
        around=git.status_below(project, root.name) if in_git else None,
        lock=lock,
        lock_error=lock_error,
    )


def _repositories(root: Path, found: Survey) -> list[Path]:
    """The top folders of vendor/ (and those of packages) with a repository of their own."""
    owners = [git.own_repository(package.path, root) for package in found.packages]
    return sorted({path for path in [*owners, *(p for p in found.unknown if git.has_git_folder(p))] if path})


def _checkout(path: Path, root: Path, packages: list[VendoredPackage]) -> Checkout:
    status = git.status(path, ignored=True)
    inside = [p for p in packages if p.path == path or path in p.path.parents] if status else []
    told = {package.path: git_version.of(package, status) for package in inside if package.metadata.version_source}
    return Checkout(
        path=path,
        label=f"{root.name}/{path.relative_to(root).as_posix()}",
        status=status,
        pushed=bool(status and status.commit and git.is_known_to_remote(path, status.commit)),
        versions={path: version for path, version in told.items() if version},
    )


def _lock(root: Path) -> tuple[Lock | None, UnreadableLock | None]:
    try:
        return read_lock(root), None
    except UnreadableLock as unreadable:
        return None, unreadable
