"""Redis, from the machine's own server."""

from __future__ import annotations

import shlex
import shutil
import socket
from pathlib import Path

from dotcloud.errors.platform import ServerMissing
from dotcloud.platform.services.base import HOST, DataService
from dotcloud.platform.supervise import Supervisor, spec

SERVERS = ("redis-server", "valkey-server")


class Redis(DataService):
    kind, scheme, login = "REDIS", "redis", "redis"

    def programs(self) -> None:
        if not self._server:
            raise ServerMissing(self.row.type, SERVERS, "redis-server")

    @property
    def _server(self) -> str | None:
        return next(filter(None, map(shutil.which, SERVERS)), None)

    def make(self, data: Path, supervisor: Supervisor) -> None:
        """It makes its files itself."""

    def configure(self) -> None:
        """The password is for the user that clients name by default, and for ``redis``, the login of our variables."""
        lines = (
            f"bind {HOST}",
            "protected-mode yes",
            f"port {self.row.port}",
            "daemonize no",
            f"dir {self.folder.data}",
            "appendonly yes",
            "appendfsync everysec",
            f"requirepass {self.row.password}",
            f"user {self.login} on >{self.row.password} ~* &* +@all",
        )
        self.secret("redis.conf", "\n".join(lines) + "\n", own=True)
        self.secret("password", self.row.password)
        self._wrap_client()

    def _wrap_client(self) -> None:
        """A ``redis-cli`` that knows address and password: the real one reads the latter from no file."""
        client, folder = shutil.which("redis-cli") or "/usr/bin/redis-cli", self.folder.root / "bin"
        folder.mkdir(exist_ok=True)
        secret = shlex.quote(str(self.folder.root / "password"))
        command = f"{shlex.quote(client)} -h {HOST} -p {self.row.port}"
        spec.write(folder / "redis-cli", f'#!/bin/sh\nREDISCLI_AUTH=$(cat {secret}) exec {command} "$@"\n')
        (folder / "redis-cli").chmod(0o700)

    def argv(self) -> list[str]:
        return [self._server or SERVERS[0], str(self.folder.root / "redis.conf")]

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.row.port), timeout=2) as client:
                client.sendall(f"AUTH {self.row.password}\r\nPING\r\n".encode())
                with client.makefile("rb") as answers:
                    return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
        except OSError:
            return False

    def console(self) -> tuple[list[str], dict[str, str]]:
        return ["redis-cli"], {"PATH": self.path(self.folder.root / "bin")}

    def modern(self) -> dict[str, str]:
        if not self.is_first(("redis",)):
            return {}
        return {"REDIS_URL": f"redis://:{self.row.password}@{HOST}:{self.row.port}/0"}
