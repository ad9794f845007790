"""vendor/lock.json: what the laptop knew of every package, for a box that has no git.

``.git`` does not travel. So the versions that come from tags are written down, and the hash of every tree, by which
the box proves that it builds the code that was locked. On a checkout git itself knows better, and nothing is enforced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dotcloud.errors.vendor import LockMismatch, UnreadableLock
from dotcloud.vendor import git
from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.tree import file_hash, tree_hash

NAME = "lock.json"
FORMAT = 1
UPGRADE = "python -m pip install --upgrade django-dotcloud"


@dataclass(frozen=True)
class Locked:
    """One package as it was locked. ``path`` is its label (``vendor/acme-core``), ``tree`` the hash of its source."""

    path: str
    distribution: str
    commit: str | None
    branch: str | None
    describe: str | None
    dirty: bool
    version: str | None
    tree: str

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Locked:
        """The same out of the file. :raises TypeError: a field is missing, unknown, or of another kind."""
        locked = cls(**entry)
        texts = (locked.path, locked.distribution, locked.tree)
        perhaps = (locked.commit, locked.branch, locked.describe, locked.version)
        if all(isinstance(text, str) for text in (*texts, *filter(None, perhaps))) and isinstance(locked.dirty, bool):
            return locked
        raise TypeError(entry)


Lock = Mapping[str, Locked]


def read_lock(root: Path) -> dict[str, Locked] | None:
    """The lock by path; ``None`` where there is none. :raises UnreadableLock: it is not one of ours."""
    file = root / NAME
    try:
        document = json.loads(file.read_bytes())
        version = document["version"]
        if isinstance(version, int) and version > FORMAT:
            raise UnreadableLock(file, f"a newer dotcloud wrote it, in format {version}", UPGRADE)
        if version == FORMAT:
            return {entry["path"]: Locked.from_json(entry) for entry in document["packages"]}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (KeyError, TypeError):
        pass
    except (ValueError, OSError) as error:
        raise UnreadableLock(file, f"{type(error).__name__}: {error}") from None
    raise UnreadableLock(file, "it is not what dotcloud vendor lock writes")


def write_lock(root: Path) -> list[Locked]:
    """Lock what stands under ``root`` now, and return it."""
    from dotcloud.vendor.discover import discover

    locked = git.each(lock_entry, discover(root))
    document = {"version": FORMAT, "packages": [asdict(entry) for entry in locked]}
    part = root / f".{NAME}.{os.getpid()}.part"
    part.write_text(json.dumps(document, indent=2) + "\n")
    part.replace(root / NAME)
    return locked


def lock_entry(package: VendoredPackage) -> Locked:
    """What is to be known of a package without git: asked of git where it has a repository of its own."""
    from dotcloud.vendor import git_version

    repository = git.own_repository(package.path, package.root)
    status = git.status(repository) if repository else None
    told = git_version.of(package, status)
    return Locked(
        path=package.label,
        distribution=package.name,
        commit=status.commit if status else None,
        branch=status.branch if status else None,
        describe=told.describe if told else git.describe(repository) if repository else None,
        dirty=bool(status and (status.changed or status.untracked)),
        version=(told.version if told else None) or package.metadata.version,
        tree=source_hash(package, only_sent=True),
    )


def source_hash(package: VendoredPackage, only_sent: bool = False) -> str:
    """The hash of a package's source. :param only_sent: of the files that git would send, where git knows them."""
    if package.kind in (Kind.WHEEL, Kind.SDIST):
        return file_hash(package.path)
    return tree_hash(package.path, git.files(package.path) if only_sent else None)


def is_enforced(root: Path) -> bool:
    """Whether this is a box: no repository holds the project."""
    if git.has_git_folder(root.parent):
        return False
    above = next((folder for folder in root.parent.parents if git.has_git_folder(folder)), None)
    return above is None or not git.tracks(root)  # a repository above that does not know vendor/ is somebody else's


def verify(
    root: Path, packages: Iterable[VendoredPackage], lock: Lock | None, trees: Mapping[Path, str] | None = None
) -> None:
    """Refuse code that is not the code that was locked. Does nothing on a checkout, or without a lock.

    :param trees: hashes known already, by path: :func:`tree.tree_hash` of a folder, ``file_hash`` of an archive.
    :raises LockMismatch: naming every package.
    """
    if lock is None or not is_enforced(root):
        return
    packages = list(packages)
    held = [package for package in packages if git.own_repository(package.path, root) is None]
    own = {package.label for package in packages} - {package.label for package in held}
    of_held = {path: entry for path, entry in lock.items() if path not in own}
    if found := mismatches(held, of_held, trees or {}):
        raise LockMismatch(found)


def mismatches(packages: Iterable[VendoredPackage], lock: Lock, trees: Mapping[Path, str]) -> list[str]:
    """One line per package that is not the locked one, or is missing."""
    lines = []
    missing = dict(lock)
    for package in packages:
        entry = missing.pop(package.label, None)
        if entry is None:
            lines.append(f"{package.label}: not in the lock")
        elif (trees.get(package.path) or source_hash(package)) != entry.tree:
            lines.append(f"{package.label}: its files differ from the ones locked{_at(entry)}")
    return lines + [f"{entry.path}: locked{_at(entry)}, and not here" for entry in missing.values()]


def _at(entry: Locked) -> str:
    return f" at {entry.describe or (entry.commit or '')[:7]}" if entry.describe or entry.commit else ""


def version_for(package: VendoredPackage, lock: Lock | None) -> str | None:
    """The version to hand to a package's build, for a package that reads it from git tags; else ``None``.

    From its own repository where it has one that works, else from the lock, else from an unpacked archive's PKG-INFO.
    """
    return versions_for([package], lock).get(package.path)


def versions_for(packages: Iterable[VendoredPackage], lock: Lock | None) -> dict[Path, str]:
    """:func:`version_for` of many at once, by path; packages that need none are left out."""
    from_tags = [package for package in packages if package.metadata.version_source]
    found = git.each(lambda package: _version(package, lock), from_tags)
    return {package.path: version for package, version in zip(from_tags, found, strict=True) if version}


def _version(package: VendoredPackage, lock: Lock | None) -> str | None:
    if git.own_repository(package.path, package.root):
        from dotcloud.vendor import git_version

        if (told := git_version.of(package)) and told.version:
            return told.version
    entry = (lock or {}).get(package.label)
    return (entry.version if entry else None) or package.metadata.version


def archival_for(package: VendoredPackage, lock: Lock | None) -> str | None:
    """The text of ``.git_archival.txt`` for a package whose build asks setuptools-scm which files are its own."""
    requires = package.build.requires if package.build else ()
    asks = any(line.lower().replace("_", "-").startswith("setuptools-scm") for line in requires)
    if not asks and package.metadata.version_source != "setuptools-scm":
        return None
    from dotcloud.vendor.versions import archival

    entry = (lock or {}).get(package.label)
    return archival(entry.describe, entry.commit) if entry else archival(None, None)
