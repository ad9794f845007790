"""A log that goes on when its connection breaks: opened again, with the entries known already left out.

It keeps to the rules of the wire: the first line tells about the stream, ``created_at`` rises from line to line, and a
deployment's log ends with a ``status``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from dotcloud.errors.client import StreamLost

ATTEMPTS = 10
PAUSE = 1.0
ENDINGS = ("deploy_end", "deploy_fail")

Entry = dict[str, Any]


def follow(
    opened: Callable[[], Iterator[Entry]],
    following: bool,
    path: str,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Entry]:
    """The entries of a log.

    :param opened: opens it from its beginning.
    :param following: it goes on until it says that it ends; else it is what is there now.
    :raises StreamLost: it broke :data:`ATTEMPTS` times without a new entry.
    """
    log = _Log(opened)
    failures = 0
    while True:
        before = log.count
        try:
            yield from log.entries()
            if not following or log.ended:
                return
        except _broken() as error:
            if not following or not log.can_be_taken_up:
                raise StreamLost(path) from error
        failures = 1 if log.count > before else failures + 1
        if failures > ATTEMPTS:
            raise StreamLost(path)
        pause(PAUSE)


class _Log:
    """What is known of a log so far."""

    def __init__(self, opened: Callable[[], Iterator[Entry]]) -> None:
        self.opened = opened
        self.count = 0
        self.last = ""
        self.ended = False
        self.can_be_taken_up = True

    def entries(self) -> Iterator[Entry]:
        again = self.count > 0
        for entry in self.opened():
            date = str(entry.get("created_at") or "")
            if again and ("message" not in entry or date <= self.last):
                continue
            # Without dates nobody could tell after a break which entries are new.
            self.can_be_taken_up &= bool(date) or "message" not in entry
            self.last = max(self.last, date)
            self.count += 1
            self.ended = entry.get("status") in ENDINGS
            yield entry
            if self.ended:
                return


def _broken() -> type[Exception]:
    from dotcloud.client.api import Broken

    return Broken
