"""The desired state as files, and circusd made to follow it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from dotcloud.errors.platform import NoSuchProcess, PortTaken, SupervisorRefused
from dotcloud.platform.layout import Home
from dotcloud.platform.locks import locked
from dotcloud.platform.supervise import circus, ini, records, sockets, spec, start
from dotcloud.platform.supervise.description import Process, ProcessStatus
from dotcloud.platform.supervise.isolation import COMMAND, isolation
from dotcloud.platform.supervise.spec import Place, places

UNUSED = 3600.0  # seconds until a program that was asked for and never started is forgotten


class Supervisor:
    """Keeps groups of processes running; what it is told survives a reboot.

    Any number of them may work on the same home at once, in any number of processes.
    """

    def __init__(self, home: Home, *, wake: bool = True) -> None:
        """:param wake: start circusd where it does not run; else what is told then waits for its start."""
        self.home = home
        self.wake = wake

    def apply(self, group: str, processes: Sequence[Process]) -> None:
        """Make these the processes of a group: new ones are started, changed ones replaced, missing ones ended.

        :raises SupervisorDown: circusd cannot be reached.
        :raises PlatformStopped: the platform was told to stop.
        """
        self._ensure()
        wanted = {one.name: (Place(self.home, group, one.name), one) for one in processes}
        specs = [(place, spec.make(place, one)) for place, one in wanted.values()]
        unchanged = {place.name for place, new in specs if place.read().get("digest") == new["digest"]}
        old = [place for place in places(self.home, group) if place.name not in unchanged]
        if not old and self._file(group).exists() and len(unchanged) == len(specs) == len(places(self.home, group)):
            return
        self._retire(old)
        self._change(lambda: self._write(group, specs))
        for place in old:
            place.retired.unlink(missing_ok=True)
            if place.name not in wanted:
                _forget(place)

    def _write(self, group: str, specs: Sequence[tuple[Place, Mapping[str, Any]]]) -> None:
        for place, content in specs:
            Path(content["log"]).parent.mkdir(parents=True, exist_ok=True)
            spec.write(place.spec, json.dumps(content, indent=1))
            place.retired.unlink(missing_ok=True)
        spec.write(self._file(group), ini.group(specs))

    def remove(self, group: str) -> None:
        """End a group's processes, each within its ``stop_timeout``, and forget it. Unknown groups are fine."""
        old = places(self.home, group)
        self._retire(old)
        if self._file(group).exists():
            self._change(self._file(group).unlink)
        (sockets.parked(self.home) / self._file(group).name).unlink(missing_ok=True)
        for place in old:
            _forget(place)

    def groups(self, prefix: str = "") -> list[str]:
        """The names of the groups that start with ``prefix``."""
        names = {path.name.partition(":")[0] for path in self.home.specs.glob("*:*.json")}
        return sorted(name for name in names if name.startswith(prefix))

    def listen(self, name: str, host: str = "127.0.0.1", port: int | None = None) -> int:
        """Hold a listening socket under a name, and return its port; the same name gives the same port again.

        :param port: ``None`` takes the remembered one, or the first free from 8000 up.
        :raises PortTaken: another program has that very port.
        """
        self._ensure()
        with self._locked():
            file = sockets.file_of(self.home, name)
            held = sockets.declared(file)
            if held and port in (None, held[1]):
                return held[1]
            waiting = sockets.declared(sockets.parked(self.home) / file.name)
            number = self._declare(file, name, host, port, waiting)
            if waiting:
                (sockets.parked(self.home) / file.name).unlink()
                start.unpark(self.home, file.name)
            while not self._opened(file, host, number, by_us=port is None):
                number = self._declare(file, name, host, port, None)
        return number

    def _declare(self, file: Path, name: str, host: str, port: int | None, waiting: tuple[str, int] | None) -> int:
        number = self._choose(name, host, port, waiting)
        spec.write(file, ini.inet_socket(name, host, number))
        return number

    def _opened(self, file: Path, host: str, number: int, by_us: bool) -> bool:
        """Whether circusd listens; not, where another program took a port of our choice since it was looked at."""
        try:
            self._reload_or(file)
        except SupervisorRefused:
            if not by_us or sockets.is_free(host, number):
                raise
            return False
        return True

    def _choose(self, name: str, host: str, port: int | None, waiting: tuple[str, int] | None) -> int:
        if port is not None and not sockets.is_free(host, port):
            raise PortTaken(name, host, port)
        if port is None and waiting and sockets.is_free(*waiting):
            return waiting[1]
        return sockets.pick(self.home, host) if port is None else port

    def listen_unix(self, name: str, path: Path) -> None:
        """The same with a unix socket of mode 0600."""
        self._ensure()
        sockets.check_length(path)
        with self._locked():
            file = sockets.file_of(self.home, name)
            if not file.exists():
                spec.write(file, ini.unix_socket(name, path))
                self._reload_or(file)

    def _reload_or(self, file: Path) -> None:
        try:
            if circus.is_running(self.home):
                circus.reload(self.home)
        except BaseException:
            file.unlink(missing_ok=True)
            raise

    def listening(self, prefix: str) -> list[str]:
        """The names of the listening TCP sockets that start with ``prefix``."""
        names = {path.stem.removeprefix("socket-") for path in sockets.declarations(self.home)}
        return sorted(name for name in names if name.startswith(prefix))

    def unlisten(self, name: str) -> None:
        """Close a listening socket; its processes must be removed before."""
        file = sockets.file_of(self.home, name)
        (sockets.parked(self.home) / file.name).unlink(missing_ok=True)
        if file.exists():
            self._change(file.unlink)

    def status(self, group: str) -> list[ProcessStatus]:
        """How the processes of a group are doing."""
        return [records.status(place) for place in places(self.home, group)]

    def restart(self, group: str, name: str | None = None) -> None:
        """End a group's processes (or one); they are started again at once.

        :raises NoSuchProcess: there is none of that name.
        """
        chosen = self._chosen(group, name)
        self._ensure()
        found = [spec.read_json(place.record) for place in chosen]
        for place in chosen:
            place.record.unlink(missing_ok=True)  # so that this does not look like a crash
        records.end_in_order(found)

    def signal(self, group: str, signal: str, name: str | None = None) -> None:
        """Send ``"HUP"``, ``"USR1"``… to a group's processes (or one).

        :raises NoSuchProcess: there is none of that name.
        """
        for place in self._chosen(group, name):
            records.send(spec.read_json(place.record), f"SIG{signal}")

    def foreground(self, process: Process) -> list[str]:
        """The arguments of a program that becomes ``process`` where it is started: for hooks and ``dotcloud run``.

        It keeps its stdin, stdout and stderr; ``log``, ``socket`` and supervision do not apply. For one use.
        """
        start.prepare(self.home)
        isolation(self.home)
        commands = self.home.run / "commands"
        spec.remove_older(commands, UNUSED)
        file = commands / f"{secrets.token_hex(8)}.json"
        spec.write(file, json.dumps(spec.make_foreground(self.home, process)))
        return [*COMMAND, str(file)]

    def _ensure(self) -> None:
        if self.wake:
            start.ensure(self.home)

    def _chosen(self, group: str, name: str | None) -> list[Place]:
        found = [place for place in places(self.home, group) if name in (None, place.name)]
        if not found:
            raise NoSuchProcess(group if name is None else f"{group}:{name}")
        return found

    def _file(self, group: str) -> Path:
        return self.home.conf / f"group-{group}.ini"

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.home.circus / "reload.lock")

    def _change(self, action: Callable[[], None]) -> None:
        """Change files and have circusd follow; one at a time, or it refuses the second."""
        with self._locked():
            action()
            if circus.is_running(self.home):
                circus.reload(self.home)

    def _retire(self, old: Sequence[Place]) -> None:
        """End processes ourselves, before circusd is told: it would do nothing else until the slowest has ended."""
        for place in old:
            os.close(os.open(place.retired, os.O_CREAT | os.O_WRONLY, 0o600))
        records.end_in_order([spec.read_json(place.record) for place in old])


def _forget(place: Place) -> None:
    for path in (place.spec, place.record, place.retired):
        path.unlink(missing_ok=True)
