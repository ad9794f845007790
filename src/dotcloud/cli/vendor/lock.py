"""``dotcloud vendor lock``: write vendor/lock.json."""

from __future__ import annotations

import click

from dotcloud import output
from dotcloud.cli.vendor.check import counted
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.vendor.lock import write_lock


@click.command("lock")
def command() -> None:
    """Write down versions, commits and hashes for a box without git."""
    root = vendor_folder()
    root.mkdir(exist_ok=True)
    locked = write_lock(root)
    for entry in locked:
        if entry.dirty:
            output.warn(f"{entry.path} was locked with uncommitted changes.")
    output.say(
        f"vendor/lock.json: {counted(len(locked), 'package')}. It goes with the project: git add vendor/lock.json"
    )
