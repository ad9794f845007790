"""What the instances of an application print, as one stream."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Router

from dotcloud.platform.api import streams
from dotcloud.platform.api.envelope import date
from dotcloud.platform.api.scope import environment_of, folder_of
from dotcloud.platform.api.streams import Entry
from dotcloud.platform.api.tail import Tail
from dotcloud.platform.layout import EnvironmentFolder

router = Router(tags=["logs"])
DEFAULT_LINES = 100
POLL = 0.3  # seconds between two looks at the files
LOOK = 3.0  # seconds between two looks for new files


@dataclass(frozen=True)
class LogFile:
    """One file, and whose it is; ``number`` is the instance's."""

    service: str
    number: int
    path: Path

    def wanted(self, places: list[str]) -> bool:
        """Whether it belongs to one of ``www``, ``www.1``…"""
        return not places or self.service in places or f"{self.service}.{self.number}" in places


@router.get("me/applications/{application}/logs")
def stream(
    request: HttpRequest, application: str, environment: str = "default", lines: int = DEFAULT_LINES, filter: str = ""
) -> HttpResponseBase:
    """The last lines of each file, the file that was written last at the end; with ``?follow`` those that come, too.

    :param filter: services and instances, with commas: ``www,worker.1``.
    """
    scope = environment_of(application, environment)
    places = [place for place in filter.split(",") if place]
    facts = {"application": application, "environment": scope.name}
    return streams.answer(facts, _entries(folder_of(scope), places, max(0, lines), "follow" in request.GET))


def _entries(folder: EnvironmentFolder, places: list[str], lines: int, follow: bool) -> Iterator[Entry | None]:
    tails: dict[LogFile, Tail] = {}
    for file in sorted(_files(folder, places), key=_written):
        tails[file] = Tail(file.path)
        tails[file].skip(lines)
        yield from _read(file, tails[file], whole=follow)
    if follow:
        yield from _following(folder, places, tails)


def _following(folder: EnvironmentFolder, places: list[str], tails: dict[LogFile, Tail]) -> Iterator[Entry | None]:
    looked = time.monotonic()
    while True:
        if time.monotonic() - looked > LOOK:
            tails |= {file: Tail(file.path) for file in _files(folder, places) if file not in tails}
            looked = time.monotonic()
        for file, tail in tails.items():
            for entry in _read(file, tail, whole=True):
                yield {"created_at": date(timezone.now()), **entry}
        yield None
        time.sleep(POLL)


def _read(file: LogFile, tail: Tail, whole: bool) -> Iterator[Entry]:
    for line in tail.new(whole):
        yield {"service": file.service, "instance": file.number, "process": file.path.stem, "message": line}


def _files(folder: EnvironmentFolder, places: list[str]) -> list[LogFile]:
    """The logs of code services are an instance's; those of a data service are its own."""
    found = []
    for root in sorted(folder.services.iterdir()) if folder.services.is_dir() else ():
        service = folder.service(root.name)
        found += [LogFile(root.name, 0, path) for path in sorted(service.logs.glob("*.log"))]
        for instance in sorted(service.instances.glob("[0-9]*")):
            logs = service.instance(int(instance.name)).logs
            found += [LogFile(root.name, int(instance.name), path) for path in sorted(logs.glob("*.log"))]
    return [file for file in found if file.wanted(places)]


def _written(file: LogFile) -> float:
    try:
        return file.path.stat().st_mtime
    except FileNotFoundError:
        return 0
