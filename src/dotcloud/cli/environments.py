"""``dotcloud environments``: the copies of an application that run side by side."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import marked, moment, show
from dotcloud.cli.session import session


@click.command(cls=PlatformCommand)
def environments() -> None:
    """List the environments. One begins with its first push: dotcloud push -e staging."""
    with session() as here:
        found = here.client.get(f"{here.path}/environments")
    lines = (
        marked(
            f"{each['name']:<16}  {each['revision'] or 'nothing deployed':<24}  {moment(each['created_at'])}".rstrip(),
            each["name"] == here.environment,
        )
        for each in found
    )
    show(found, lines)
