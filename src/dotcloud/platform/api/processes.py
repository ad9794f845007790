"""Processes the API starts and leaves to themselves, and how to tell later whether one still runs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from dotcloud import process

_started: set[int] = set()


def start(output: str, *words: str) -> int:
    """Start ``python -m …`` in a session of its own; what it prints goes to a file of the platform's log folder.

    :returns: its process id.
    """
    logs: Path = settings.HOME.logs
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {**os.environ, "DOTCLOUD_HOME": str(settings.HOME.root)}
    bury()
    pid = process.start_detached(
        [sys.executable, "-m", *words], cwd=Path("/"), env=environment, output=logs / f"{output}.log"
    )
    _started.add(pid)
    return pid


def bury() -> None:
    """Let go of those we started that have ended, so that they do not stay as zombies."""
    for pid in list(_started):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                continue
        _started.discard(pid)


def mark(pid: int) -> str:
    """What tells a process from a later one of the same number: when it started, and in which boot.

    Empty where it does not run (a zombie does not), or the system has no /proc.
    """
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    return ""


def alive(pid: int, started: str) -> bool:
    """Whether the process with that mark still runs."""
    if Path("/proc/self/stat").exists():
        return bool(started) and mark(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
