"""``dotcloud memory``: what the instances use."""

from __future__ import annotations

import click

from dotcloud import output
from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import moment, rows, show, size
from dotcloud.cli.session import Session, session
from dotcloud.cli.target import TARGET, Target
from dotcloud.errors.cli import BadDuration

DURATIONS = ("1h", "6h", "1d", "1w", "1M")
TITLES = ("INSTANCE", "TIME", "USED", "RESERVED", "UNUSED")


@click.command(cls=PlatformCommand)
@click.argument("service", type=TARGET, required=False)
@click.argument("duration", required=False)
def memory(service: Target | None, duration: str | None) -> None:
    """Show the memory that SERVICE (www or www.0), or every instance, uses.

    DURATION (1h, 6h, 1d, 1w, 1M) asks for as much of the past as the platform keeps.
    """
    if duration and duration not in DURATIONS:
        raise BadDuration(duration, DURATIONS)
    with session() as here:
        wanted = [service] if service else [Target(each["name"]) for each in here.get("/services")]
        found = {str(target): _metrics(here, target, duration) for each in wanted for target in _instances(here, each)}
    if duration and all(len(metrics) < 2 for metrics in found.values()):
        output.warn("This platform keeps no history: these are the values of now.")
    show(found, rows(TITLES, (_cells(name, metric) for name, metrics in found.items() for metric in metrics)))


def _instances(here: Session, wanted: Target) -> list[Target]:
    return wanted.instances(here.get(wanted.path))


def _metrics(here: Session, target: Target, duration: str | None) -> list[list[float | None]]:
    path = f"{target.path}/instances/{target.instance}/metrics/memory"
    found: list[list[float | None]] = here.get(path, range=duration or DURATIONS[0])
    return found


def _cells(name: str, metric: list[float | None]) -> tuple[str, ...]:
    """The columns that section 7.5 of the original's reference names: epoch, used, reserved, ?, unused."""
    epoch, used, reserved, _, unused = metric[:5]
    return name, moment(_date(epoch)), *("" if each is None else size(each) for each in (used, reserved, unused))


def _date(epoch: float | None) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(epoch or 0, UTC).isoformat()
