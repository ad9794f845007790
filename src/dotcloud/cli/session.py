"""What a command talks with: a platform, and one environment of one application on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dotcloud.cli.options import choices
from dotcloud.errors.cli import BadName, NotConnected

if TYPE_CHECKING:
    from dotcloud.client.config import Connection
    from dotcloud.client.endpoint import Client

DEFAULT = "default"


@dataclass(frozen=True)
class Session:
    """An environment of an application; every path is below ``/applications/NAME``."""

    client: Client
    application: str
    environment: str

    @property
    def title(self) -> str:
        return title(self.application, self.environment)

    @property
    def path(self) -> str:
        return f"/applications/{segment(self.application)}"

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(self.path + path, environment=self.environment, **query)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(self.path + path, body, environment=self.environment)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.patch(self.path + path, body, environment=self.environment)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.put(self.path + path, body, environment=self.environment)

    def delete(self, path: str) -> Any:
        return self.client.delete(self.path + path, environment=self.environment)

    def stream(self, path: str, follow: bool, **query: Any) -> Iterator[dict[str, Any]]:
        return self.client.stream(self.path + path, follow=follow, environment=self.environment, **query)

    def addresses(self) -> dict[str, list[str]]:
        """The addresses of each service that has any, ``www`` first."""
        found = {service["name"]: service_urls(service) for service in self.get("/services")}
        names = sorted((name for name in found if found[name]), key=lambda name: (name != "www", name))
        return {name: found[name] for name in names}


def title(application: str, environment: str) -> str:
    """How a person reads it: ``mysite``, ``mysite (staging)``."""
    return application if environment == DEFAULT else f"{application} ({environment})"


def service_urls(service: dict[str, Any]) -> list[str]:
    """``http://127.0.0.1:8000`` for each of a service's domains."""
    return [f"http://{domain['domain']}" for domain in service.get("domains") or ()]


def segment(name: str) -> str:
    """A name as one part of a path, whatever a person typed. :raises BadName: it would be two, quoted or not."""
    if "/" in name:
        raise BadName(name)
    return quote(name, safe="")


@contextmanager
def platform(start: bool = True, folder: Path | None = None) -> Iterator[Client]:
    """The platform of ``--endpoint``, ``DOTCLOUD_ENDPOINT``, the connected folder, or this machine: in that order.

    :param start: start the one on this machine when it is not running.
    """
    from dotcloud.client.endpoint import connect

    connection = connected(folder)
    url = choices().endpoint or os.environ.get("DOTCLOUD_ENDPOINT") or (connection.endpoint if connection else None)
    with connect(url, start=start) as client:
        yield client


@contextmanager
def session(application: str | None = None) -> Iterator[Session]:
    """The application of ``-A`` or the connected folder. :raises NotConnected: neither is there."""
    name = application or application_name()
    with platform() as client:
        yield Session(client, name, environment_of(name))


def application_name() -> str:
    """The application of ``-A`` or the connected folder. :raises NotConnected: neither is there."""
    name = chosen_application()
    if not name:
        raise NotConnected(Path.cwd())
    return name


def chosen_application(folder: Path | None = None) -> str | None:
    """The application of ``-A`` or of the folder, by default the current one."""
    connection = connected(folder)
    return choices().application or (connection.application if connection else None)


def environment_of(application: str, folder: Path | None = None) -> str:
    """The environment of ``-e``, or the one the folder is connected with, if it is about that application."""
    connection = connected(folder)
    saved = connection.environment if connection and connection.application == application else None
    return choices().environment or saved or DEFAULT


def connected(folder: Path | None = None) -> Connection | None:
    """The nearest connection of the folder, by default the current one, upward."""
    from dotcloud.client.config import find

    return find(folder or Path.cwd())


def again(command: str) -> str:
    """A command line to show a person, with the options that were given to this one."""
    import shlex

    given = choices()
    pairs = (("-A", given.application), ("-e", given.environment), ("--endpoint", given.endpoint))
    options = [word for name, value in pairs if value for word in (name, value)]
    return " ".join(["dotcloud", command, *([shlex.join(options)] if options else [])])
