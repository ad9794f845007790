"""The way of files onto the box: a list of them, then the contents it lacks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from dotcloud.platform.api.envelope import item
from dotcloud.platform.api.revisions import live_tree
from dotcloud.platform.api.scope import application_of, environment_of
from dotcloud.platform.store import Blobs, Manifest
from dotcloud.platform.store.blobs import Readable

router = Router(tags=["uploads"])


class Files(Schema):
    """``files``: ``{"path", "kind": "file" | "exec" | "link", "size", "sha256", "target"}`` each."""

    files: list[Any]


@router.post("me/applications/{application}/uploads")
def announce(request: HttpRequest, application: str, body: Files) -> dict[str, Any]:
    """Which contents of a list have to be sent."""
    application_of(application)
    return item({"missing": Blobs(settings.HOME.blobs).missing(Manifest.parse(body.files))})


@router.post("me/blobs")
def receive(request: HttpRequest) -> dict[str, Any]:
    """Take a pack of contents: 32 bytes SHA-256, 8 bytes length (big-endian), content; and so on."""
    return item({"received": Blobs(settings.HOME.blobs).receive(_body(request))})


@router.post("me/applications/{application}/changes")
def changes(request: HttpRequest, application: str, body: Files, environment: str = "default") -> dict[str, Any]:
    """What a push of this list would send and change. Nothing is kept."""
    scope = environment_of(application, environment)
    manifest = Manifest.parse(body.files)
    missing = Blobs(settings.HOME.blobs).missing(manifest)
    new, old = _contents(manifest), _contents(live_tree(scope))
    return item(
        {
            "missing": missing,
            "missing_bytes": sum(manifest.blobs[sha].size for sha in missing),
            "added": sorted(new.keys() - old.keys()),
            "changed": sorted(path for path in new.keys() & old.keys() if new[path] != old[path]),
            "removed": sorted(old.keys() - new.keys()),
            "unchanged": new == old,
            "services": sorted(scope.live.services) if scope.live else [],
        }
    )


def _contents(manifest: Manifest | None) -> dict[str, tuple[str, str]]:
    """path -> kind and content."""
    return {entry.path: (entry.kind, entry.sha256 or entry.target) for entry in manifest.entries} if manifest else {}


def _body(request: HttpRequest) -> Readable:
    """The request's body as it comes in. Django itself reads none of a body that is sent in chunks."""
    if request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request
