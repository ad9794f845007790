"""git for a new project: a repository and its first commit, where that can be had."""

from __future__ import annotations

import shutil
from pathlib import Path

from dotcloud import process

MESSAGE = "Begin with the dotcloud starter"
# A commit needs an author. Where git knows none, this says what made it.
_AUTHOR = ("-c", "user.name=dotcloud new", "-c", "user.email=dotcloud@localhost")


def begin(folder: Path) -> str:
    """Make the repository and the commit. :returns: what was done or why not, in a sentence."""
    if not shutil.which("git"):
        return "skipped: git is not installed"
    if _git(folder, "rev-parse", "--is-inside-work-tree").ok:
        return "skipped: the folder is in a repository already"
    for arguments in (("init", "--quiet", "--initial-branch=main"), ("add", "--all")):
        done = _git(folder, *arguments)
        if not done.ok:
            return f"skipped: git {arguments[0]} says: {' '.join(done.last_lines(1))}"
    return _commit(folder)


def _commit(folder: Path) -> str:
    known = _git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT").ok
    done = _git(folder, *(() if known else _AUTHOR), "commit", "--quiet", "--no-verify", "--message", MESSAGE)
    if not done.ok:
        return f"a repository without a commit: git says: {' '.join(done.last_lines(1))}"
    return "the first commit" if known else "the first commit; put your name to it: git commit --amend --reset-author"


def _git(folder: Path, *arguments: str) -> process.Completed:
    return process.run(("git", *arguments), cwd=folder)
