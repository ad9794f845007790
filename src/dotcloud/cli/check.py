"""``dotcloud check``: whether a push from here would work, as far as one can tell from here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from dotcloud import output
from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.preflight import vendored
from dotcloud.cli.present import counted, show
from dotcloud.cli.push import project
from dotcloud.cli.session import chosen_application, environment_of, platform, segment, title
from dotcloud.client.api import Client
from dotcloud.errors import DotcloudError
from dotcloud.errors.cli import CheckFailed

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. :ivar state: ``ok``, ``warning`` or ``error``."""

    subject: str
    state: str
    text: str


@click.command(cls=PlatformCommand)
def check() -> None:
    """Check the platform, the connection, dotcloud.yml and vendor/. Exit 1 when something is wrong."""
    root = project()
    found = [*_platform(root), *_buildfile(root), *_vendor(root)]
    show([asdict(finding) for finding in found], map(_line, found))
    wrong = sum(finding.state == "error" for finding in found)
    if wrong:
        raise CheckFailed(wrong)


def _platform(root: Path) -> Iterator[Finding]:
    """Whether it answers, and knows the application that a push would go to."""
    subject = "platform"
    try:
        with platform(folder=root) as client:
            me = client.get("")
            yield Finding(
                "platform", "ok", f"{client.where} answers, as {me.get('username')}, version {me.get('version')}"
            )
            subject = "application"
            yield _application(client, root)
    except DotcloudError as error:
        yield Finding(subject, "error", str(error))


def _application(client: Client, root: Path) -> Finding:
    name = chosen_application(root)
    if name is None:
        return Finding("application", "ok", "none is connected; the first push creates one")
    client.get(f"/applications/{segment(name)}/environments")
    return Finding("application", "ok", title(name, environment_of(name, root)))


def _buildfile(root: Path) -> Iterator[Finding]:
    from dotcloud.buildfile import load

    try:
        services = load(root).services.values()
    except DotcloudError as error:
        yield Finding("dotcloud.yml", "error", str(error))
        return
    yield Finding("dotcloud.yml", "ok", ", ".join(f"{service.name} ({service.type})" for service in services))


def _vendor(root: Path) -> Iterator[Finding]:
    found = vendored(root)
    if not found.errors and not found.warnings:
        yield Finding("vendor/", "ok", counted(len(found.packages), "private package"))
    for state, lines in (("error", found.errors), ("warning", found.warnings)):
        if lines:
            yield Finding("vendor/", state, "\n".join(lines))


def _line(finding: Finding) -> str:
    state = output.paint(finding.state, COLOURS[finding.state], sys.stdout)
    return f"{state}: {finding.subject}: " + finding.text.replace("\n", "\n    ")
