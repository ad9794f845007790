"""``dotcloud deploy``: put a revision live that was pushed before."""

from __future__ import annotations

import click

from dotcloud.cli.follow import deploy as follow_deployment
from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.screen import screen
from dotcloud.cli.session import session


@click.command(cls=PlatformCommand)
@click.argument("revision", default="latest")
@click.option("--clean", is_flag=True, help="Build it again from nothing.")
def deploy(revision: str, clean: bool) -> None:
    """Put REVISION live: latest (the default), previous, or a name from `dotcloud revisions`."""
    with session() as here, screen() as shown:
        shown.info(f"Deploying {_named(revision)} of {here.title}")
        follow_deployment(here, shown, revision, clean)


def _named(revision: str) -> str:
    return f"the {revision} revision" if revision in ("latest", "previous") else f"revision {revision}"
