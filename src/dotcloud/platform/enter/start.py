"""Before the program: its log, its record, and the wait of one that keeps ending at once."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

QUICK = 10.0  # seconds: a process that ends sooner did not really start
PATIENCE = 3  # quick ends in a row that are a crash loop
LONGEST_WAIT = 60.0  # seconds


def read(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content


def keep_descriptors(listening: int | None) -> None:
    """The listening socket becomes descriptor 3; all else that was inherited is closed: other sites' sockets, too."""
    if listening is not None and listening != 3:
        os.dup2(listening, 3)
    if listening is not None:
        os.set_inheritable(3, True)
    os.closerange(3 if listening is None else 4, min(os.sysconf("SC_OPEN_MAX"), 1 << 16))


def stand_back(nice: int) -> None:
    """Give way to what serves. Where sessions share the processors (autogroups, sched(7)) theirs counts, not ours."""
    if nice:
        os.nice(nice)
        with suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write(str(nice))


def redirect(spec: dict[str, Any]) -> None:
    log = os.open(spec["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    if os.geteuid() == 0:
        os.fchown(log, spec["uid"], spec["gid"])  # so that it may open /dev/stdout
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.close(nothing)


def wait_while_unwanted(spec: dict[str, Any]) -> None:
    """A process that is being ended, or whose platform stops, is not started again.

    One that waits has no record yet: nobody would find it, should its circusd be killed. It goes with it.
    """
    parent = os.getppid()
    while any(os.path.exists(flag) for flag in spec["unwanted"]):
        time.sleep(0.2)
        if os.getppid() != parent:
            sys.exit(0)


def hold_back(spec: dict[str, Any]) -> None:
    """Note this start; in a crash loop wait, longer each time."""
    try:
        last = read(spec["record"])
    except (OSError, ValueError):
        last = {}
    if last:
        _end_left_over(last)
    now = time.time()
    ended_quickly = bool(last) and last.get("digest") == spec["digest"] and now - last["at"] < QUICK
    quick = last.get("quick", 0) + 1 if ended_quickly else 0
    record = {
        "pid": os.getpid(),
        "mark": mark(os.getpid()),
        "at": now,
        "quick": quick,
        "restarts": last.get("restarts", -1) + 1,
        "waiting": quick >= PATIENCE,
        "digest": spec["digest"],
        "timeout": spec["timeout"],
        "signal": spec["signal"],
        "tier": spec["tier"],
    }
    if quick >= PATIENCE:
        _write(spec["record"], record)
        wait = min(2.0 ** (quick - PATIENCE), LONGEST_WAIT)
        complain(f"ended {quick} times within {QUICK:g} s of its start; the next attempt is in {wait:g} s")
        time.sleep(wait)
        wait_while_unwanted(spec)
    _write(spec["record"], {**record, "at": time.time(), "waiting": False})


def _end_left_over(last: dict[str, Any]) -> None:
    """Ask what the run before this one started to end, where that run itself is dead: it led their session.

    While one of them lives the kernel gives its session's number to nobody else.
    """
    if last["mark"][:8] != mark(os.getpid())[:8] or mark(last["pid"]):
        return
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                if os.getsid(int(name)) == last["pid"]:
                    os.kill(int(name), signal.SIGTERM)


def mark(pid: int) -> str:
    """What tells a process from a later one of its number: the boot, and when it started (proc(5)); "" without it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot, open(f"/proc/{pid}/stat", "rb") as stat:
            return f"{boot.read(8)}.{stat.read().rpartition(b')')[2].split()[19].decode()}"
    except OSError:
        return ""


def _write(path: str, record: dict[str, Any]) -> None:
    fresh = f"{path}.{os.getpid()}"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.replace(fresh, path)


def complain(text: str) -> None:
    with suppress(OSError):
        os.write(2, f"dotcloud: {text}\n".encode())
