"""One entry of a log as one line."""

from __future__ import annotations

import re
import sys
from typing import Any, TextIO

from dotcloud import output
from dotcloud.cli.present import clock

ENDS = ("deploy_end", "deploy_fail")

# ECMA-48: what colours, other sequences with a letter at their end, titles and links, and what is left of either.
COLOUR = r"\x1b\[[0-9;:]*m"
_SEQUENCES = re.compile(rf"({COLOUR})|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]")
RESET = "\x1b[0m"


def line(entry: dict[str, Any], time: bool = False, stream: TextIO | None = None) -> str:
    """``[www.0] postinstall: databases ready (0.2 s)``; errors are red, what is about no service has an arrow.

    :param time: put the time of day in front.
    """
    stream = stream or sys.stdout
    stamp = f"{clock(entry['created_at'])} " if time and entry.get("created_at") else ""
    message = clean(str(entry.get("message", "")), stream)
    if entry.get("level") == "ERROR":
        message = output.paint(message, "red", stream)
    return f"{output.paint(stamp, 'dim', stream) if stamp else ''}{place(entry, stream)} {message}{took(entry, stream)}"


def place(entry: dict[str, Any], stream: TextIO) -> str:
    """``[www.0]``, ``[www]`` or ``-->``."""
    if not entry.get("service"):
        return output.paint("-->", "blue", stream)
    instance = entry.get("instance")
    return output.paint(f"[{entry['service']}{'' if instance is None else f'.{instance}'}]", "blue", stream)


def took(entry: dict[str, Any], stream: TextIO) -> str:
    """How long a step took, where that was long enough to tell."""
    seconds = entry.get("seconds")
    if seconds is None or seconds < 0.05:
        return ""
    return output.paint(f" ({seconds:.1f} s)", "dim", stream)


def clean(message: str, stream: TextIO | None = None) -> str:
    """A message without what would move the cursor of a terminal; its colours stay where ``stream`` wants any."""
    coloured = stream is not None and output.paint("", "dim", stream) != ""
    text = _SEQUENCES.sub(lambda found: (found[1] or "") if coloured else "", message.rstrip())
    text = _CONTROL.sub("", text)
    return text + RESET if "\x1b" in text else text


def is_beginning(entry: dict[str, Any]) -> bool:
    """Whether the entry says that a step has begun: one with its time will follow."""
    return bool(entry.get("step")) and entry.get("seconds") is None


def is_message(entry: dict[str, Any]) -> bool:
    """Whether it is to be printed: the first object of a stream is not, nor a beginning, nor half a line."""
    return "message" in entry and not is_beginning(entry) and not entry.get("partial")
