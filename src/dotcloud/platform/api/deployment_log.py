"""The log of a deployment as it is read: the lines its process wrote, and a last one for a process that could not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from django.utils import timezone

from dotcloud.platform.api.envelope import date
from dotcloud.platform.api.scope import folder_of
from dotcloud.platform.api.settle import runs, settle
from dotcloud.platform.api.streams import Entry
from dotcloud.platform.api.tail import Tail
from dotcloud.platform.models import Deployment, State

POLL = 0.05  # seconds between two looks at the file
LOOK = 1.0  # seconds between two looks at the process


def entries(deployment: Deployment, follow: bool, lines: int | None) -> Iterator[Entry | None]:
    """What is there (its last ``lines``), then what comes; ``None`` where nothing came."""
    tail = Tail(folder_of(deployment.environment).deployment_log(deployment.deploy_id))
    over = settle(deployment) and not runs(deployment)
    there = list(_read(tail))
    if over and not any(map(_is_last, there)):
        there.append(_last_word(deployment))
    yield from there if lines is None else there[max(0, len(there) - max(0, lines)) :]
    if follow and not any(map(_is_last, there)):
        yield from _following(deployment, tail)


def _following(deployment: Deployment, tail: Tail) -> Iterator[Entry | None]:
    looked = time.monotonic()
    while True:
        over = False
        if time.monotonic() - looked > LOOK:
            over, looked = settle(deployment) and not runs(deployment), time.monotonic()
        for entry in _read(tail):  # after the look: what a process wrote before it ended is there
            yield entry
            if _is_last(entry):
                return
        if over:
            yield _last_word(deployment)
            return
        yield None
        time.sleep(POLL)


def _read(tail: Tail) -> Iterator[Entry]:
    """Complete lines that are entries; a line that a killed process left unfinished is none."""
    for line in tail.new():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and "message" in entry:
            yield entry


def _is_last(entry: Entry) -> bool:
    return "status" in entry


def _last_word(deployment: Deployment) -> Entry:
    done = deployment.state == State.SUCCEEDED
    return {
        "created_at": date(deployment.finished_at or timezone.now()),
        "message": "deployed" if done else deployment.reason,
        "status": "deploy_end" if done else "deploy_fail",
        "level": "INFO" if done else "ERROR",
    }
