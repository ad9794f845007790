"""``dotcloud destroy``: a service, an environment or a whole application, with all their data."""

from __future__ import annotations

from typing import Any

import click

from dotcloud import output
from dotcloud.cli.ask import confirm
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import done, info, show
from dotcloud.cli.session import DEFAULT, Session, connected, segment, session
from dotcloud.client.config import remove

DATA = ("postgresql", "mysql", "redis")


@click.command(cls=PlatformCommand)
@click.argument("service", required=False)
def destroy(service: str | None) -> None:
    """Destroy SERVICE, or the environment of -e, or else the whole application.

    In a folder that is connected with an environment, that one is meant. What they keep in databases and folders is
    lost for good.
    """
    with session() as here:
        if service:
            _service(here, service)
        elif choices().environment or here.environment != DEFAULT:
            _environment(here)
        else:
            _application(here)


def _service(here: Session, name: str) -> None:
    path = f"/services/{segment(name)}"
    _warn_of_data(here, here.get(path))
    if _agreed("service", f"{here.title}.{name}"):
        here.delete(path)
        _gone(f"{here.title}.{name}")


def _environment(here: Session) -> None:
    _name_data(here)
    if _agreed("environment", f"{here.environment}", f" of {here.application}"):
        here.delete("")
        _gone(here.title)


def _application(here: Session) -> None:
    for each in here.client.get(f"{here.path}/environments"):
        _name_data(Session(here.client, here.application, each["name"]))
    if _agreed("application", here.application):
        here.client.delete(here.path)
        _disconnect(here.application)
        _gone(here.application)


def _name_data(here: Session) -> None:
    for service in here.get("/services"):
        _warn_of_data(here, service)


def _warn_of_data(here: Session, service: dict[str, Any]) -> None:
    """Say what data will be lost."""
    if service["service_type"] in DATA:
        output.warn(f"{here.title}.{service['name']} ({service['service_type']}) and everything in it will be lost.")


def _agreed(kind: str, name: str, more: str = "") -> bool:
    agreed = confirm(f'Destroy the {kind} "{name}"{more}?')
    if agreed:
        info(f'Destroying "{name}"')
    else:
        output.say("Nothing was destroyed.")
    return agreed


def _gone(name: str) -> None:
    done("Destroyed.")
    if choices().json:
        show({"destroyed": name}, [])


def _disconnect(application: str) -> None:
    connection = connected()
    if connection and connection.application == application:
        remove(connection.folder)
