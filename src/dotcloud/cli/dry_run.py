"""``dotcloud push --dry-run``: what would go, and what would happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dotcloud import output
from dotcloud.buildfile import BuildFile
from dotcloud.cli.connection import name_from
from dotcloud.cli.preflight import Vendored
from dotcloud.cli.present import counted, show, size
from dotcloud.cli.session import Session, chosen_application, environment_of, platform, title
from dotcloud.client.api import Client
from dotcloud.client.files import File, collect
from dotcloud.client.local import HERE
from dotcloud.errors.cli import NameTaken
from dotcloud.errors.client import NotFound, PlatformUnreachable

SHOWN = 15  # paths of each kind


def show_dry_run(root: Path, buildfile: BuildFile, packages: Vendored) -> None:
    """Tell it; nothing is created, sent or started."""
    files = collect(root)
    name = chosen_application(root)
    changes = _changes(root, name, files)
    told = {
        "application": name or name_from(root),
        "environment": environment_of(name or "", root),
        "create": name is None,
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "packages": list(packages.packages),
        "services": {service.name: service.type for service in buildfile.services.values()},
        "errors": list(packages.errors),
        "warnings": list(packages.warnings),
        "changes": changes or _everything(files),
    }
    show(told, _lines(told, new=changes is None))


def _changes(root: Path, name: str | None, files: Sequence[File]) -> dict[str, Any] | None:
    """What the platform says would change; ``None`` when nothing is there yet, or it does not run."""
    try:
        with platform(start=False, folder=root) as client:
            return _asked(client, root, name, files)
    except PlatformUnreachable as error:
        if error.where != HERE:
            raise
        if name:
            output.warn("The platform of this machine does not run. What is live is not known: all counts as new.")
        return None


def _asked(client: Client, root: Path, name: str | None, files: Sequence[File]) -> dict[str, Any] | None:
    """Refuses what a push would refuse. :raises NameTaken, NotFound:"""
    if name is None:
        if any(each["name"] == name_from(root) for each in client.get("/applications")):
            raise NameTaken(name_from(root))
        return None
    here = Session(client, name, environment_of(name, root))
    client.get(f"{here.path}/environments")
    try:
        found: dict[str, Any] = here.post("/changes", {"files": [file.as_dict() for file in files]})
    except NotFound:  # an environment begins with its first push
        return None
    return found


def _everything(files: Sequence[File]) -> dict[str, Any]:
    contents = {file.sha256: file.size for file in files if file.sha256}
    return {
        "missing": sorted(contents),
        "missing_bytes": sum(contents.values()),
        "added": [file.path for file in files],
        "changed": [],
        "removed": [],
        "unchanged": False,
        "services": [],
    }


def _lines(told: dict[str, Any], new: bool) -> Iterator[str]:
    packages = f" ({counted(len(told['packages']), 'private package')})" if told["packages"] else ""
    changes = told["changes"]
    files = f"{counted(told['files'], 'file')}, {size(told['bytes'])}"
    yield f"A push would take {files}{packages} to {title(told['application'], told['environment'])}."
    if told["create"]:
        yield f"The application {told['application']} would be created."
    yield f"To send: {counted(len(changes['missing']), 'file')}, {size(changes['missing_bytes'])}."
    if changes["unchanged"]:
        yield "Nothing has changed: nothing would be restarted."
    else:
        yield from _files(changes, new)
        yield from _services(told["services"], changes["services"])
    if told["errors"]:
        yield "It would be refused:"
    for line in (*told["errors"], *told["warnings"]):
        yield line if line.startswith(" ") else f"vendor: {line}"


def _files(changes: dict[str, Any], new: bool) -> Iterator[str]:
    """What differs from what is live; the first push names folders instead."""
    if new or not changes["services"]:
        yield from _shortened("+", _top(changes["added"]))
        return
    for mark, kind in (("+", "added"), ("~", "changed"), ("-", "removed")):
        yield from _shortened(mark, changes[kind])


def _shortened(mark: str, paths: Sequence[str]) -> Iterator[str]:
    yield from (f"  {mark} {path}" for path in paths[:SHOWN])
    if len(paths) > SHOWN:
        yield f"  {mark} and {len(paths) - SHOWN} more"


def _top(paths: Sequence[str]) -> list[str]:
    """``myproject/ (12 files)``, ``wsgi.py``: the top folder of each path."""
    counts: dict[str, int] = {}
    for path in paths:
        first, slash, _ = path.partition("/")
        counts[first + slash] = counts.get(first + slash, 0) + 1
    return [f"{name} ({counted(count, 'file')})" if name.endswith("/") else name for name, count in counts.items()]


def _services(wanted: dict[str, str], live: Sequence[str]) -> Iterator[str]:
    for name, kind in wanted.items():
        if name not in live:
            yield f"[{name}] {kind}: new"
        elif kind in ("postgresql", "mysql", "redis"):
            yield f"[{name}] {kind}: stays as it is"
        else:
            yield f"[{name}] {kind}: built, and replaced without a pause"
    for name in live:
        if name not in wanted:
            yield f"[{name}] is not in dotcloud.yml any more: it goes on as it is"
