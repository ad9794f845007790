"""The ports that a build file names: a program binds one of its own, and a socket that stays leads there."""

from __future__ import annotations

import http.client
import random
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotcloud.buildfile import Service
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.supervise import FRONT, Process, Supervisor, sockets

HOST = "127.0.0.1"
NUMBERS = range(10000, 20000)  # below those of data services


@dataclass(frozen=True)
class Port:
    """One port of one instance of a release.

    :param number: what the program binds: its release's own, so that two can be up at once.
    :param public: where others find it.
    :param socket: the listening socket there; ``None`` for udp, where others are told the program's own number.
    """

    name: str
    protocol: str
    number: int
    public: int
    socket: str | None

    def process(self, tools: Tools, log: Path) -> Process | None:
        """What passes connections on; it ends before the program does."""
        if self.socket is None:
            return None
        return Process(
            name=f"port@{self.name}".lower(),
            argv=["{home}/env/bin/python", "-m", "dotcloud.platform.forward", str(self.number)],
            cwd=tools.folder,
            log=log,
            home=tools.folder,
            instance=tools.folder,
            user=tools.user.name if tools.user else None,
            socket=self.socket,
            tier=FRONT,
        )

    def answers(self, path: str) -> bool:
        """Whether the program took its port, and answers ``path`` where it speaks HTTP.

        :raises ValueError: it answers with an error.
        """
        if self.protocol == "udp":
            return True
        if self.protocol == "tcp":
            with suppress(OSError), socket.create_connection((HOST, self.number), timeout=5):
                return True
            return False
        try:
            status = _status(self.number, path)
        except (OSError, http.client.HTTPException):
            return False
        if status >= 500:
            raise ValueError(f"HEAD {path} answered {status}")
        return True


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("HEAD", path)
        return connection.getresponse().status
    finally:
        connection.close()


def open_ports(service: Service, names: Sequence[str], count: int, supervisor: Supervisor) -> list[list[Port]]:
    """The ports of each instance of a new release. The sockets of tcp ports stay from release to release."""
    free = (number for number in random.sample(NUMBERS, len(NUMBERS)) if sockets.is_free(HOST, number))

    def port(name: str, protocol: str, instance: int) -> Port:
        number, own = next(free), [] if protocol == "http" else [str(instance), name.lower()]
        if protocol == "udp":
            return Port(name, protocol, number, number, None)
        socket_name = ".".join([*names, service.name, *own])
        return Port(name, protocol, number, supervisor.listen(socket_name, HOST), socket_name)

    return [[port(name, protocol, instance) for name, protocol in service.ports.items()] for instance in range(count)]


def told(instances: Sequence[Sequence[Port]]) -> dict[str, dict[str, Any]]:
    """The ports of a service as its row keeps them: where others find each instance."""
    return {
        port.name: {"protocol": port.protocol, "port": [ports[index].public for ports in instances]}
        for index, port in enumerate(instances[0] if instances else ())
    }
