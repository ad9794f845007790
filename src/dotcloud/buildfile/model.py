"""The words of dotcloud.yml as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CODE_TYPES = ("python", "python-worker", "static", "custom")
DATA_TYPES = ("postgresql", "redis", "mysql")
WEB_TYPES = ("python", "static")
TYPES = CODE_TYPES + DATA_TYPES
WEB_PROCESS = "web"  # the process that answers HTTP in a service of a web type


@dataclass(frozen=True)
class Config:
    """The ``config`` of a service; defaults where the file says nothing.

    :param python_version: ``"3.12"``; ``None`` leaves it to the platform.
    :param workers: processes that answer requests, in each instance.
    :param threads: threads of each of them.
    :param timeout: seconds after which a request is given up and its worker replaced.
    :param buffer_size: bytes that one request header may have.
    :param healthcheck: the path a release is asked for before it takes requests.
    :param extra: the keys that are none of ours, as YAML read them.
    """

    python_version: str | None = None
    workers: int = 4
    threads: int = 1
    timeout: int = 60
    buffer_size: int = 8190
    healthcheck: str = "/"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """One service. Paths (``approot``, ``buildscript``) are posix, relative to the file, and stay below it."""

    name: str
    type: str
    approot: str = "."
    prebuild: str | None = None
    postbuild: str | None = None
    postinstall: str | None = None
    process: str | None = None
    processes: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    systempackages: tuple[str, ...] = ()
    config: Config = field(default_factory=Config)
    instances: int = 1
    buildscript: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_data(self) -> bool:
        """Created once, never touched by a push."""
        return self.type in DATA_TYPES

    @property
    def is_code(self) -> bool:
        return self.type in CODE_TYPES

    @property
    def settings(self) -> dict[str, Any]:
        """The ``config`` in force: what is served with, and the keys that are none of ours."""
        known = {name: value for name, value in vars(self.config).items() if name != "extra"} if self.is_web else {}
        return {**known, **self.config.extra}

    @property
    def is_web(self) -> bool:
        """Answers HTTP without having to say so under ``ports``."""
        return self.type in WEB_TYPES

    @property
    def http_port(self) -> str | None:
        """The name of the port that speaks HTTP, where the service declares one."""
        return next((name for name, protocol in self.ports.items() if protocol == "http"), None)


@dataclass(frozen=True)
class BuildFile:
    """A file without problems: its services by name, in the order of the file."""

    services: Mapping[str, Service]

    @property
    def code_services(self) -> list[Service]:
        return [service for service in self.services.values() if service.is_code]

    @property
    def data_services(self) -> list[Service]:
        return [service for service in self.services.values() if service.is_data]
