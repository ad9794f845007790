"""``dotcloud new``: a project from the starter."""

from __future__ import annotations

import time
from pathlib import Path

import click

from dotcloud import output
from dotcloud.new import create


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Make a project in the new folder NAME: the starter's site, with this library in its vendor/."""
    started = time.monotonic()
    created = create(name, Path.cwd())
    output.step("project", f"{created.folder.name}/, {created.files} files")
    output.step("library", f"vendor/{created.wheel}")
    output.step("git", created.git, time.monotonic() - started)
    output.say(
        f"\n    cd {created.folder.name}\n"
        "    dotcloud push\n\n"
        "or, without a platform:\n\n"
        "    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt\n"
        "    ./postinstall\n"
        "    .venv/bin/python manage.py runserver"
    )
