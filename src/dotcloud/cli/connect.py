"""``dotcloud connect``: this folder belongs to an application."""

from __future__ import annotations

from pathlib import Path

import click

from dotcloud.cli.connection import connect_folder
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import done, show
from dotcloud.cli.session import platform, segment


@click.command(cls=PlatformCommand)
@click.argument("name", required=False)
def connect(name: str | None) -> None:
    """Connect this folder with the application NAME.

    -e and --endpoint, when they are given, are remembered too.
    """
    name = name or choices().application
    if not name:
        raise click.UsageError("Name the application: dotcloud connect NAME (dotcloud list shows them).")
    with platform() as client:
        client.get(f"/applications/{segment(name)}/environments")
    done(connect_folder(Path.cwd(), name))
    if choices().json:
        show({"application": name, "environment": choices().environment}, [])
