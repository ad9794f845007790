"""Revisions: complete lists of files, each with a name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from dotcloud import buildfile
from dotcloud.errors.api import NotFound
from dotcloud.errors.build import NoBuildFile
from dotcloud.errors.buildfile import BuildFileError, Problem
from dotcloud.platform.api.envelope import date, item, items
from dotcloud.platform.api.scope import environment_of, folder_of
from dotcloud.platform.models import Environment, Revision, new_revision_name
from dotcloud.platform.store import Blobs, Manifest

router = Router(tags=["revisions"])
MANIFEST = "manifest.json"
LARGEST_BUILD_FILE = 1 << 20  # bytes


class NewRevision(Schema):
    files: list[Any]
    message: str = ""


@router.get("me/applications/{application}/revisions")
def list_revisions(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    """Those that can be deployed, oldest first."""
    scope = environment_of(application, environment)
    live = scope.live.revision_id if scope.live else None
    return items(
        {
            "revision": row.name,
            "created_at": date(row.created_at),
            "message": row.message,
            "tree": row.tree,
            "live": row.pk == live,
        }
        for row in kept(scope)
    )


@router.get("me/applications/{application}/revision")
def live_revision(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    """The one that is live."""
    scope = environment_of(application, environment)
    if scope.live is None:
        raise NotFound("revision", "live", str(scope), fix="dotcloud push")
    return item({"revision": scope.live.revision.name, "deploy_id": scope.live.deploy_id})


@router.post("me/applications/{application}/revisions")
def create(request: HttpRequest, application: str, body: NewRevision, environment: str = "default") -> dict[str, Any]:
    """Make a revision of a list whose contents have all arrived. The newest one is used again for the same tree."""
    manifest = Manifest.parse(body.files)
    blobs = Blobs(settings.HOME.blobs)
    blobs.require(manifest)
    _refuse_bad_build_file(manifest, blobs)
    scope = environment_of(application, environment, create=True)
    newest = kept(scope).last()
    unchanged = newest is not None and newest.tree == manifest.tree_hash
    row = newest if unchanged and newest else _make(scope, manifest, body.message)
    return item({"revision": row.name, "tree": row.tree, "unchanged": unchanged})


def kept(scope: Environment) -> Any:
    """Revisions whose files are there, oldest first."""
    return scope.revisions.filter(removed_at=None).order_by("pk")


def live_tree(scope: Environment) -> Manifest | None:
    """The list of what is live."""
    if scope.live is None:
        return None
    return Manifest.read(folder_of(scope).revision(scope.live.revision.name) / MANIFEST)


def _make(scope: Environment, manifest: Manifest, message: str) -> Revision:
    """The files first: a revision that is known is complete."""
    folder_of(scope).revisions.mkdir(parents=True, exist_ok=True)
    name = new_revision_name()
    try:
        folder_of(scope).revision(name).mkdir()
    except FileExistsError:  # two in one millisecond
        return _make(scope, manifest, message)
    manifest.write(folder_of(scope).revision(name) / MANIFEST)
    text = message.encode(errors="replace").decode()
    return Revision.objects.create(environment=scope, name=name, tree=manifest.tree_hash, message=text)


def _refuse_bad_build_file(manifest: Manifest, blobs: Blobs) -> None:
    entry = next((entry for entry in manifest.entries if entry.path == buildfile.NAME), None)
    if entry is None or entry.is_link:
        raise NoBuildFile
    if entry.size > LARGEST_BUILD_FILE:
        raise BuildFileError([Problem("", None, f"has {entry.size:,} bytes, which no build file needs")])
    with blobs.open(entry.sha256) as file:
        content = file.read()
    try:
        buildfile.parse(content.decode())
    except UnicodeDecodeError as error:
        raise BuildFileError([Problem("", None, f"is not UTF-8 text (byte {error.start})")]) from None
