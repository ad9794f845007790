"""An exception told in a line, with the last line of the site's own code that led to it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

_LONGEST = 400  # characters of a message; a driver may put a whole statement into one


def one_line(error: BaseException) -> str:
    """``ImportError: cannot import name 'x'``: the class and the first line of the message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    name = type(error).__name__
    return f"{name}: {lines[0][:_LONGEST]}" if lines else name


def site_frame(error: BaseException, project: Path) -> str:
    """``blog/settings.py:12 in <module>``: the last frame in the project's own code; empty when there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_relative(error.filename, project)}:{error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _is_own(frame.filename, project):
            return f"{_relative(frame.filename, project)}:{frame.lineno} in {frame.name}"
    return ""


def full(error: BaseException) -> str:
    """The whole traceback, as Python prints it."""
    return "".join(traceback.format_exception(error)).rstrip()


def _is_own(filename: str, project: Path) -> bool:
    path = Path(filename)
    if not path.is_relative_to(project) or "site-packages" in path.parts:
        return False
    # A virtual environment may stand inside the project, and hold plain modules besides site-packages.
    return not path.is_relative_to(sys.prefix)


def _relative(filename: str, project: Path) -> str:
    path = Path(filename)
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else filename
