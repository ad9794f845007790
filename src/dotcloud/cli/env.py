"""``dotcloud env``: the variables of an application."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from dotcloud import output
from dotcloud.cli.follow import deploy, live_revision
from dotcloud.cli.options import PlatformGroup, choices
from dotcloud.cli.present import info, show
from dotcloud.cli.screen import screen
from dotcloud.cli.session import Session, session
from dotcloud.errors.cli import BadVariable

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@click.group(cls=PlatformGroup, invoke_without_command=True)
@click.pass_context
def env(ctx: click.Context) -> None:
    """List, set and unset the variables of all services. A change deploys at once."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_variables)


@env.command("list")
def list_variables() -> None:
    """List the variables, passwords of databases among them."""
    with session() as here:
        found = here.get("/environment")
    if not choices().json:
        info(f"Variables of {here.title}")
    show(found, (f"{name}={value}" for name, value in sorted(found.items())))


@env.command("set")
@click.argument("pairs", nargs=-1, required=True, metavar="NAME=VALUE…")
def set_variables(pairs: tuple[str, ...]) -> None:
    """Set variables and deploy."""
    wanted: dict[str, str | None] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise BadVariable(name)
        wanted[name] = value
    _change(wanted, "Setting")


@env.command("unset")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
def unset_variables(names: tuple[str, ...]) -> None:
    """Unset variables and deploy; what dotcloud.yml says comes back."""
    _change(dict.fromkeys(names), "Un-setting")


def _change(wanted: dict[str, str | None], verb: str) -> None:
    """Values are not repeated: they may be secrets."""
    with session() as here, screen() as shown:
        shown.info(f"{verb} {', '.join(wanted)} of {here.title}")
        _warn_of_absent(here, [name for name, value in wanted.items() if value is None])
        here.patch("/environment", wanted)
        if _is_deployed(here, wanted):
            deploy(here, shown, kept="The variables stay changed, for the next deployment.")


def _warn_of_absent(here: Session, gone: Sequence[str]) -> None:
    known = here.get("/environment") if gone else {}
    for name in gone:
        if name not in known:
            output.warn(f"{name} is not set with `dotcloud env set`.")


def _is_deployed(here: Session, wanted: dict[str, str | None]) -> bool:
    if live_revision(here):
        return True
    output.say("Nothing is deployed yet: the next push puts it in force.")
    if choices().json:
        output.data_json({"application": here.application, "environment": here.environment, "changed": list(wanted)})
    return False
