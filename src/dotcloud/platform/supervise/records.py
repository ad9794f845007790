"""Processes by the records that ``enter`` leaves: which run, how they do, and how to end them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from dotcloud.platform.enter.start import PATIENCE, QUICK, mark
from dotcloud.platform.supervise.description import ProcessStatus, State
from dotcloud.platform.supervise.spec import Place, read_json

LAST_LINES = 20
SHELL = b"/bin/bash\0-c\0"  # how the command lines of a build file are started


def status(place: Place) -> ProcessStatus:
    """How one process is doing."""
    record = read_json(place.record)
    alive = is_alive(record)
    age = time.time() - record.get("at", 0)
    state = _state(record, alive, age)
    lines = () if state == "up" else last_lines(Path(place.read().get("log", os.devnull)))
    return ProcessStatus(
        place.name,
        place.group,
        state,
        record["pid"] if alive else None,
        age if alive else None,
        max(record.get("restarts", 0), 0),
        lines,
        memory(record["pid"]) if alive else 0,
        started=bool(record),
    )


def _state(record: dict[str, Any], alive: bool, age: float) -> State:
    quick = record.get("quick", 0)
    if alive and not record["waiting"] and (quick < PATIENCE or age >= QUICK):
        return "up"
    return "crash-looping" if quick >= PATIENCE - (not alive) else "down"


def is_alive(record: dict[str, Any]) -> bool:
    """Whether the process of a record still runs; a dead one that nobody has waited for does not."""
    try:
        process = psutil.Process(record["pid"])
        return bool(mark(record["pid"]) == record["mark"]) and process.status() != psutil.STATUS_ZOMBIE
    except (KeyError, psutil.NoSuchProcess):
        return False


def last_lines(log: Path, count: int = LAST_LINES) -> tuple[str, ...]:
    """The last lines of a log."""
    try:
        with open(log, "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - 16384, 0))
            text = file.read().decode(errors="replace")
    except OSError:
        return ()
    return tuple(text.splitlines()[-count:])


def memory(pid: int, *, children: bool = True) -> int:
    """Bytes that a process (and its children) use; pages that several share count once."""
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *(process.children(recursive=True) if children else ())]:
            total += _proportional(one)
    return total


def _proportional(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0


def end(records: Iterable[dict[str, Any]], longest: float | None = None) -> None:
    """Ask processes to end, each in its own way, and kill what is left of them when their time is up.

    :param longest: seconds that none may exceed.
    """
    running = [record for record in records if is_alive(record)]
    everyone = [one for record in running for one in _with_waited_for(record)]
    for one in everyone:
        _send(one, f"SIG{'TERM' if one['waiting'] else one['signal']}")
    wait(everyone, longest)
    kill_sessions({record["pid"] for record in running})


def end_in_order(records: Sequence[dict[str, Any]]) -> None:
    """The same tier by tier: what takes requests ends before what answers them, and that before its database."""
    for tier in sorted({record.get("tier", 0) for record in records}):
        end([record for record in records if record.get("tier", 0) == tier])


def record_of(pid: int) -> dict[str, Any]:
    """A record of a process that was found by other means."""
    return {"pid": pid, "mark": mark(pid), "waiting": False}


def wait(running: list[dict[str, Any]], longest: float | None = None) -> None:
    """Wait until they have ended, for each no longer than its own time."""
    begin, pause = time.monotonic(), 0.01
    while running:
        spent = time.monotonic() - begin
        limits = [(one, one["timeout"] if longest is None else min(longest, one["timeout"])) for one in running]
        running = [one for one, limit in limits if spent < limit and is_alive(one)]
        if running:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)


def send(record: dict[str, Any], name: str) -> None:
    """Send a signal by its name to the process of a record, should it still run."""
    if is_alive(record):
        for one in _with_waited_for(record):
            _send(one, name)


def _send(record: dict[str, Any], name: str) -> None:
    with suppress(ProcessLookupError):
        os.kill(record["pid"], signal.Signals[name])


def _with_waited_for(record: dict[str, Any]) -> list[dict[str, Any]]:
    """A process; and where it is a shell that stayed (pipes, loops), what it waits for: it passes no signal on."""
    others = _sessions({record["pid"]}) if _is_shell(record["pid"]) else []
    return [record, *({**record, **record_of(pid)} for pid in others if pid != record["pid"])]


def _is_shell(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(SHELL)
    except OSError:
        return False


def kill_sessions(leaders: Collection[int]) -> None:
    """Kill what these processes started and left behind. Each led a session of its own, so it is known by that."""
    for pid in _sessions(leaders):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _sessions(leaders: Collection[int]) -> list[int]:
    """What runs in the sessions of these, but for ourselves."""
    found = []
    for pid in psutil.pids() if leaders else ():
        with suppress(ProcessLookupError, PermissionError):
            if pid != os.getpid() and os.getsid(pid) in leaders:
                found.append(pid)
    return found
