"""Logs that are followed, and taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dotcloud.client.api import Broken, Client
from dotcloud.client.streams import ATTEMPTS, follow
from dotcloud.errors.client import NotFound, StreamLost

META = {"application": "shop"}
LOG: list[dict[str, Any]] = [{"created_at": f"2026-01-01T00:00:0{n}.000000Z", "message": str(n)} for n in range(5)]
END = {"created_at": "2026-01-01T00:00:09.000000Z", "message": "done", "status": "deploy_end"}


class Log:
    """A log whose connection breaks after so many entries, at each opening."""

    def __init__(self, entries: list[dict[str, Any]], *breaks: int | None) -> None:
        self.entries = [META, *entries]
        self.breaks = list(breaks)
        self.pauses = 0

    def open(self) -> Iterator[dict[str, Any]]:
        end = self.breaks.pop(0) if self.breaks else None
        yield from self.entries[:end]
        if end is not None:
            raise Broken("cut")

    def pause(self, seconds: float) -> None:
        self.pauses += 1

    def follow(self, following: bool = True) -> Iterator[dict[str, Any]]:
        return follow(self.open, following, "/log", self.pause)


def test_a_log_is_told_to_its_end():
    assert list(Log([*LOG, END]).follow()) == [META, *LOG, END]


def test_nothing_comes_after_the_end():
    assert list(Log([END, *LOG]).follow()) == [META, END]


def test_after_a_break_nothing_is_told_twice():
    log = Log([*LOG, END], 2, 2, 4, 0)
    assert list(log.follow()) == [META, *LOG, END]
    assert log.pauses == 4


def test_a_log_that_ends_without_saying_so_is_opened_again():
    log = Log(LOG, None, None)
    found = []
    for entry in log.follow():
        found.append(entry)
        if len(found) == 6:
            log.entries.append(END)
    assert found == [META, *LOG, END]


def test_it_gives_up_when_nothing_new_comes():
    log = Log(LOG, *[3] * 50)
    with pytest.raises(StreamLost):
        list(log.follow())
    assert log.pauses == ATTEMPTS


def test_without_following_a_break_is_the_end():
    assert list(Log(LOG).follow(following=False)) == [META, *LOG]
    with pytest.raises(StreamLost):
        list(Log(LOG, 2).follow(following=False))


def test_entries_without_a_date_cannot_be_taken_up():
    with pytest.raises(StreamLost):
        list(Log([{"message": "a"}, {"message": "b"}], 2).follow())


def test_over_the_wire(platform: Any, client: Client):
    import json

    lines = [META, {"message": "é", "created_at": "1"}, {"message": "", "created_at": "2", "status": "deploy_fail"}]
    raw = b"\r\n".join([json.dumps({"object": line}).encode() for line in lines] + [b""]).replace(
        b"\r\n", b"\r\n\r\n", 1
    )
    platform.answers["GET /log"] = lambda handler: handler.send(200, raw=raw)
    assert list(client.stream("/log", follow=True, lines=3)) == lines
    assert platform.asked == ["GET /log?stream&follow&lines=3"]
    with pytest.raises(NotFound):
        list(client.stream("/other"))


def test_a_line_that_is_cut_is_a_break(platform: Any, client: Client):
    platform.answers["GET /log"] = lambda handler: handler.send(200, raw=b'{"object": {"mess')
    with pytest.raises(StreamLost):
        list(client.stream("/log"))
