"""``dotcloud vendor list``: what stands under vendor/."""

from __future__ import annotations

from dataclasses import asdict

import click

from dotcloud import output
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.cli.vendor.table import table
from dotcloud.vendor.listing import Row, rows, short_name

TITLES = ("DISTRIBUTION", "VERSION", "BACKEND", "COMMIT", "BRANCH", "STATE", "PATH")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List the packages under vendor/."""
    root = vendor_folder()
    found = rows(root)
    if as_json:
        output.data_json({"packages": [asdict(row) for row in found]})
    elif not found:
        output.say("vendor/ holds no package yet. Add one: dotcloud vendor add URL")
    else:
        for line in table(TITLES, [_cells(row) for row in found]):
            output.data(line)


def _cells(row: Row) -> list[str]:
    commit = (row.commit or "")[:7]
    cells = [row.distribution, row.version, short_name(row.backend), commit, row.branch, row.state, row.path]
    return [cell or "-" for cell in cells]
