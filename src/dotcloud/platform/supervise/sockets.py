"""Listening sockets: which file declares which, and which ports are free."""

from __future__ import annotations

import errno
import socket
from configparser import RawConfigParser
from pathlib import Path

from dotcloud.errors.platform import PathTooLong
from dotcloud.platform.layout import Home

FIRST_PORT = 8000
LAST_PORT = 32767  # from 32768 the system picks ports for outgoing connections
UNIX_PATH_LIMIT = 107  # sun_path of unix(7), without its final zero


def file_of(home: Home, name: str) -> Path:
    """Where a socket is declared."""
    return home.conf / f"socket-{name}.ini"


def parked(home: Home) -> Path:
    """Where declarations wait whose port another program has."""
    return home.circus / "parked"


def declared(path: Path) -> tuple[str, int] | None:
    """Host and port of a declaration; ``None`` where there is none, or it is a unix socket."""
    parser = RawConfigParser()
    parser.read(path)
    section = next((parser[name] for name in parser.sections() if "port" in parser[name]), None)
    return None if section is None else (section["host"], int(section["port"]))


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def pick(home: Home, host: str, first: int = FIRST_PORT) -> int:
    """The first port that is free and not promised to anybody."""
    promised = {address[1] for address in map(declared, declarations(home)) if address}
    return next(port for port in range(first, LAST_PORT) if port not in promised and is_free(host, port))


def declarations(home: Home) -> list[Path]:
    """All of them, those that wait too."""
    return [*home.conf.glob("socket-*.ini"), *parked(home).glob("socket-*.ini")]


def check_length(path: Path) -> None:
    """:raises PathTooLong: the system allows no unix socket there."""
    if len(bytes(path)) > UNIX_PATH_LIMIT:
        raise PathTooLong(path, UNIX_PATH_LIMIT)
