"""``dotcloud push``: the project in this folder goes live."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from dotcloud.cli.connection import connect_folder, name_from
from dotcloud.cli.follow import deploy
from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.preflight import vendored
from dotcloud.cli.present import counted
from dotcloud.cli.screen import Screen, screen
from dotcloud.cli.session import Session, chosen_application, connected, environment_of, platform, segment
from dotcloud.client.api import Client
from dotcloud.client.files import File, collect
from dotcloud.errors.cli import NameTaken
from dotcloud.errors.client import Conflict


@click.command(cls=PlatformCommand)
@click.argument("path", required=False, type=click.Path(file_okay=False, exists=True))
@click.option("-m", "--message", default="", help="What changed, for `dotcloud revisions`.")
@click.option("--clean", is_flag=True, help="Build everything again from nothing.")
@click.option("--force", is_flag=True, help="Push in spite of warnings about vendor/.")
@click.option("--dry-run", is_flag=True, help="Show what would go and what would happen; change nothing.")
def push(path: str | None, message: str, clean: bool, force: bool, dry_run: bool) -> None:
    """Put the project in this folder (or PATH) live.

    Its files and those of its submodules go up: what git tracks, and what is new and not ignored. Without an
    application one is created, named after the folder.
    """
    from dotcloud.buildfile import load

    root = project(path)
    buildfile = load(root)
    packages = vendored(root)
    if dry_run:
        from dotcloud.cli.dry_run import show_dry_run

        show_dry_run(root, buildfile, packages)
        return
    packages.refuse(force)
    with screen() as shown, platform(folder=root) as client:
        files = _collected(shown, root)
        here = _application(shown, client, root)
        shown.info(f"Pushing {described(files, packages.packages)} from {_short(root)} to {_where(here)}")
        revision = _send(here, shown, files, message)
        deploy(here, shown, revision, clean)


def project(path: str | None = None) -> Path:
    """The folder to push: PATH, or the nearest with dotcloud.yml from the current one upward, or the connected one."""
    if path:
        return Path(path).absolute()
    here = Path.cwd()
    marked = (folder for folder in (here, *here.parents) if (folder / "dotcloud.yml").is_file())
    connection = connected()
    return next(marked, None) or (connection.folder if connection else here)


def _application(shown: Screen, client: Client, root: Path) -> Session:
    """The application of -A or of the folder; with neither, a new one. :raises NameTaken:"""
    name = chosen_application(root)
    if name is None:
        name = name_from(root)
        try:
            client.post("/applications", {"name": name})
        except Conflict:
            raise NameTaken(name) from None
        connect_folder(root, name)
        shown.info(f"Created the application {name}, and connected this folder with it")
    return Session(client, name, environment_of(name, root))


def _collected(shown: Screen, root: Path) -> list[File]:
    shown.doing("looking at the files")
    return collect(root)


def described(files: Sequence[File], packages: Sequence[str]) -> str:
    """``214 files (3 private packages)``."""
    more = f" ({counted(len(packages), 'private package')})" if packages else ""
    return counted(len(files), "file") + more


def _short(root: Path) -> str:
    """The folder from where the person stands."""
    return os.path.relpath(root)


def _where(here: Session) -> str:
    """The application, and the platform when it is not the one of this machine."""
    return here.title if here.client.ssh is None else f"{here.title} on {here.client.where}"


def _send(here: Session, shown: Screen, files: Sequence[File], message: str) -> str:
    """The name of the revision."""
    from dotcloud.client.upload import upload

    shown.doing("sending what the platform lacks")
    return upload(here.client, segment(here.application), here.environment, files, message, shown.sent).name
