"""``dotcloud activity``: who did what, and when."""

from __future__ import annotations

from typing import Any

import click

from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, moment, rows, show, size
from dotcloud.cli.session import connected, platform, session

TITLES = ("TIME", "CATEGORY", "ACTION", "APPLICATION.SERVICE (DETAILS)")


@click.command(cls=PlatformCommand)
@click.option("-a", "--all", "everything", is_flag=True, help="Of all applications.")
def activity(everything: bool) -> None:
    """Show what was done to the application, the newest last; outside of one, to all of them."""
    if everything or not (choices().application or connected()):
        with platform() as client:
            found = client.get("/activity")
    else:
        with session() as here:
            found = here.get("/activity")
    if not found and not choices().json:
        info("Nothing was done yet.")
        return
    show(found, rows(TITLES, map(_cells, found)))


def _cells(event: dict[str, Any]) -> tuple[str, str, str, str]:
    where = ".".join(filter(None, (event["application"], event.get("service"))))
    environment = event.get("environment") or "default"
    told = [where, "" if environment == "default" else f"-e {environment}", _details(event), _author(event)]
    return moment(event["created_at"]), event["category"], event["action"], " ".join(filter(None, told))


def _details(event: dict[str, Any]) -> str:
    if event.get("scale") == "memory":
        return f"(memory={size(event.get('value'))})"
    if event.get("scale"):
        return f"(instances={event.get('value')})"
    shown = {name: event.get(name) for name in ("revision", "build", "instance", "domain", "set", "unset")}
    pairs = (f"{name}={_word(value)}" for name, value in shown.items() if value not in (None, "", []))
    text = " ".join(pairs)
    return f"({text})" if text else ""


def _word(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _author(event: dict[str, Any]) -> str:
    user = event.get("user") or {}
    return "" if user.get("self", True) else f"/by {user.get('username')}"
