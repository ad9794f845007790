"""Data as a person or a program reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dotcloud import output
from dotcloud.cli.options import choices


def info(text: str) -> None:
    """``==> text``: what the command is about to do."""
    output.say(f"{output.paint('==>', 'blue')} {text}")


def done(text: str) -> None:
    """``==> text`` in green: what it did."""
    output.say(f"{output.paint('==>', 'green')} {text}")


def show(value: Any, lines: Iterable[str]) -> None:
    """JSON when asked for, else the lines (best a generator: they are made only then)."""
    if choices().json:
        output.data_json(value)
        return
    for line in lines:
        output.data(line)


def rows(titles: Sequence[str], cells: Iterable[Sequence[Any]]) -> list[str]:
    """A table; nothing is shown as ``-``."""
    from dotcloud.cli.vendor.table import table

    return table(titles, [["-" if cell in (None, "") else str(cell) for cell in row] for row in cells])


def marked(text: str, current: bool) -> str:
    """``* text`` in green for the current one, two spaces for the others."""
    return output.paint(f"* {text}", "green", sys.stdout) if current else f"  {text}"


def size(count: float | None) -> str:
    """``64.0 M``: bytes, in units of 1024. ``None`` is no limit."""
    if count is None:
        return "N/A"
    for unit in ("B", "K", "M"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} G"


def moment(text: str | None) -> str:
    """A date of the API (UTC) on the clock of the person: ``2013-07-09 16:26:24``."""
    return when(text).strftime("%Y-%m-%d %H:%M:%S") if text else ""


def clock(text: str) -> str:
    """Only the time of it: ``16:26:24``."""
    return when(text).strftime("%H:%M:%S")


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()


def lasted(seconds: float | None) -> str:
    """``42 s``, ``12 min``, ``5 h 10 min``, ``3 d 4 h``."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
