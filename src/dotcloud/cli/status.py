"""``dotcloud status``: which processes are up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from dotcloud import output
from dotcloud.cli.options import PlatformCommand, choices
from dotcloud.cli.present import info, lasted, rows, show, size
from dotcloud.cli.session import Session, session
from dotcloud.cli.target import TARGET, Target

TITLES = ("INSTANCE", "PROCESS", "STATUS", "PID", "UPTIME", "RESTARTS", "MEMORY")
COLOURS = {"up": "green", "down": "red", "crash-looping": "red", "hibernating": "blue"}
LAST = "last lines"


@click.command(cls=PlatformCommand)
@click.argument("service", type=TARGET, required=False)
def status(service: Target | None) -> None:
    """Show whether the processes of SERVICE (www or www.0), or of all services, are up."""
    with session() as here:
        wanted = [service] if service else [Target(each["name"]) for each in here.get("/services")]
        found = {str(target): told for each in wanted for target, told in _probed(here, each)}
    if not found and not choices().json:
        info(f"{here.title} has no instances: nothing is deployed.")
    show(found, _lines(found))


def _probed(here: Session, wanted: Target) -> Iterator[tuple[Target, dict[str, Any]]]:
    for target in wanted.instances(here.get(wanted.path)):
        yield target, here.get(f"{target.path}/instances/{target.instance}/status")


def _lines(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A table, and below it the last lines of what is not up."""
    if not found:
        return
    processes = [(name, told["status"], each) for name, told in found.items() for each in _processes(told)]
    title, *lines = rows(TITLES, (_cells(*each) for each in processes))
    yield title
    for line, (_, state, process) in zip(lines, processes, strict=True):
        yield _painted(line, process.get("state", state))
    for name, _, process in processes:
        yield from _last_lines(name, process)


def _processes(told: dict[str, Any]) -> list[dict[str, Any]]:
    return told.get("processes") or [{**(told.get("custom") or {}), "state": told["status"]}]


def _cells(name: str, state: str, process: dict[str, Any]) -> tuple[Any, ...]:
    memory = process.get("memory")
    return (
        name,
        process.get("name"),
        process.get("state", state),
        process.get("pid"),
        lasted(process.get("uptime")),
        process.get("restarts"),
        size(memory) if memory else None,
    )


def _painted(line: str, state: str) -> str:
    return line.replace(f" {state} ", f" {output.paint(state, COLOURS.get(state, 'dim'), sys.stdout)} ", 1)


def _last_lines(name: str, process: dict[str, Any]) -> Iterator[str]:
    if process.get(LAST) and process.get("state") != "up":
        yield ""
        yield f"{name} {process.get('name') or ''}".rstrip() + " said last:"
        yield from (f"  {line}" for line in process[LAST])
