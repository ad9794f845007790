"""The version a vendored checkout has by its tags: git's answers, read with the project's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dotcloud.vendor import git, versions
from dotcloud.vendor.metadata import scm_settings
from dotcloud.vendor.package import VendoredPackage


@dataclass(frozen=True)
class GitVersion:
    """What git tells of a package: the version (``None``: only its own tool could tell) and where it came from."""

    version: str | None
    describe: str | None
    commit: str | None
    dirty: bool


def of(package: VendoredPackage, status: git.Status | None = None) -> GitVersion | None:
    """The version of a package with a repository of its own; ``None`` for any other, and where git is missing.

    :param status: of its repository, where the caller has asked already.
    """
    repository = git.own_repository(package.path, package.root)
    source = package.metadata.version_source
    if repository is None or source is None:
        return None
    status = status or git.status(repository)
    if status is None:
        return None
    settings = scm_settings(package.path, source)
    facts = _facts(repository, status, versions.describe_options(source, settings), "calver" in str(settings))
    return GitVersion(versions.compute(source, settings, facts), facts.describe, facts.commit, facts.dirty)


def _facts(repository: Path, status: git.Status, options: tuple[str, ...], needs_date: bool) -> versions.GitFacts:
    describe = git.describe(repository, options)
    return versions.GitFacts(
        describe=describe,
        commit=status.commit,
        dirty=bool(status.changed),
        branch=status.branch or "HEAD",
        commits=git.count_commits(repository) if describe is None else 0,
        committed=git.commit_date(repository) if needs_date else None,
    )
