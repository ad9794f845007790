"""``dotcloud logs``: what the running services print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from dotcloud import output
from dotcloud.cli.lines import clean, place
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import clock
from dotcloud.cli.reader import ends_with_its_reader
from dotcloud.cli.session import session
from dotcloud.cli.target import TARGET, Target, instance_numbers


@click.command(cls=PlatformCommand)
@click.argument("services", type=TARGET, nargs=-1)
@click.option("-N", "--no-follow", is_flag=True, help="Show what is there and stop.")
@click.option("-n", "--lines", type=click.IntRange(0), help="Begin with the last lines of each file.")
def logs(services: tuple[Target, ...], no_follow: bool, lines: int | None) -> None:
    """Show what the services print, and go on until Ctrl-C. SERVICES: www, www.1, …"""
    wanted = ",".join(map(str, services)) or None
    with session() as here:
        for each in services:
            if each.instance not in (None, *instance_numbers(here.get(each.path))):
                output.warn(f"{each} does not run; what it printed when it did is all there is.")
        entries = here.stream("/logs", follow=not no_follow, lines=lines, filter=wanted)
        try:
            with ends_with_its_reader():
                count = _print(entries)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None
    if not count and not choices().json:
        output.say("Nothing was printed yet.")


def _print(entries: Iterator[dict[str, Any]]) -> int:
    """The number of lines."""
    count = 0
    for entry in entries:
        if "message" in entry:
            count += 1
            output.data(json.dumps(entry) if choices().json else _line(entry))
    return count


def _line(entry: dict[str, Any]) -> str:
    """``[www.0] web: GET / 200``: where, which process, what; with the time when it came just now."""
    stamp = output.paint(f"{clock(entry['created_at'])} ", "dim", sys.stdout) if entry.get("created_at") else ""
    process = entry.get("process")
    name = output.paint(f"{process}:", "dim", sys.stdout) + " " if process else ""
    return f"{stamp}{place(entry, sys.stdout)} {name}{clean(str(entry['message']), sys.stdout)}"
