"""``dotcloud list``: the applications of a platform."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, marked, show
from dotcloud.cli.session import connected, platform


@click.command("list", cls=PlatformCommand)
def command() -> None:
    """List the applications; the one of this folder has a star."""
    with platform() as client:
        found = sorted(client.get("/applications"), key=lambda each: each["name"])
    if not found and not choices().json:
        info("There is no application yet. Make one: dotcloud push, in the folder of a project")
    current = connected()
    width = max((len(each["name"]) for each in found), default=0) + 2
    lines = (
        marked(f"{each['name']:<{width}}{', '.join(each.get('environments') or ())}".rstrip(), _is(each, current))
        for each in found
    )
    show(found, lines)


def _is(application: dict[str, str], current: object) -> bool:
    return application["name"] == (choices().application or getattr(current, "application", None))
