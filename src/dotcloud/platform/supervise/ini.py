"""What circusd reads, as text. Only names and numbers stand there: everything else is in the spec files."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dotcloud.platform.layout import Home
from dotcloud.platform.supervise.isolation import COMMAND
from dotcloud.platform.supervise.spec import Place

LOOK_AFTER = 0.5  # seconds between two looks at the processes: how long a crashed one is away at most


def main(home: Home) -> str:
    """``circus.ini``: unix sockets only, and the folder with the rest."""
    return (
        "[circus]\n"
        f"endpoint = ipc://{home.circus}/endpoint.sock\n"
        f"pubsub_endpoint = ipc://{home.circus}/pubsub.sock\n"
        "multicast_endpoint =\n"  # or circusd listens for others of its kind on all addresses
        f"check_delay = {LOOK_AFTER}\n"
        "umask = 0177\n"
        f"include_dir = {home.conf.name}\n"
    )


def group(specs: Sequence[tuple[Place, Mapping[str, Any]]]) -> str:
    """The watchers of one group."""
    return "\n".join(_watcher(place, spec) for place, spec in specs)


def _watcher(place: Place, spec: Mapping[str, Any]) -> str:
    command = shlex.join([*COMMAND, str(place.spec)])
    stop = signal.Signals["SIG" + spec["signal"]]
    listening = f" $(circus.sockets.{spec['socket']})" if spec["socket"] else ""
    return (
        f"[watcher:{place.title}]\n"
        f"cmd = {command}{listening}\n"
        "working_dir = /\n"
        "singleton = True\n"
        f"use_sockets = {bool(spec['socket'])}\n"
        f"stop_signal = {int(stop)}\n"
        f"graceful_timeout = {spec['timeout']}\n"
        f"autostart = {spec['autostart']}\n"
        f"digest = {spec['digest']}\n"
    )


def inet_socket(name: str, host: str, port: int) -> str:
    """A listening TCP socket, closed to others that would share its port."""
    return f"[socket:{name}]\nhost = {host}\nport = {port}\nso_reuseport = False\n"


def unix_socket(name: str, path: Path) -> str:
    """A listening unix socket of mode 0600; circus reads its umask as a decimal number."""
    return f"[socket:{name}]\npath = {path}\numask = {0o177}\nreplace = True\n"
