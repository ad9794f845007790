"""Deployments that are under way: their processes, and everything that those started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import records

COMMAND = ["-m", "dotcloud.platform", "deploy"]
PATIENCE = 5.0  # seconds that a deployment has to end what it started by itself


def end(home: Home) -> bool:
    """End every deployment of this platform with its hooks and builds; whether there was one.

    A hook or a build may lead a session of its own and may not end when it is asked to: all of them are looked up
    first, and what is left of them is killed.
    """
    deployments = [process for process in psutil.process_iter() if _is_deployment(process, home)]
    started = _below(deployments)
    for process in deployments:
        _send(process, signal.SIGTERM)
    psutil.wait_procs(deployments, timeout=PATIENCE)
    started |= _below(started)
    for process in (*deployments, *started):
        _send(process, signal.SIGKILL)
    records.kill_sessions({process.pid for process in (*deployments, *started)})
    psutil.wait_procs([*deployments, *started], timeout=PATIENCE)
    return bool(deployments)


def _is_deployment(process: psutil.Process, home: Home) -> bool:
    with suppress(psutil.Error):
        if process.cmdline()[1:-1] == COMMAND and process.status() != psutil.STATUS_ZOMBIE:
            return os.path.realpath(process.environ().get("DOTCLOUD_HOME", "")) == os.path.realpath(home.root)
    return False


def _below(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    for process in processes:
        with suppress(psutil.Error):
            found.update(process.children(recursive=True))
    return found


def _send(process: psutil.Process, number: int) -> None:
    """psutil looks at when the process started: a later one with the same number is left alone."""
    with suppress(psutil.Error):
        process.send_signal(number)
