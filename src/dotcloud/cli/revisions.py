"""``dotcloud revisions``: what can be deployed."""

from __future__ import annotations

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, marked, moment, show
from dotcloud.cli.session import session


@click.command(cls=PlatformCommand)
def revisions() -> None:
    """List the revisions that can be deployed, the newest last; the live one has a star."""
    with session() as here:
        found = here.get("/revisions")
    if not choices().json:
        info(f"Revisions of {here.title}:" if found else f"Nothing was pushed to {here.title} yet.")
    show(found, (_line(each) for each in found))


def _line(revision: dict[str, str]) -> str:
    message = (revision.get("message") or "").partition("\n")[0]
    text = f"{revision['revision']:<20}  {moment(revision.get('created_at'))}  {message}"
    return marked(text.rstrip(), bool(revision.get("live")))
