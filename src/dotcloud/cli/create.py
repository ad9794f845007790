"""``dotcloud create``: a new application."""

from __future__ import annotations

from pathlib import Path

import click

from dotcloud.cli.ask import can_ask, confirm
from dotcloud.cli.connection import connect_folder
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import done, info, show
from dotcloud.cli.session import connected, platform


@click.command(cls=PlatformCommand)
@click.argument("name")
def create(name: str) -> None:
    """Create the application NAME, and connect this folder with it."""
    with platform() as client:
        info(f'Creating an application named "{name}"')
        made = client.post("/applications", {"name": name})
        done(f'Application "{name}" created.')
    if _wants_connection(name):
        done(connect_folder(Path.cwd(), name))
    if choices().json:
        show(made, [])


def _wants_connection(name: str) -> bool:
    """A folder without a connection gets one; one that has another keeps it, unless somebody says otherwise."""
    connection = connected()
    if connection is None:
        return confirm(f'Connect the current directory to "{name}"?', default=True)
    question = f'{connection.folder} is connected with "{connection.application}". Connect it to "{name}" instead?'
    return can_ask() and confirm(question)
