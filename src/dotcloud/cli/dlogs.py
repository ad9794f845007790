"""``dotcloud dlogs``: the log of a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from dotcloud import output
from dotcloud.cli.follow import follow, live_revision
from dotcloud.cli.lines import is_message, line
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.screen import Screen, screen
from dotcloud.cli.session import Session, again, segment, session
from dotcloud.cli.target import TARGET, Target
from dotcloud.errors.cli import DeploymentFailed


@click.command(cls=PlatformCommand)
@click.argument("deploy_id", default="latest")
@click.argument("service", type=TARGET, required=False)
@click.option("-N", "--no-follow", is_flag=True, help="Show what is there and stop.")
@click.option("-n", "--lines", type=click.IntRange(0), help="Only the last lines.")
def dlogs(deploy_id: str, service: Target | None, no_follow: bool, lines: int | None) -> None:
    """Show the log of a deployment (the latest, unless DEPLOY_ID names another) to its end.

    SERVICE (www or www.0) shows only its lines. The exit code is 2 when the deployment failed.
    """
    with session() as here:
        if no_follow or service or lines is not None:
            count = _print(_stored(here, deploy_id, lines), service)
            if service and not count:
                output.warn(f"Nothing in this log is about {service}. Is that its name? dotcloud info")
        else:
            _follow(here, deploy_id)


def _stored(here: Session, deploy_id: str, lines: int | None) -> Iterator[dict[str, Any]]:
    return here.stream(f"/deployments/{segment(deploy_id)}/logs", follow=False, lines=lines)


def _print(entries: Iterator[dict[str, Any]], wanted: Target | None) -> int:
    """The number of entries it was about."""
    count = 0
    for entry in entries:
        if "message" not in entry or (wanted and not wanted.matches(entry)):
            continue
        count += 1
        if choices().json:
            output.data(json.dumps(entry))
        elif is_message(entry):
            output.data(line(entry, time=True))
    return count


def _follow(here: Session, deploy_id: str) -> None:
    shown = JsonLines() if choices().json else screen(times=True)
    with shown:
        shown.doing("deploying")
        last = follow(here, shown, segment(deploy_id))
    if last["status"] == "deploy_fail":
        raise DeploymentFailed(str(last.get("message", "")), live_revision(here), again(f"dlogs {deploy_id}"))
    if not choices().json:
        output.data(line(last, time=True))


class JsonLines(Screen):
    """Every entry as it comes, for a program."""

    def entry(self, entry: dict[str, Any]) -> None:
        if "message" in entry:
            output.data(json.dumps(entry))
