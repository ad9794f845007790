"""``dotcloud dlist``: the deployments."""

from __future__ import annotations

import click

from dotcloud import output
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, moment, rows, show
from dotcloud.cli.session import again, session

TITLES = ("DATE", "REVISION", "DEPLOY ID", "STATE")


@click.command(cls=PlatformCommand)
@click.option("-n", "--lines", type=click.IntRange(1), default=20, show_default=True, help="How many of the newest.")
def dlist(lines: int) -> None:
    """List the deployments, the newest last."""
    with session() as here:
        found = here.get("/deployments")[-lines:]
    if not found and not choices().json:
        info(f"{here.title} was never deployed.")
        return
    show(found, rows(TITLES, map(_cells, found)))
    if not choices().json:
        output.say(f"\nThe log of the newest: {again('dlogs latest')}")


def _cells(deployment: dict[str, str]) -> tuple[str, str, str, str]:
    state = f"{deployment.get('state', '')}{', live' if deployment.get('live') else ''}"
    return moment(deployment["created_at"]), deployment["revision"], deployment["deploy_id"], state
