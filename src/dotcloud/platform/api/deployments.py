"""Deployments: asked for here, done by a process of their own."""

from __future__ import annotations

import os
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema

from dotcloud.errors.api import NoPrevious, NotFound, NothingPushed, RevisionRemoved, ServiceDown
from dotcloud.platform.api import processes, streams
from dotcloud.platform.api.deployment_log import entries
from dotcloud.platform.api.envelope import date, item, items, made
from dotcloud.platform.api.events import record
from dotcloud.platform.api.revisions import kept
from dotcloud.platform.api.running import as_deployed
from dotcloud.platform.api.scope import deployment_of, environment_of, folder_of, service_of
from dotcloud.platform.api.settle import settle, settle_all
from dotcloud.platform.models import REVISIONS_KEPT, Deployment, Environment, Revision

router = Router(tags=["deployments"])
BASE = "me/applications/{application}/deployments"


class NewDeployment(Schema):
    """``revision``: a name, ``latest``, ``previous``, or null for the one that is live (the newest where none is).

    ``force``: deploy even where nothing would change.
    """

    revision: str | None = None
    clean: bool = False
    service: str | None = None
    force: bool = False


@router.get(BASE)
def list_deployments(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    """Oldest first."""
    scope = environment_of(application, environment)
    settle_all(scope)
    return items(_shown(row, scope) for row in scope.deployments.select_related("revision").order_by("pk"))


@router.get(BASE + "/{deploy_id}")
def show(request: HttpRequest, application: str, deploy_id: str, environment: str = "default") -> dict[str, Any]:
    scope = environment_of(application, environment)
    row = deployment_of(scope, deploy_id)
    settle(row)
    return item(_shown(row, scope))


@router.post(BASE)
def deploy(
    request: HttpRequest, application: str, body: NewDeployment, environment: str = "default"
) -> HttpResponseBase | dict[str, Any]:
    """Start a deployment, unless it would change nothing."""
    scope = environment_of(application, environment)
    revision = _chosen(scope, body.revision)
    only = service_of(scope, body.service).name if body.service else ""
    idle = settle_all(scope)
    if idle and not (body.clean or body.force) and _changes_nothing(scope, revision):
        return item({**_named(scope.live), "unchanged": True})
    with transaction.atomic():  # its files may have gone meanwhile; what waits to be deployed keeps them
        revision = _chosen(scope, revision.name)
        row = Deployment.objects.create(environment=scope, revision=revision, clean=body.clean, only=only)
    _start(row)
    record(request, scope, "app", "deploy", revision=revision.name, build=row.deploy_id)
    return made({**_named(row), "unchanged": False})


@router.get(BASE + "/{deploy_id}/logs")
def logs(
    request: HttpRequest, application: str, deploy_id: str, environment: str = "default", lines: int | None = None
) -> HttpResponseBase:
    """The log as it is, or with ``?follow`` until the deployment is over."""
    row = deployment_of(environment_of(application, environment), deploy_id)
    facts = {"application": application, "environment": row.environment.name, **_named(row)}
    return streams.answer(facts, entries(row, "follow" in request.GET, lines))


def _chosen(scope: Environment, name: str | None) -> Revision:
    """The revision that is meant. :raises NotFound, NothingPushed, NoPrevious, RevisionRemoved:"""
    live = scope.live
    if name is None and live:
        return live.revision
    if name == "previous":
        if (before := scope.previous()) is None:
            raise NoPrevious(scope.application.name)
        return _usable(before.revision)
    if name in (None, "latest"):
        newest: Revision | None = kept(scope).last()
        if newest is None:
            raise NothingPushed(scope.application.name)
        return newest
    name = name.encode(errors="replace").decode()  # JSON may hold halves of characters, and a database not
    found = scope.revisions.filter(name=name).first()
    if found is None:
        known = list(kept(scope).values_list("name", flat=True))
        raise NotFound("revision", name[:64], str(scope), known, "dotcloud revisions")
    return _usable(found)


def _usable(revision: Revision) -> Revision:
    if revision.removed_at:
        raise RevisionRemoved(revision.name, REVISIONS_KEPT)
    return revision


def _changes_nothing(scope: Environment, revision: Revision) -> bool:
    live = scope.live
    return live is not None and live.revision.tree == revision.tree and as_deployed(scope, live)


def _start(row: Deployment) -> None:
    """Start its process, and note how to find it again."""
    log = folder_of(row.environment).deployment_log(row.deploy_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(log, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        pid = processes.start("deploy", "dotcloud.platform", "deploy", row.deploy_id)
    except OSError as error:
        row.fail(f"its process could not be started: {error}")
        raise ServiceDown(f"The deployment's process could not be started: {error}.") from error
    Deployment.objects.filter(pk=row.pk).update(pid=pid, process_started=processes.mark(pid))


def _named(row: Deployment | None) -> dict[str, Any]:
    return {"deploy_id": row.deploy_id, "revision": row.revision.name} if row else {}


def _shown(row: Deployment, scope: Environment) -> dict[str, Any]:
    return {
        **_named(row),
        "created_at": date(row.created_at),
        "finished_at": date(row.finished_at),
        "state": row.state,
        "reason": row.reason,
        "clean": row.clean,
        "live": scope.live is not None and row.pk == scope.live.pk,
    }
