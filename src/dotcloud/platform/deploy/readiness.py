"""Whether new processes came up: a site when each of its workers has answered once, others when they stay."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from dotcloud.errors.build import DidNotStart
from dotcloud.platform.deploy.instance import Instance, read_of_site
from dotcloud.platform.deploy.ports import Port
from dotcloud.platform.supervise import Supervisor

PATIENCE = 120.0  # seconds for a site to answer its first request
SETTLED = 1.0  # seconds that a process without an address has to live
STEP = 0.02
LOOKED_AT = 2 * 1024 * 1024  # bytes at the end of a log: some seconds of a busy site
_SERVER_LINE = re.compile(r"\[\d{4}-\d\d-\d\d [^\]]+\] \[\d+\] \[(INFO|WARNING|ERROR|CRITICAL)\] ")
_FIRST_LINE = re.compile(_SERVER_LINE.pattern + "Starting gunicorn ")
_VISIT = re.compile(r'\S+ - \S+ \[\d\d/\w{3}/\d{4}:[^\]]+\] "[^"]*" \d{3} ')
_OTHERS_FRAME = re.compile(r'  File "(<frozen |[^"]*/(site-packages|lib/python3[^/]*)/)')


def wait_until_ready(instance: Instance, group: str, supervisor: Supervisor, patience: float = PATIENCE) -> str:
    """Wait, and say what came up.

    :raises DidNotStart: with the reason and the last lines of its log.
    """
    started = time.monotonic()
    run = instance.home.run
    workers = instance.built.workers
    next_look, settled, silent = started + 0.2, 0.0, [*instance.ports]
    while time.monotonic() - started < patience:
        if (run / "failed").exists():
            raise DidNotStart(str(instance.place), read_of_site(run / "failed", 2000) or "it failed", _tail(instance))
        if workers and not silent and len(list(run.glob("ready.*"))) >= workers:
            return f"{workers} worker{'s' if workers > 1 else ''} answered"
        if time.monotonic() > next_look:
            next_look = time.monotonic() + 0.2
            _refuse_ended(instance, group, supervisor)
            silent = _silent(instance, silent)
            if not workers and not silent and all(status.started for status in supervisor.status(group)):
                settled = settled or time.monotonic()
                if time.monotonic() - settled > SETTLED:
                    return "running"
        time.sleep(STEP)
    who = " and ".join(f"its port {port.name}" for port in silent) or "it"
    raise DidNotStart(str(instance.place), f"{who} did not answer within {patience:g} s", _tail(instance))


def _silent(instance: Instance, ports: Sequence[Port]) -> list[Port]:
    """Those that do not answer yet."""
    try:
        return [port for port in ports if not port.answers(instance.service.config.healthcheck)]
    except ValueError as error:
        raise DidNotStart(str(instance.place), str(error), _tail(instance)) from None


def _refuse_ended(instance: Instance, group: str, supervisor: Supervisor) -> None:
    for status in supervisor.status(group):
        if status.started and (status.restarts or status.state in ("down", "crash-looping")):
            raise DidNotStart(str(instance.place), f"{status.name} ended", _tail(instance))


def _tail(instance: Instance, count: int = 15) -> list[str]:
    """The last lines of the newest log of this instance."""
    logs = sorted(instance.folder.logs.glob("*.log"), key=lambda path: path.stat().st_mtime)
    lines: list[str] = []
    for log in logs[-2:]:
        lines += _last(log, count)
    return lines[-count:]


def _last(path: Path, count: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOOKED_AT))
        lines = file.read().decode(errors="replace").splitlines()
    first = max((number for number, line in enumerate(lines) if _FIRST_LINE.match(line)), default=0)
    lines = lines[first:]  # what stands before is of releases before
    return [line for line in without_noise(lines) if line.strip()][-count:]


def without_noise(lines: list[str]) -> list[str]:
    """What a site says, without the server's own lines and the frames of tracebacks that are not the site's.

    Visits are left out, too: those are the old release's, which writes into the same log while the new one fails.
    """
    kept: list[str] = []
    skipping = False
    for line in lines:
        if line.startswith('  File "'):
            skipping = _OTHERS_FRAME.match(line) is not None
        elif not line.startswith("    "):
            skipping = False
        if not (skipping or _SERVER_LINE.match(line) or _VISIT.match(line)):
            kept.append(line)
    return kept
