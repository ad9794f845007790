"""``dotcloud disconnect``: this folder belongs to no application any more."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import done, info, show
from dotcloud.cli.session import connected
from dotcloud.client.config import remove


@click.command(cls=PlatformCommand)
def disconnect() -> None:
    """Disconnect this folder. The application goes on."""
    connection = connected()
    if connection:
        remove(connection.folder)
        done(f'Disconnected {connection.folder} from "{connection.application}".')
    else:
        info("This folder is not connected.")
    if choices().json:
        show({"application": connection.application if connection else None}, [])
