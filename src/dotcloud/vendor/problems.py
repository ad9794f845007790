"""A problem as a value, and the words every part of ``dotcloud vendor check`` shares."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # the box could not build or start the site
    WARNING = "warning"  # it would work, and surprise somebody


@dataclass(frozen=True)
class Problem:
    """What would go wrong on the box. ``fix`` is a command line, quoted for the shell, run in the project's folder."""

    code: str
    severity: Severity
    path: str
    message: str
    fix: str


def error(code: str, path: str, message: str, fix: str) -> Problem:
    return Problem(code, Severity.ERROR, path, message, fix)


def warning(code: str, path: str, message: str, fix: str) -> Problem:
    return Problem(code, Severity.WARNING, path, message, fix)


def shell(*words: str) -> str:
    """A command line; words that need it are quoted."""
    return shlex.join(words)


def edit(path: str, line: int | None = None) -> str:
    """The command that opens a file in the person's editor."""
    return "${EDITOR:-vi} " + (f"+{line} " if line else "") + shlex.quote(path)


def some(names: list[str] | tuple[str, ...], count: int = 3) -> str:
    """The first names of a list: ``a.py, b.py and 4 more``."""
    more = len(names) - count
    return ", ".join(names[:count]) + (f" and {more} more" if more > 0 else "")
