"""What all data services have in common: a folder, a port, a password, one process, made once."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import string
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from dotcloud import process
from dotcloud.errors.platform import NoSuchProcess, NotScalable, ServiceDidNotStart, ServiceNotMade
from dotcloud.platform.layout import Home, ServiceFolder
from dotcloud.platform.locks import locked
from dotcloud.platform.supervise import DATA_SERVICE, Process, Supervisor, records, sockets, spec, unprivileged

HOST = "127.0.0.1"
PORTS = range(20000, 30000)  # below those the system picks for outgoing connections
PATIENCE = 60.0  # seconds: after a crash a database first replays its log
LETTERS = string.ascii_letters + string.digits


class DataService(ABC):
    """One data service of an environment.

    :param row: the model: ``name``, ``type``, ``port``, ``password``, ``environment``, ``save()``.
    """

    kind: ClassVar[str]  # the infix of its variables: SQL
    scheme: ClassVar[str]
    login: ClassVar[str] = "root"
    stop_signal: ClassVar[str] = "TERM"

    def __init__(self, row: Any, home: Home) -> None:
        self.row = row
        self.home = home

    # What a kind of service has to say

    @abstractmethod
    def programs(self) -> None:
        """Look for its programs.

        :raises ServerMissing: with the package to install.
        """

    @abstractmethod
    def make(self, data: Path, supervisor: Supervisor) -> None:
        """Fill a new data folder, which belongs to the user it runs as."""

    @abstractmethod
    def configure(self) -> None:
        """Write its configuration."""

    @abstractmethod
    def argv(self) -> list[str]:
        """The server."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used; it makes the database on the way."""

    @abstractmethod
    def console(self) -> tuple[list[str], dict[str, str]]:
        """Arguments and variables of its shell. No password among them."""

    def check(self) -> None:  # noqa: B027 - most have nothing to check
        """Refuse a data folder that the server must not open."""

    def stray(self) -> int | None:
        """The process id that a server left in its data folder."""
        return None

    # What all of them do

    def ensure(self, supervisor: Supervisor) -> None:
        """Make it once, start it, and wait until it answers."""
        if self.row.instance_count > 1:
            raise NotScalable(self.row.name, self.row.type)
        self.programs()
        for folder in (self.folder.root, self.folder.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.root.chmod(0o711)
        self.own(self.run)
        with locked(self.folder.root / "lock"):
            self._credentials()
            if not self.folder.data.exists():
                self._make(supervisor)
            self.check()
            self.configure()
            self.end_stray(supervisor)
            supervisor.apply(self.group, [self.process()])
            if supervisor.status(self.group)[0].state == "crash-looping":
                supervisor.restart(self.group)  # what kept it down may be mended, and it waits between its attempts
            self._wait(supervisor)

    def end_stray(self, supervisor: Supervisor) -> None:
        """End a server on this data folder that nobody supervises: the next one could not open it."""
        pid, own = self.stray(), {status.pid for status in supervisor.status(self.group)}
        if pid and pid not in own:
            records.end([{**records.record_of(pid), "signal": self.stop_signal, "timeout": PATIENCE}])
            with suppress(NoSuchProcess):
                supervisor.restart(self.group)  # it may be waiting, after many attempts in vain

    def _credentials(self) -> None:
        if not self.row.password:
            self.row.password = "".join(secrets.choice(LETTERS) for _ in range(32))
        if not self.row.port:
            self.row.port = self._free_port()
        self.row.save(update_fields=("password", "port"))

    def _free_port(self) -> int:
        """A random one: two environments that ask at the same moment get different ones."""
        promised = set(type(self.row).objects.exclude(port=None).values_list("port", flat=True))
        free = (port for port in random.sample(PORTS, len(PORTS)) if port not in promised)  # no secret
        return next(port for port in free if sockets.is_free(HOST, port))

    def _make(self, supervisor: Supervisor) -> None:
        """In a folder that gets its name when all is done: a killed deployment leaves no half database behind."""
        fresh = self.folder.root / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.own(fresh)
        try:
            self.make(fresh, supervisor)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        fresh.rename(self.folder.data)

    def run_program(self, supervisor: Supervisor, argv: Sequence[str], **env: str) -> None:
        """Run one of its programs as its user.

        :raises ServiceNotMade: it failed.
        """
        done = process.run(supervisor.foreground(self.process(argv, env)), timeout=120)
        if not done.ok:
            raise ServiceNotMade(self.row.name, done.last_lines())

    def _wait(self, supervisor: Supervisor) -> None:
        end, pause = time.monotonic() + PATIENCE, 0.02
        while not self.answers():
            (status,) = supervisor.status(self.group)
            if status.state == "crash-looping":
                raise ServiceDidNotStart(self.row.name, "ends whenever it is started", records.last_lines(self.log))
            if time.monotonic() > end:
                reason = f"did not answer within {PATIENCE:g} s"
                raise ServiceDidNotStart(self.row.name, reason, records.last_lines(self.log))
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def process(self, argv: Sequence[str] = (), env: dict[str, str] | None = None) -> Process:
        """Its server, or another of its programs, seeing nothing of the platform but its own folder."""
        user = unprivileged()
        return Process(
            name=self.row.type,
            argv=argv or self.argv(),
            cwd=self.folder.root,
            log=self.log,
            env=env or {},
            instance=self.folder.root,
            visible=self.visible(),
            user=user.name if user else None,
            stop_timeout=60,
            stop_signal=self.stop_signal,
            tier=DATA_SERVICE,
        )

    def visible(self) -> list[Path]:
        """Folders of its programs."""
        return []

    def variables(self) -> dict[str, str]:
        """What every service of the application is told (docs/environment.md)."""
        row = self.row
        prefix = f"DOTCLOUD_{row.name.upper()}_{self.kind}"
        return {
            f"{prefix}_HOST": HOST,
            f"{prefix}_LOGIN": self.login,
            f"{prefix}_PASSWORD": row.password,
            f"{prefix}_PORT": str(row.port),
            f"{prefix}_URL": f"{self.scheme}://{self.login}:{row.password}@{HOST}:{row.port}",
            **self.modern(),
        }

    @abstractmethod
    def modern(self) -> dict[str, str]:
        """The one URL that libraries of today look for."""

    def is_first(self, types: Sequence[str]) -> bool:
        """Whether it is the first of its sort in the environment: only that one gives ``DATABASE_URL``."""
        first = self.row.environment.services.filter(type__in=types).order_by("pk").first()
        return first is None or bool(first.pk == self.row.pk)

    def destroy(self, supervisor: Supervisor) -> None:
        """End it and remove its data."""
        supervisor.remove(self.group)
        shutil.rmtree(self.folder.root, ignore_errors=True)

    @property
    def names(self) -> tuple[str, str, str]:
        environment = self.row.environment
        return environment.application.name, environment.name, self.row.name

    @property
    def database(self) -> str:
        """The database made for the application; it has its name."""
        return self.names[0]

    @property
    def group(self) -> str:
        return f"{'.'.join(self.names)}.0@data"

    @property
    def folder(self) -> ServiceFolder:
        application, environment, name = self.names
        return self.home.environment(application, environment).service(name)

    @property
    def log(self) -> Path:
        return self.folder.logs / f"{self.row.type}.log"

    @property
    def run(self) -> Path:
        """Its unix socket and files of its own."""
        return self.folder.root / "run"

    def path(self, *folders: Path) -> str:
        """A ``PATH`` for its console."""
        return os.pathsep.join([*map(str, folders), "/usr/local/bin", "/usr/bin", "/bin"])

    def own(self, path: Path) -> None:
        """Give a path to the user it runs as."""
        user = unprivileged()
        if user:
            os.chown(path, user.uid, user.gid)

    def secret(self, name: str, text: str, *, own: bool = False) -> Path:
        """A file of mode 0600 in its folder; the user it runs as can read it only if it is its ``own``."""
        path = self.folder.root / name
        spec.write(path, text)
        if own:
            self.own(path)
        return path
