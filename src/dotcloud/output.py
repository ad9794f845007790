"""The one door to the person: lines on the terminal. Data goes to stdout, everything said about it to stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from dotcloud.errors import DotcloudError

_COLOURS = {"green": "32", "yellow": "33", "red": "31", "blue": "34", "dim": "2", "bold": "1"}


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """``text`` in a colour where the stream is a terminal that wants one (see no-color.org) and can show it."""
    stream = stream or sys.stderr
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def say(text: str = "") -> None:
    """One line about what happens."""
    print(text, file=sys.stderr, flush=True)


def data(text: str) -> None:
    """What was asked for, for a person or a pipe; characters that the terminal cannot show are written as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def forget_stdout() -> None:
    """Nobody reads it any more; without this the interpreter complains when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def data_json(value: Any) -> None:
    """What was asked for, for a program."""
    data(json.dumps(value, indent=2))


def step(name: str, text: str, seconds: float | None = None, colour: str = "green") -> None:
    """One finished step with its time: ``==> vendored: 3 packages, 2 unchanged (0.1 s)``."""
    time = "" if seconds is None else paint(f" ({seconds:.1f} s)", "dim")
    say(f"{paint('==>', colour)} {paint(name + ':', 'bold')} {text}{time}")


def warn(text: str) -> None:
    """Something that is not an error but should be known."""
    say(f"{paint('Warning:', 'yellow')} {text}")


def fail(error: DotcloudError) -> None:
    """An error as its person reads it."""
    say(f"{paint('Error:', 'red')} {error}")
