"""Answers that go on: JSON documents a line each, as the reference's section 6.7 has them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import StreamingHttpResponse

from dotcloud.platform.api.envelope import JSON, date

Entry = dict[str, Any]
KEEP_ALIVE = 10.0  # seconds; a client that went away is noticed by the next blank line
END = b"\r\n"


def answer(facts: Entry, entries: Iterable[Entry | None]) -> StreamingHttpResponse:
    """The facts at once, then each entry; ``None`` for nothing new yet."""
    return StreamingHttpResponse(_lines(facts, entries), content_type=JSON)


def _lines(facts: Entry, entries: Iterable[Entry | None]) -> Iterator[bytes]:
    yield _line(facts)
    newest, said = "", time.monotonic()
    for entry in entries:
        if entry is not None:
            if "created_at" in entry:
                entry["created_at"] = newest = later(entry["created_at"], newest)
            yield _line(entry)
        elif time.monotonic() - said < KEEP_ALIVE:
            continue
        else:
            yield END
        said = time.monotonic()


def later(moment: str, newest: str) -> str:
    """A date after the newest one: clients take an entry that is not newer for one they have seen."""
    if moment > newest:
        return moment
    following = datetime.strptime(newest, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) + timedelta(microseconds=1)
    return str(date(following))


def waiting(seconds: float, look: Callable[[], Iterable[Entry]]) -> Iterator[Entry | None]:
    """What ``look`` finds, and ``None`` each time it finds nothing, for ever."""
    while True:
        found = False
        for entry in look():
            found = True
            yield entry
        if not found:
            yield None
            time.sleep(seconds)


def _line(entry: Entry) -> bytes:
    return json.dumps({"object": entry}).encode() + END
