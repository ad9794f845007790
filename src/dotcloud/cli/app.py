"""``dotcloud app``: the name of the connected application."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import show
from dotcloud.cli.session import application_name, connected, environment_of


@click.command(cls=PlatformCommand)
def app() -> None:
    """Print the name of the application that this folder is connected with."""
    name = application_name()
    connection = connected()
    told = {
        "application": name,
        "environment": environment_of(name),
        "folder": str(connection.folder) if connection else None,
        "endpoint": connection.endpoint if connection else None,
    }
    show(told, [name])
