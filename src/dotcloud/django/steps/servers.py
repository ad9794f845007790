"""Ask a database server how it is. No verdict hangs on the words of a message: servers speak many languages."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import DatabaseError, OperationalError

from dotcloud.django.steps.connection import PORTS, own, query

ATTEMPT = 5.0  # seconds for one attempt to connect

# Where PostgreSQL lets one connect when one's own database is missing.
MAINTENANCE = ("postgres", "template1")

# PostgreSQL's SQLSTATE: classes that pass by themselves (connection, resources, operator intervention).
PASSING = ("08", "53", "57")
ALREADY_THERE = ("42P04", "23505")  # duplicate_database; two at once meet in the catalogue's unique index
TEMPLATE_BUSY = "55006"  # object_in_use: somebody else is connected to template1, or copies it

# What psycopg2, which cannot ping, says of a server that is not up.
NOT_YET_WORDS = ("refused", "starting up", "shutting down", "timed out", "timeout")

# MySQL's error numbers, of the client (2…) and of the server (1…).
MYSQL_NOT_YET = (1040, 1053, 2002, 2003, 2006, 2013, 2055)
MYSQL_NO_HOST = (2005,)
MYSQL_REFUSED = (1044, 1045, 1130, 1698, 2059, 2061)
MYSQL_MISSING = (1049,)


class State(Enum):
    UP = auto()
    NOT_YET = auto()  # refused, starting, no answer: it may come
    MISSING = auto()  # the server is up, our database is not there
    REFUSED = auto()  # the server is up and does not let us in
    NO_HOST = auto()  # its name means nothing here
    UNUSABLE = auto()  # anything else


@dataclass(frozen=True)
class Answer:
    state: State
    reason: str = ""


def ask(connection: Any, left: float = ATTEMPT) -> Answer:
    """Connect and run a query, for at most about ``left`` seconds."""
    timeout = min(ATTEMPT, max(1, left))
    try:
        with own(connection, timeout=timeout) as attempt:
            query(attempt, "SELECT 1" + attempt.features.bare_select_suffix)
    except OperationalError as error:
        return _verdict(connection, error, timeout)
    except DatabaseError as error:
        return Answer(State.UNUSABLE, str(error))
    return Answer(State.UP)


def create(connection: Any) -> bool:
    """Create the database the settings name; whether it was us and not another instance at the same moment.

    :raises DatabaseError: the server did not let us.
    """
    name = connection.settings_dict["NAME"]
    with own(connection, NAME=_maintenance(connection)) as server:
        try:
            query(server, _creation(server, name))
        except DatabaseError as error:
            if sqlstate(error) not in (*ALREADY_THERE, TEMPLATE_BUSY):
                raise
            return False
    return True


def sqlstate(error: BaseException) -> str:
    """The five letters of PostgreSQL; empty where there are none, as in a failed attempt to connect."""
    cause = error.__cause__
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or "")


def _verdict(connection: Any, error: OperationalError, timeout: float) -> Answer:
    reason = str(error)
    if connection.vendor in PORTS and not _resolves(connection.settings_dict["HOST"]):
        return Answer(State.NO_HOST, reason)
    match connection.vendor:
        case "postgresql":
            return Answer(_postgresql(connection, error, timeout), reason)
        case "mysql":
            return Answer(_mysql(error), reason)
        case "sqlite":
            return Answer(State.UNUSABLE, reason)
        case _:
            return Answer(State.NOT_YET, reason)


def _resolves(host: str) -> bool:
    """Whether a host name means something. A resolver that does not answer at the moment counts as yes."""
    if not host or host.startswith(("/", "@")):
        return True
    return any(_known(name.strip()) for name in host.split(","))


def _known(name: str) -> bool:
    try:
        socket.getaddrinfo(name, None)
    except socket.gaierror as error:
        return error.errno == socket.EAI_AGAIN
    except UnicodeError:
        return False
    return True


def _postgresql(connection: Any, error: OperationalError, timeout: float) -> State:
    """The client library keeps the SQLSTATE of a refused connection to itself; so ask otherwise, step by step."""
    if sqlstate(error):
        return State.NOT_YET if sqlstate(error).startswith(PASSING) else State.UNUSABLE
    if not _accepts(connection, error, timeout):
        return State.NOT_YET
    name = _maintenance(connection)
    if name is None:
        # Full is not refused: eight instances at once can use up a small plan.
        return State.NOT_YET if "too many" in str(error) or "remaining connection" in str(error) else State.REFUSED
    with own(connection, NAME=name, timeout=timeout) as server:
        there = query(server, "SELECT 1 FROM pg_database WHERE datname = %s", (connection.settings_dict["NAME"],))
    return State.MISSING if not there else _once_more(connection, timeout)


def _once_more(connection: Any, timeout: float) -> State:
    """It exists: another instance has created it since, or we have no right to connect to it."""
    try:
        with own(connection, timeout=timeout) as attempt:
            query(attempt, "SELECT 1")
    except OperationalError:
        return State.REFUSED
    return State.UP


def _accepts(connection: Any, error: OperationalError, timeout: float) -> bool:
    """Whether the server takes connections, whoever asks: not while it starts or stops (57P03)."""
    try:
        from psycopg import conninfo, pq
    except ImportError:
        return not any(words in str(error) for words in NOT_YET_WORDS)
    parameters: Mapping[str, Any] = connection.get_connection_params()
    kept = {name: parameters[name] for name in ("host", "port", "dbname", "user", "service") if parameters.get(name)}
    # With TLS or without: a server that is up and does not offer it will not offer it in a minute either.
    target = conninfo.make_conninfo(**kept, sslmode="prefer", connect_timeout=max(2, round(timeout)))
    return pq.PGconn.ping(target.encode()) == pq.Ping.OK


def _maintenance(connection: Any) -> str | None:
    """A database that lets us in when ours does not. MySQL needs none: its sessions can do without."""
    if connection.vendor == "mysql":
        return ""
    for name in MAINTENANCE:
        try:
            with own(connection, NAME=name, timeout=ATTEMPT) as server:
                query(server, "SELECT 1")
        except OperationalError:
            continue
        return name
    return None


def _mysql(error: OperationalError) -> State:
    number = error.args[0] if error.args else None
    table = {
        State.NOT_YET: MYSQL_NOT_YET,
        State.NO_HOST: MYSQL_NO_HOST,
        State.REFUSED: MYSQL_REFUSED,
        State.MISSING: MYSQL_MISSING,
    }
    return next((state for state, numbers in table.items() if number in numbers), State.UNUSABLE)


def _creation(server: Any, name: str) -> str:
    # Django's quote_name leaves alone what looks quoted, and the quotes inside of a name.
    mark = "`" if server.vendor == "mysql" else '"'
    quoted = mark + name.replace(mark, mark * 2) + mark
    if server.vendor == "mysql":
        return f"CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4"
    return f"CREATE DATABASE {quoted}"
