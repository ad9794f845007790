"""``dotcloud platform``: the one on this machine. It starts by itself when something needs it."""

from __future__ import annotations

import importlib.util
import os
import sys

import click

from dotcloud.cli.options import PlatformGroup, choices
from dotcloud.cli.run import replace
from dotcloud.errors.client import PlatformNotInstalled


@click.group(cls=PlatformGroup)
def platform() -> None:
    """Start, stop and look at the platform on this machine."""


@platform.command()
def start() -> None:
    """Start it, and with it every site that was deployed."""
    _become("start")


@platform.command()
def stop() -> None:
    """Stop it and everything it runs. Data stays, and `start` brings it all back."""
    _become("stop")


@platform.command()
def status() -> None:
    """Show its processes, versions and memory."""
    _become("status", *(["--json"] if choices().json else []))


@platform.command()
@click.option("-N", "--no-follow", is_flag=True, help="Show what is there and stop.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True, help="Begin with the last lines.")
def logs(no_follow: bool, lines: int) -> None:
    """Show what the platform itself prints, and go on until Ctrl-C."""
    _become("logs", "--lines", str(lines), *([] if no_follow else ["--follow"]))


def _become(*words: str) -> None:
    """The server is a program of its own: the command never imports it."""
    if importlib.util.find_spec("django") is None:
        raise PlatformNotInstalled("django")
    replace([sys.executable, "-m", "dotcloud.platform", *words], os.getcwd(), dict(os.environ))
