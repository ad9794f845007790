"""What goes wrong with the private packages under vendor/."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from dotcloud.errors import DotcloudError


class NoProject(DotcloudError):
    """Neither the current folder nor one above it is a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"There is no project in {folder} or above it.",
            "A project is a folder with vendor/, dotcloud.yml or .git.",
            "cd to the project, or make one with: dotcloud new NAME",
        )


class GitMissing(DotcloudError):
    """git is needed and is not installed."""

    def __init__(self, needed_for: str) -> None:
        self.needed_for = needed_for
        super().__init__(
            f"git is not installed, and {needed_for} needs it.",
            "Nothing was changed.",
            "sudo apt-get install git   (or your system's own way)",
        )


class NotARepository(DotcloudError):
    """A submodule can only be added to a git repository."""

    def __init__(self, project: Path) -> None:
        self.project = project
        super().__init__(
            f"{project} is not a git repository.",
            "Submodules live in the repository of the project.",
            f"git -C {shlex.quote(str(project))} init",
        )


class GitFailed(DotcloudError):
    """git said no."""

    def __init__(self, what: str, lines: Sequence[str], meaning: str = "", fix: str = "") -> None:
        super().__init__(what, meaning, fix, details=tuple(lines))


class SecretInAddress(DotcloudError):
    """The address of a new submodule has a password or a token in it. :param url: without it."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            "The address has a password or token in it.",
            "git would write it into .gitmodules, for all who get the project; nothing was added.",
            f"dotcloud vendor add {shlex.quote(url)}   (git asks for the password; see git help credentials)",
        )


class SubmoduleExists(DotcloudError):
    """The path that ``add`` would take is taken."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(
            f"{label} exists already.",
            "Nothing was added.",
            f"dotcloud vendor update {shlex.quote(label.rpartition('/')[2])}   (or give another NAME)",
        )


class SubmoduleRefused(DotcloudError):
    """A submodule was fetched, did not pass the checks, and was taken away again."""

    def __init__(self, url: str, problems: Sequence[str], fix: str) -> None:
        self.url = url
        super().__init__(f"{url} was not added.", "The submodule was taken away again.", fix, details=tuple(problems))


class UnknownPackage(DotcloudError):
    """A name that stands for nothing under vendor/."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(
            f"There is no submodule {name!r} under vendor/.",
            "Known: " + (", ".join(sorted(known)) or "none") + ".",
            "dotcloud vendor list",
        )


class PackageNotClean(DotcloudError):
    """A submodule with uncommitted changes would lose them."""

    def __init__(self, label: str, changed: Sequence[str]) -> None:
        self.label = label
        super().__init__(
            f"{label} has uncommitted changes.",
            "Moving it would lose them; nothing was moved.",
            f"git -C {shlex.quote(label)} commit -a   (or: git -C {shlex.quote(label)} stash)",
            details=tuple(changed),
        )


class CommitsNotPushed(DotcloudError):
    """A submodule with commits that only this checkout has."""

    def __init__(self, label: str, commit: str, target: str) -> None:
        self.label, self.commit, self.target = label, commit, target
        super().__init__(
            f"{label} stands at {commit[:7]}, which its remote does not have.",
            "Moving it to the branch's tip would leave that work behind; nothing was moved.",
            f"git -C {shlex.quote(label)} push origin {shlex.quote(target)}",
        )


class BadName(DotcloudError):
    """A name that cannot be a folder under vendor/."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} cannot be the name of a folder under vendor/.",
            "It may hold letters, digits, dots, dashes and underscores.",
            "dotcloud vendor add URL NAME",
        )


class NoVersion(DotcloudError):
    """Packages whose version is a git tag, where there is neither git nor a lock: builds would make one up."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = labels
        super().__init__(
            f"Nothing tells the version of {', '.join(labels)}.",
            "It is a git tag, and here is neither .git nor an entry in vendor/lock.json. Nothing was installed.",
            "dotcloud vendor lock   in the clone that this is a copy of; then copy it again, with vendor/lock.json",
        )


class UnreadableLock(DotcloudError):
    """vendor/lock.json is there and is not what ``dotcloud vendor lock`` writes."""

    def __init__(self, path: Path, reason: str, fix: str = "dotcloud vendor lock") -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"{path} cannot be read: {reason}.",
            "Without it the versions of packages and the proof of their code are missing.",
            fix,
        )


class LockMismatch(DotcloudError):
    """The code under vendor/ is not the code that was locked."""

    def __init__(self, mismatches: Sequence[str]) -> None:
        self.mismatches = tuple(mismatches)
        super().__init__(
            "The code under vendor/ is not the code that was locked in vendor/lock.json.",
            "Nothing was installed: the tree was changed on its way, or the lock is old.",
            "on the laptop: dotcloud vendor lock   (then push again)",
            details=tuple(mismatches),
        )
