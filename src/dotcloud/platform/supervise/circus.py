"""Talking to circusd."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Any

from dotcloud.errors.platform import SupervisorDown, SupervisorRefused
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import records
from dotcloud.platform.supervise.spec import read_json

PATIENCE = 90.0  # seconds for a reload: it ends changed processes, each within its own time
BETWEEN = 15.0  # seconds that it may be on its way up or down


def is_running(home: Home) -> bool:
    """Whether a circusd works on this home. One that comes or goes is waited for.

    It holds a lock as long as any of its threads lives: longer than its process looks alive, and from before it can be
    talked to.
    """
    end = time.monotonic() + BETWEEN
    while is_held(home) and not records.is_alive(read_json(home.circus / "pid")) and time.monotonic() < end:
        time.sleep(0.01)
    return is_held(home)


def is_held(home: Home) -> bool:
    """Whether the lock of a circusd is held."""
    try:
        file = os.open(home.circus / "alive.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def log(home: Home) -> Path:
    return home.logs / "circusd.log"


def reload(home: Home) -> None:
    """Make circusd do what its files say.

    :raises SupervisorDown: it does not answer.
    :raises SupervisorRefused: it could not follow, with the last lines of its log.
    """
    end = time.monotonic() + PATIENCE
    while True:
        answer = call(home, "reloadconfig", waiting=True)
        if answer.get("status") == "ok":
            return
        busy = "already running" in answer.get("reason", "") or "restarting" in answer.get("reason", "")
        if not busy or time.monotonic() > end:
            raise SupervisorRefused(str(answer.get("reason", "")), records.last_lines(log(home)))
        time.sleep(0.05)


def call(home: Home, command: str, timeout: float = PATIENCE, **properties: Any) -> dict[str, Any]:
    """One command and its answer.

    :raises SupervisorDown: nobody answers in time.
    """
    from circus.client import CircusClient
    from circus.exc import CallError

    client = CircusClient(endpoint=f"ipc://{home.circus}/endpoint.sock", timeout=timeout)
    try:
        answer: dict[str, Any] = client.send_message(command, **properties)
    except CallError:
        raise SupervisorDown(records.last_lines(log(home))) from None
    finally:
        client.stop()
    return answer
