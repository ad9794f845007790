"""Data services: made once, kept for ever; and what sites are told about every service.

The variables are those of 2011 (docs/environment.md) with ``DATABASE_URL`` and ``REDIS_URL`` added. ``SSH`` ones are
left out: no instance has an ssh server.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from dotcloud.errors import DotcloudError
from dotcloud.platform.layout import Home
from dotcloud.platform.services.base import HOST, DataService
from dotcloud.platform.services.mysql import MySQL
from dotcloud.platform.services.postgresql import Postgres
from dotcloud.platform.services.redis import Redis
from dotcloud.platform.supervise import Supervisor

KINDS: dict[str, type[DataService]] = {"postgresql": Postgres, "mysql": MySQL, "redis": Redis}


def ensure(service: Any, home: Home, supervisor: Supervisor) -> None:
    """Make a data service where it is not made yet, start it, and wait until it answers.

    :param service: the model; its ``port`` and ``password`` are set and saved.
    :raises ServerMissing: its program is not on the box; with the package to install.
    :raises OtherMajorVersion: its data was made by another major version, and stays as it is.
    :raises ServiceNotMade, ServiceDidNotStart, NotScalable: with the lines that tell.
    """
    _kind(service, home).ensure(supervisor)


def refresh(service: Any, home: Home) -> None:
    """Describe a data service anew while nothing runs: its programs may have moved. One that cannot follow stays."""
    kind = _kind(service, home)
    with suppress(DotcloudError):
        kind.programs()
        kind.check()
        kind.configure()
        Supervisor(home, wake=False).apply(kind.group, [kind.process()])


def variables(service: Any) -> dict[str, str]:
    """What all services of the application are told about this one; nothing before it is made."""
    if service.type in KINDS:
        return _kind(service, Home.default()).variables() if service.port else {}
    return {**_http(service), **_custom_ports(service)}


def _http(service: Any) -> dict[str, str]:
    if not service.http_port:
        return {}
    prefix = f"DOTCLOUD_{service.name.upper()}_HTTP"
    return {f"{prefix}_HOST": HOST, f"{prefix}_URL": f"http://{HOST}:{service.http_port}/"}


def _custom_ports(service: Any) -> dict[str, str]:
    """``_HOST_1`` and so on for the instances of a scaled service; the plain names are those of instance 0.

    A port is a number, or a list of them: one for each instance.
    """
    told: dict[str, str] = {}
    for name, port in service.ports.items():
        if port["protocol"] == "http":
            continue
        numbers = port["port"] if isinstance(port["port"], list) else [port["port"]]
        for instance, number in enumerate(numbers):
            told |= _custom_port(f"DOTCLOUD_{service.name.upper()}_{name.upper()}", port["protocol"], number, instance)
    return told


def _custom_port(prefix: str, protocol: str, port: int, instance: int) -> dict[str, str]:
    values = {"HOST": HOST, "PORT": str(port), "URL": f"{protocol}://{HOST}:{port}"}
    plain = {f"{prefix}_{name}": value for name, value in values.items()} if instance == 0 else {}
    return {**plain, **{f"{prefix}_{name}_{instance}": value for name, value in values.items()}}


def destroy(service: Any, home: Home, supervisor: Supervisor) -> None:
    """End a data service and remove its data."""
    if service.type in KINDS:
        _kind(service, home).destroy(supervisor)


def console(service: Any, home: Home) -> tuple[list[str], dict[str, str]]:
    """The shell of a data service: its arguments, and variables to add.

    With these variables its other programs (``pg_dump``, ``mysqldump``, ``redis-cli``) need no address and no password
    either. The password is in none of them, only in a file of mode 0600 that they lead to.
    """
    return _kind(service, home).console()


def _kind(service: Any, home: Home) -> DataService:
    return KINDS[service.type](service, home)
