"""One instance at a time: a lock that the database gives to a session, and takes back when the session ends.

Every lock is tried, never waited for inside the database: a waiting statement holds a snapshot, and PostgreSQL's
CREATE INDEX CONCURRENTLY in the migration of the one that has the lock would wait for that snapshot, forever.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol

from django.db import DatabaseError
from django.db.utils import InterfaceError

from dotcloud.django.steps.connection import query

KEYS = (0x646F7463, 0x6D696772)  # "dotc", "migr"; advisory locks belong to one database, so a constant does
_HELD = (
    "FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2 AND granted"
)


class Lock(Protocol):
    """One that this process has or has not."""

    def take(self) -> bool:
        """Try once; whether we have it now."""

    def held(self) -> bool:
        """Whether we still have it."""

    def holder(self) -> str:
        """Who has it, for a person."""

    def release(self) -> None: ...


def lock_on(connection: Any) -> Lock | None:
    """The lock of a database's kind, on a connection of its own; ``None`` for a kind that has none."""
    match connection.vendor:
        case "postgresql":
            return PostgresqlLock(connection)
        case "mysql":
            return MysqlLock(connection)
        case "sqlite" if _is_file(connection):
            return FileLock(Path(f"{connection.settings_dict['NAME']}.migrate.lock"))
        case _:
            return None


class PostgresqlLock:
    """An advisory lock of the session; https://www.postgresql.org/docs/current/explicit-locking.html."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def take(self) -> bool:
        query(self.connection, "SELECT set_config('application_name', %s, false)", (_me()[:63],))
        # The session sits idle while the migrations run; a server may be set to end such sessions.
        idle = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'"
        query(self.connection, idle)
        return bool(query(self.connection, "SELECT pg_try_advisory_lock(%s, %s)", KEYS))

    def held(self) -> bool:
        # Behind a pooler in transaction mode this may be another session than the one that took it.
        with suppress(DatabaseError, InterfaceError):
            return bool(query(self.connection, f"SELECT 1 {_HELD} AND pid = pg_backend_pid()", KEYS))
        return False

    def holder(self) -> str:
        who = "application_name || coalesce(' from ' || host(client_addr), '')"
        sql = f"SELECT {who} {_HELD} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # noqa: S608
        return query(self.connection, sql, KEYS) or "another instance"

    def release(self) -> None:
        query(self.connection, "SELECT pg_advisory_unlock(%s, %s)", KEYS)


class MysqlLock:
    """A named lock of the session; its names are the server's, so the database's is part of it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        digest = sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()
        self.name = f"dotcloud.migrate.{digest[:32]}"  # at most 64 characters

    def take(self) -> bool:
        query(self.connection, "SET SESSION wait_timeout = 86400")
        return bool(query(self.connection, "SELECT GET_LOCK(%s, 0)", (self.name,)))

    def held(self) -> bool:
        with suppress(DatabaseError, InterfaceError):
            return bool(query(self.connection, "SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", (self.name,)))
        return False

    def holder(self) -> str:
        sql = "SELECT CONCAT(user, '@', host) FROM information_schema.processlist WHERE id = IS_USED_LOCK(%s)"
        return query(self.connection, sql, (self.name,)) or "another instance"

    def release(self) -> None:
        query(self.connection, "SELECT RELEASE_LOCK(%s)", (self.name,))


class FileLock:
    """A locked file beside the database; it stays there, because removing it could remove somebody else's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def take(self) -> bool:
        file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(_me())
        file.flush()
        self.file = file
        return True

    def held(self) -> bool:
        return self.file is not None

    def holder(self) -> str:
        return self.path.read_text(encoding="utf-8") or "another instance"

    def release(self) -> None:
        if self.file:
            self.file.close()
            self.file = None


def _is_file(connection: Any) -> bool:
    """SQLite can also live in memory, or under a URI that does not tell its file."""
    return not connection.is_in_memory_db() and not str(connection.settings_dict["NAME"]).startswith("file:")


def _me() -> str:
    """``dotcloud migrate www.0, pid 12 on box``."""
    service, number = (os.environ.get(f"DOTCLOUD_SERVICE_{name}") for name in ("NAME", "ID"))
    instance = f"{service}.{number}, " if service and number else ""
    return f"dotcloud migrate {instance}pid {os.getpid()} on {socket.gethostname()}"
