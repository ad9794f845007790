"""Where a push or a deployment shows itself: plain lines, or a live display on a terminal."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Any, Self

from dotcloud import output
from dotcloud.cli.lines import ENDS, is_message, line
from dotcloud.cli.options import choices


class Screen:
    """Plain lines. What was asked for goes to stdout, with ``--json`` to stderr, so that only the result is there."""

    def __init__(self, times: bool = False) -> None:
        self.times = times
        self.started = time.monotonic()
        self.stream = sys.stderr if choices().json else sys.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing moves from here on."""

    def write(self, text: str) -> None:
        (output.say if self.stream is sys.stderr else output.data)(text)

    def info(self, text: str) -> None:
        """What is about to happen."""
        self.write(f"{output.paint('==>', 'blue', self.stream)} {text}")

    def done(self, text: str) -> None:
        """What has happened, with the time it took since the command began."""
        took = output.paint(f"  ({time.monotonic() - self.started:.1f} s)", "dim", self.stream)
        self.write(f"{output.paint('==>', 'green', self.stream)} {text}{took}")

    def doing(self, text: str) -> None:
        """What takes a moment: for a live display only."""

    def entry(self, entry: dict[str, Any]) -> None:
        """An entry of the deployment's log; its last one is told by the command itself."""
        if is_message(entry) and entry.get("status") not in ENDS:
            self.write(line(entry, self.times, self.stream))

    def sent(self, sent: int, total: int) -> None:
        """Progress of an upload, in bytes; called from any thread."""


def screen(times: bool = False) -> Screen:
    """A live one where a person looks, else a plain one."""
    if choices().json or not _is_watched():
        return Screen(times)
    from dotcloud.cli.live import LiveScreen

    return LiveScreen(times)


def _is_watched() -> bool:
    return sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
