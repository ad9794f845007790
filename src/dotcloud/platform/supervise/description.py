"""What a process is started with, and how it is doing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

State = Literal["up", "down", "crash-looping"]

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*")

BEHIND_SITES = 3  # how nice what a deployment computes is to what serves
FRONT, SITE, DATA_SERVICE, PLATFORM = -1, 0, 1, 2  # the order in which they are ended


@dataclass(frozen=True, kw_only=True)
class Process:
    """One program to keep running.

    :ivar name: unique in its group: ``web``, ``celery``.
    :ivar argv: the program and its arguments; a bare name is looked up in the ``PATH`` of its environment. In these and
        in the values of ``env``, ``{socket_fd}`` becomes the listening socket's descriptor, ``{pid}`` its process id,
        and ``{home}`` where it sees its home.
    :ivar cwd: where it starts; a path in ``home`` shows as one in ``/home/dotcloud``.
    :ivar log: the file that gets what it prints; rotated.
    :ivar env: its variables, over those of ``home/environment.json``; it gets no others but ``PATH``, ``HOME``,
        ``USER``, ``LOGNAME`` and ``LANG``.
    :ivar home: a release's home, shown to it at ``/home/dotcloud``.
    :ivar instance: the folder around ``home`` that it may see and write too (``data`` lies there); alone, that of a
        data service. Without either it sees the machine as it is.
    :ivar visible: further folders it may see, for reading.
    :ivar writable: further folders it may see and write.
    :ivar user: who it runs as; only root can choose.
    :ivar socket: the name of a listening socket, see ``Supervisor.listen``.
    :ivar stop_timeout: seconds it has to end after ``stop_signal``; then it is killed with all its children.
    :ivar nice: how far it stands back behind what serves, as nice(1) counts it.
    :ivar tier: when it is ended, in its group and when the platform stops: ``FRONT`` first, ``PLATFORM`` last.
    """

    name: str
    argv: Sequence[str]
    cwd: Path
    log: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    home: Path | None = None
    instance: Path | None = None
    visible: Sequence[Path] = ()
    writable: Sequence[Path] = ()
    user: str | None = None
    socket: str | None = None
    stop_timeout: float = 30
    stop_signal: str = "TERM"
    autostart: bool = True
    nice: int = 0
    tier: int = SITE


@dataclass(frozen=True)
class ProcessStatus:
    """How a process is doing.

    :ivar uptime: seconds since it was started; ``None`` where it does not run.
    :ivar restarts: how often it was started again.
    :ivar last_lines: of its log, where it is not up.
    :ivar memory: bytes (proportional set size, with its children), 0 where unknown.
    :ivar started: whether it was ever started: a busy machine takes its time.
    """

    name: str
    group: str
    state: State
    pid: int | None
    uptime: float | None
    restarts: int
    last_lines: tuple[str, ...] = ()
    memory: int = 0
    started: bool = True
