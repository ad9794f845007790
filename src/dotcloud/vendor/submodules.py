"""Submodules changed: added and taken away again, moved to the tip of their branch."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dotcloud.errors.vendor import CommitsNotPushed, GitFailed, PackageNotClean
from dotcloud.vendor import git


@dataclass(frozen=True)
class Move:
    """A submodule before and after an update: commits, the branch it follows, and the log between the two."""

    label: str
    branch: str
    old: str
    new: str
    log: list[str]


@contextmanager
def added(project: Path, url: str, path: str, branch: str | None) -> Iterator[Path]:
    """Add a submodule for the length of a block; when the block fails, nothing of it stays behind.

    :param path: where it goes, relative to the project, posix; from the top of the repository also its name.
    :raises GitFailed: git could not add it.
    """
    # From the top of the repository, where .gitmodules is and where alone git takes relative addresses.
    top, prefix = git.top_of(project)
    before = _remember(top, prefix + path)
    try:
        _add(top, url, prefix + path, branch)
        yield project / path
    except BaseException:
        _undo(top, prefix + path, before)
        raise


def _add(project: Path, url: str, path: str, branch: str | None) -> None:
    options = ["--branch", branch] if branch else []
    done = git.run(project, "submodule", "add", *options, "--", url, path, needed_for="dotcloud vendor add")
    if not done.ok:
        meaning = "Nothing was added."
        raise GitFailed(f"{url} could not be added as {path}.", done.last_lines(), meaning, _question(url, branch))
    git.run(project, "-C", path, "submodule", "update", "--init", "--recursive")


def _question(url: str, branch: str | None) -> str:
    """The command that shows whether the server, the repository and the branch are there."""
    return shlex.join(["git", "ls-remote", "--heads", url, *([branch] if branch else [])])


@dataclass(frozen=True)
class _Before:
    gitmodules: bytes | None
    staged: str
    clone: Path
    clone_existed: bool


def _remember(project: Path, path: str) -> _Before:
    file = project / ".gitmodules"
    common = (git.read(project, "rev-parse", "--git-common-dir", ceiling=False) or ".git").strip()
    clone = project / common / "modules" / path
    return _Before(
        gitmodules=file.read_bytes() if file.exists() else None,
        staged=git.read(project, "ls-files", "--stage", "--", ".gitmodules", ceiling=False) or "",
        clone=clone,
        clone_existed=clone.exists(),
    )


def _undo(project: Path, path: str, before: _Before) -> None:
    """Index, .gitmodules, configuration, clone and folder as they were."""
    git.run(project, "update-index", "--force-remove", "--", path)
    git.run(project, "config", "--remove-section", f"submodule.{path}")
    if before.gitmodules is None:
        (project / ".gitmodules").unlink(missing_ok=True)
    else:
        (project / ".gitmodules").write_bytes(before.gitmodules)
    if before.staged:
        mode, blob, _ = before.staged.split(maxsplit=2)
        git.run(project, "update-index", "--cacheinfo", f"{mode},{blob},.gitmodules")
    else:
        git.run(project, "update-index", "--force-remove", "--", ".gitmodules")
    if not before.clone_existed:
        shutil.rmtree(before.clone, ignore_errors=True)
    shutil.rmtree(project / path, ignore_errors=True)


def update(project: Path, submodules: Sequence[git.Submodule]) -> list[Move]:
    """Move submodules to the tips of their branches: all are fetched and looked at before the first one moves.

    :raises PackageNotClean, CommitsNotPushed: work would be lost.
    :raises GitFailed: a server cannot be reached, or a branch is not there.
    """
    for submodule in submodules:
        _initialise(project, submodule.path)
        _refuse_to_lose_work(project / submodule.path, submodule.path)
    git.each(lambda submodule: _fetch(project / submodule.path, submodule.path), submodules)
    tips = [_tip(project, submodule) for submodule in submodules]
    return [_move(project, submodule.path, *tip) for submodule, tip in zip(submodules, tips, strict=True)]


def _initialise(project: Path, path: str) -> None:
    if git.has_git_folder(project / path):
        return
    done = git.run(project, "submodule", "update", "--init", "--", path, needed_for="dotcloud vendor update")
    if not done.ok:
        fix = shlex.join(["git", "submodule", "update", "--init", "--", path])
        raise GitFailed(f"{path} is empty, and could not be fetched.", done.last_lines(), "Nothing was moved.", fix)


def _refuse_to_lose_work(repository: Path, label: str) -> None:
    status = git.status(repository)
    if status is None or status.commit is None:
        fix = shlex.join(["git", "-C", label, "status"])
        raise GitFailed(f"git cannot tell the state of {label}.", [], "Nothing was moved.", fix)
    if status.changed:
        raise PackageNotClean(label, status.changed)
    if not git.is_known_to_remote(repository, status.commit):
        raise CommitsNotPushed(label, status.commit, status.branch or f"HEAD:{git.default_branch(repository)}")


def _fetch(repository: Path, label: str) -> None:
    done = git.run(repository, "fetch", "--tags", "--prune", "--force", "origin", needed_for="dotcloud vendor update")
    if not done.ok:
        fix = shlex.join(["git", "-C", label, "fetch", "origin"])
        raise GitFailed(f"{label} could not be fetched.", done.last_lines(), "Nothing was moved.", fix)


def _tip(project: Path, submodule: git.Submodule) -> tuple[str, str]:
    """(branch, commit) of the tip: of the branch .gitmodules names, the one checked out, or the remote's default."""
    repository = project / submodule.path
    branch = _branch_wanted(project, submodule) or _remote_default(repository)
    commit = (git.read(repository, "rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{branch}") or "").strip()
    if not commit:
        fix = shlex.join(["git", "submodule", "set-branch", "--branch", "main", submodule.path])
        raise GitFailed(f"{submodule.path} has no branch {branch!r} on its server.", [], "Nothing was moved.", fix)
    return branch, commit


def _branch_wanted(project: Path, submodule: git.Submodule) -> str | None:
    if submodule.branch == ".":  # gitmodules(5): the branch the project is on
        return _branch(project, ceiling=False)
    return submodule.branch or _branch(project / submodule.path)


def _branch(repository: Path, ceiling: bool = True) -> str | None:
    return (git.read(repository, "symbolic-ref", "--quiet", "--short", "HEAD", ceiling=ceiling) or "").strip() or None


def _remote_default(repository: Path) -> str:
    git.run(repository, "remote", "set-head", "origin", "--auto")
    return (git.read(repository, "rev-parse", "--abbrev-ref", "origin/HEAD") or "").strip().removeprefix("origin/")


def _move(project: Path, label: str, branch: str, new: str) -> Move:
    repository = project / label
    old = (git.read(repository, "rev-parse", "HEAD") or "").strip()
    if old != new:
        _check_out(repository, label, branch, new)
    git.run(repository, "submodule", "update", "--init", "--recursive")
    log = git.read(repository, "log", "--format=%h %cs %s (%an)", f"{old}..{new}") or ""
    return Move(label, branch, old, new, log.splitlines())


def _check_out(repository: Path, label: str, branch: str, commit: str) -> None:
    """The local branch follows where it can be fast-forwarded; else the head is detached, as submodules' heads are."""
    followed = _branch(repository) == branch and git.run(repository, "merge", "--ff-only", "--quiet", commit).ok
    done = None if followed else git.run(repository, "checkout", "--quiet", "--detach", commit)
    if done is not None and not done.ok:
        fix = shlex.join(["git", "-C", label, "checkout", commit[:12]])
        raise GitFailed(f"{label} could not be moved.", done.last_lines(), "It stands where it stood.", fix)
