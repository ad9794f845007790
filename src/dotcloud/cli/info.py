"""``dotcloud info``: an application, or one of its services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click

from dotcloud import output
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import moment, rows, show, size
from dotcloud.cli.session import Session, again, service_urls, session
from dotcloud.cli.target import TARGET, Target

PASSWORD, HIDDEN = re.compile(r"(?<=:)[^:/@]+(?=@)"), "…"  # what a terminal shows is pasted into tickets
TITLES = ("NAME", "TYPE", "INSTANCES", "MEMORY", "ADDRESS")


@click.command(cls=PlatformCommand)
@click.argument("service", type=TARGET, required=False)
def info(service: Target | None) -> None:
    """Show the application, or SERVICE (www or www.0) with its instances and ports.

    Passwords are in `dotcloud env`.
    """
    with session() as here:
        if service:
            found = _described(here, service)
            show(found, service_lines(found))
            return
        found = here.get()
    show(found, application_lines(here.title, found))
    if not found.get("revision") and not choices().json:
        output.warn(f"{here.title} was not deployed yet. Put it live: {again('push')}")


def _described(here: Session, wanted: Target) -> dict[str, Any]:
    """The service, with only that instance where one was named. :raises NotFound: by the platform, for either."""
    found: dict[str, Any] = here.get(wanted.path)
    if wanted.instance is None:
        return found
    here.get(f"{wanted.path}/instances/{wanted.instance}/status")
    named = [each for each in found["instances"] if int(each["instance_id"]) == wanted.instance]
    return {**found, "instances": named}


def application_lines(title: str, told: dict[str, Any]) -> Iterator[str]:
    """A heading, what is live, and a table of the services."""
    yield f"=== {title}"
    yield from _facts(("revision", told.get("revision")), ("deployed", moment(told.get("deployed_at"))))
    if told.get("services"):
        yield ""
        yield from rows(TITLES, map(_cells, told["services"]))


def _cells(service: dict[str, Any]) -> tuple[Any, ...]:
    memory = size(service.get("reserved_memory")) if service.get("reserved_memory") else None
    address = " ".join(service_urls(service))
    return service["name"], service["service_type"], service["instance_count"], memory, address


def service_lines(told: dict[str, Any]) -> Iterator[str]:
    """The layout of the original: the service, its config and addresses, then each instance."""
    yield f"== {told['name']}"
    yield from _facts(
        ("type", told["service_type"]),
        ("instances", told["instance_count"]),
        ("reserved memory", size(told.get("reserved_memory"))),
    )
    config = {name: value for name, value in (told.get("runtime_config") or {}).items() if value not in (None, "", {})}
    yield from _section("config", (f"{name}: {value}" for name, value in config.items()))
    yield from _section("URLs", (f"- {url}" for url in service_urls(told)))
    for instance in sorted(told.get("instances") or (), key=lambda each: int(each["instance_id"])):
        yield ""
        yield from _instance_lines(told["name"], instance)


def _instance_lines(service: str, instance: dict[str, Any]) -> Iterator[str]:
    yield f"=== {service}.{instance['instance_id']}"
    yield from _facts(("host", instance.get("host")), ("revision", instance.get("revision")))
    ports = (port for port in instance.get("ports") or () if port["name"] != "http")
    yield from _section("ports", (f"{port['name']}: {PASSWORD.sub(HIDDEN, port['url'])}" for port in ports))


def _facts(*facts: tuple[str, Any]) -> Iterator[str]:
    """What is empty is left out."""
    return (f"{name + ':':<17}{value}" for name, value in facts if value not in (None, ""))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield f"{title}:"
        yield f"  {line}"
