"""How a process is doing, from the record of its last start."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from dotcloud.platform.enter import start
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import records
from dotcloud.platform.supervise.spec import Place

DEAD = {"pid": 2**22 + 1, "mark": "no such", "waiting": False, "timeout": 1, "signal": "TERM"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(Home(tmp_path), "g", "web")
    place.record.parent.mkdir(parents=True)
    place.spec.parent.mkdir(parents=True)
    return place


def state(place: Place, **record: Any) -> str:
    content = {"at": time.time(), "quick": 0, "restarts": 0, "waiting": False, **record}
    place.record.write_text(json.dumps(content))
    return records.status(place).state


def here() -> dict[str, Any]:
    return {"pid": os.getpid(), "mark": start.mark(os.getpid())}


def test_one_that_runs_is_up(place: Place) -> None:
    assert state(place, **here()) == "up"
    assert records.status(place).pid == os.getpid()


def test_one_that_was_never_started_is_down(place: Place) -> None:
    assert records.status(place).state == "down"
    assert records.status(place).pid is None


def test_one_that_ended_is_down(place: Place) -> None:
    assert state(place, **DEAD) == "down"


def test_one_that_ended_quickly_several_times_is_in_a_crash_loop(place: Place) -> None:
    assert state(place, **DEAD, quick=start.PATIENCE) == "crash-looping"
    assert state(place, **here(), quick=start.PATIENCE) == "crash-looping"
    assert state(place, **{**here(), "waiting": True}, quick=start.PATIENCE) == "crash-looping"


def test_one_that_stays_after_a_crash_loop_is_up(place: Place) -> None:
    assert state(place, **here(), quick=9, at=time.time() - start.QUICK - 1) == "up"


def test_another_process_of_the_same_number_is_not_it(place: Place) -> None:
    assert state(place, pid=os.getpid(), mark="of another boot") == "down"


def spec(tmp_path: Path) -> dict[str, Any]:
    return {
        "record": str(tmp_path / "record"),
        "digest": "d",
        "timeout": 1,
        "signal": "TERM",
        "tier": 0,
        "unwanted": [],
    }


def test_quick_ends_are_counted_and_waited_for_longer_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for _ in range(7):
        start.hold_back(spec(tmp_path))
    assert waits == [1, 2, 4, 8]
    assert json.loads((tmp_path / "record").read_text())["restarts"] == 6


def test_a_changed_process_starts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for number in range(7):
        start.hold_back({**spec(tmp_path), "digest": str(number)})
    assert waits == []
