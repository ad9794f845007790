"""git, asked: the only module that runs it. Whatever only reads takes no lock and needs no network."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from dotcloud import process
from dotcloud.errors.vendor import GitFailed, GitMissing
from dotcloud.vendor.credentials import without_secret

T = TypeVar("T")
R = TypeVar("R")
WORKERS = 8
# Set inside a git hook, they would turn every question into one about the hook's repository.
LOCAL_VARIABLES = frozenset(
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"]
)
READ_SECONDS = 30.0
NETWORK_SECONDS = 600.0
UNREADABLE = re.compile(r"^warning: could not open directory '(.+?)/?': ", re.MULTILINE | re.DOTALL)
COMMITTED_HERE = re.compile(r"\t(commit|merge|rebase|cherry-pick|revert|am|pull --rebase)\b")


@dataclass(frozen=True)
class Status:
    """A checkout as ``git status`` sees it; paths are relative to its top, posix."""

    commit: str | None
    branch: str | None
    changed: tuple[str, ...]
    untracked: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Submodule:
    """One section of .gitmodules."""

    name: str
    path: str
    url: str
    branch: str | None = None


def is_installed() -> bool:
    import shutil

    return shutil.which("git") is not None


def own_repository(folder: Path, root: Path) -> Path | None:
    """The nearest folder from ``folder`` up to, but without, ``root`` that has a ``.git`` of its own."""
    for candidate in (folder, *folder.parents):
        if candidate == root:
            return None
        if has_git_folder(candidate):
            return candidate
    return None


def has_git_folder(folder: Path) -> bool:
    """Whether ``folder/.git`` is there and leads to a repository: copied submodules carry one that leads nowhere."""
    return git_folder(folder) is not None


def git_folder(folder: Path) -> Path | None:
    """Where the repository of a checkout lies (``.git``, or what a ``.git`` file points at); no process is started."""
    own = folder / ".git"
    try:
        if own.is_file():
            own = folder / own.read_text(errors="replace").removeprefix("gitdir:").strip()
        return own if (own / "HEAD").exists() else None
    except OSError:
        return None


def status(repository: Path, ignored: bool = False) -> Status | None:
    """The state of a checkout; ``None`` where git is missing or refuses (``safe.directory``)."""
    options = ["--ignored=matching"] if ignored else []
    text = read(repository, "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", *options)
    return None if text is None else parse_status(text)


def status_below(project: Path, folder: str) -> Status | None:
    """The state of one folder of a project, without its submodules; paths are relative to the project."""
    options = ("--ignored=matching", "--untracked-files=all", "--ignore-submodules=all")
    text = read(project, "status", "--porcelain=v2", "--branch", "-z", *options, "--", folder, ceiling=False)
    if text is None:
        return None
    found = parse_status(text)
    prefix = (read(project, "rev-parse", "--show-prefix", ceiling=False) or "").strip()
    lists = (
        tuple(path.removeprefix(prefix) for path in paths) for paths in (found.changed, found.untracked, found.ignored)
    )
    return Status(found.commit, found.branch, *lists)


def parse_status(text: str) -> Status:
    """The meaning of ``git status --porcelain=v2 --branch -z``."""
    commit = branch = None
    found: dict[str, list[str]] = {"changed": [], "?": [], "!": []}
    fields = iter(text.split("\0"))
    for line in fields:
        if line.startswith("# branch.oid "):
            commit = line[13:] if line[13:] != "(initial)" else None
        elif line.startswith("# branch.head "):
            branch = line[14:] if line[14:] != "(detached)" else None
        elif line[:1] in ("?", "!"):
            found[line[0]].append(line[2:])
        elif line[:1] in ("1", "2", "u"):
            found["changed"].append(line.split(" ", {"1": 8, "2": 9, "u": 10}[line[0]])[-1])
            if line[0] == "2":  # a rename's old name follows
                next(fields, None)
    return Status(commit, branch, tuple(found["changed"]), tuple(found["?"]), tuple(found["!"]))


def describe(repository: Path, options: Sequence[str] = ("--match", "*[0-9]*")) -> str | None:
    """``git describe --tags --long``; ``None`` where no tag leads here."""
    text = read(repository, "describe", "--tags", "--long", *options)
    return (text or "").strip() or None


def count_commits(repository: Path) -> int:
    return int((read(repository, "rev-list", "--count", "HEAD") or "0").strip() or 0)


def commit_date(repository: Path) -> date | None:
    """The day (UTC) of the checked out commit."""
    from datetime import UTC, datetime

    text = (read(repository, "log", "-1", "--format=%ct", "HEAD") or "").strip()
    return datetime.fromtimestamp(int(text), UTC).date() if text.isdigit() else None


def is_known_to_remote(repository: Path, commit: str) -> bool:
    """Whether the checked out commit came from, or went to, a remote, as far as this clone knows (no network).

    A remote branch that contains it tells. So does a tag, unless the commit was made here: tags travel only when
    somebody pushes them. The edge of a shallow clone can only have come from a remote.
    """
    refs = (read(repository, "for-each-ref", "--contains=HEAD", "--format=%(refname)", "refs") or "").split()
    if any(ref.startswith("refs/remotes/") for ref in refs):
        return True
    folder = git_folder(repository)
    if folder is None or _was_made_here(folder, commit):
        return False
    return any(ref.startswith("refs/tags/") for ref in refs) or commit in _text(folder / "shallow")


def default_branch(repository: Path) -> str:
    """The branch that the remote shows first, as the clone remembers it."""
    folder = git_folder(repository)
    text = _text(folder / "refs/remotes/origin/HEAD") if folder else ""
    return text.strip().removeprefix("ref: refs/remotes/origin/") or "main"


def _was_made_here(folder: Path, commit: str) -> bool:
    lines = _text(folder / "logs/HEAD").splitlines()
    return any(line[41:81] == commit and COMMITTED_HERE.search(line) for line in lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def files(folder: Path) -> frozenset[str] | None:
    """The files git would send from ``folder`` (posix, relative to it): tracked ones, and new ones it does not ignore.

    Checked out submodules inside are followed. A folder that cannot be read is there as ``name/``. ``None`` where no
    git knows the folder.
    """
    done = _asked(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--stage", ceiling=False)
    if done is None:
        return None
    found = set(_unreadable(folder, done.errors))
    for line in done.output.split("\0"):
        mode, _, path = line.rpartition("\t")
        if mode.startswith("160000") or path.endswith("/"):
            inner = path.rstrip("/")
            found.update(f"{inner}/{name}" for name in _files_of_submodule(folder / inner))
        elif path:
            found.add(path)
    return frozenset(found)


def _unreadable(folder: Path, warnings: str) -> Iterator[str]:
    """The folders that git could not look into and only warned about; it names them from the top of the checkout."""
    if named := UNREADABLE.findall(warnings):
        prefix = (read(folder, "rev-parse", "--show-prefix", ceiling=False) or "").strip("\n")
        yield from (f"{path.removeprefix(prefix)}/" for path in named)


def _files_of_submodule(folder: Path) -> frozenset[str]:
    return (files(folder) if has_git_folder(folder) else None) or frozenset()


def tracks(folder: Path) -> bool:
    """Whether the repository that ``folder`` lies in has recorded anything of it."""
    return bool(read(folder, "ls-files", "-z", "--cached", "--", ".", ceiling=False))


def toplevel(folder: Path) -> Path | None:
    """The top of the checkout that ``folder`` belongs to."""
    text = read(folder, "rev-parse", "--show-toplevel", ceiling=False)
    return Path(text.strip()) if text and text.strip() else None


def gitlinks(project: Path, under: str) -> dict[str, str]:
    """The submodules recorded in the index: path (relative to ``project``) to commit."""
    text = read(project, "ls-files", "-z", "--stage", "--", under, ceiling=False) or ""
    records = (line.partition("\t") for line in text.split("\0") if line.startswith("160000 "))
    return {path: facts.split()[1] for facts, _, path in records}


def top_of(folder: Path) -> tuple[Path, str]:
    """(top of the checkout around ``folder``, where ``folder`` is below it: ``""`` or ``"site/"``); no process.

    A folder that is in no checkout is its own top: .gitmodules travels to places without git.
    """
    real = folder.resolve()
    top = next((candidate for candidate in (real, *real.parents) if has_git_folder(candidate)), real)
    return (folder, "") if top == real else (top, f"{real.relative_to(top).as_posix()}/")


def declared_submodules(project: Path) -> list[Submodule]:
    """The sections of .gitmodules below ``project``, paths relative to it; none where git is missing.

    The file is at the top of the repository, of which the project may be a folder.
    """
    top, prefix = top_of(project)
    file = top / ".gitmodules"
    text = read(top, "config", "-f", os.fspath(file), "--list", "-z") if file.is_file() else None
    sections: dict[str, dict[str, str]] = {}
    for entry in (text or "").split("\0"):
        key, _, value = entry.partition("\n")
        if key.startswith("submodule.") and key.count(".") > 1:
            name, _, variable = key.removeprefix("submodule.").rpartition(".")
            sections.setdefault(name, {})[variable] = value
    return [
        Submodule(name, path.removeprefix(prefix), values.get("url", ""), values.get("branch"))
        for name, values in sections.items()
        if (path := values.get("path", "").rstrip("/")) and path.startswith(prefix)
    ]


def each(action: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """``action`` on every item, several at a time, results in order: git is mostly waiting for processes."""
    items = list(items)
    if len(items) < 2:
        return [action(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(WORKERS, len(items))) as pool:
        return list(pool.map(action, items))


def read(folder: Path, *args: str, ceiling: bool = True) -> str | None:
    """What git prints; ``None`` where it is missing, fails or hangs."""
    done = _asked(folder, *args, ceiling=ceiling)
    return done.output if done else None


def _asked(folder: Path, *args: str, ceiling: bool) -> process.Completed | None:
    try:
        done = process.run(("git", *args), cwd=folder, env=_environment(folder, ceiling), timeout=READ_SECONDS)
    except (OSError, TimeoutError):
        return None
    return done if done.ok else None


def run(folder: Path, *args: str, needed_for: str = "this") -> process.Completed:
    """Git as the person would call it, but what it prints has no secrets; at a terminal it, or ssh, may ask for one."""
    asks = sys.stdin is not None and sys.stdin.isatty()
    env = _environment(folder, False, 1) | ({"GIT_TERMINAL_PROMPT": "1"} if asks else {})
    try:
        done = process.run(("git", *args), cwd=folder, env=env, timeout=NETWORK_SECONDS, terminal=asks)
    except FileNotFoundError:
        raise GitMissing(needed_for) from None
    except TimeoutError as error:
        raise GitFailed(f"git {args[0]} did not come to an end.", [str(error)]) from None
    return replace(done, output=without_secret(done.output), errors=without_secret(done.errors))


def _environment(folder: Path, ceiling: bool, locks: int = 0) -> dict[str, str]:
    """Ours without a hook's variables; with ``ceiling`` git does not look for a repository above ``folder``."""
    environ = {name: value for name, value in os.environ.items() if name not in LOCAL_VARIABLES}
    environ |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": str(locks), "GIT_TERMINAL_PROMPT": "0"}
    return environ | ({"GIT_CEILING_DIRECTORIES": os.fspath(folder.parent)} if ceiling else {})
