"""Applications and their environments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from dotcloud.errors.api import AlreadyThere, BeingDestroyed
from dotcloud.platform.api import destroy
from dotcloud.platform.api.envelope import date, item, items, made, nothing
from dotcloud.platform.api.events import record
from dotcloud.platform.api.scope import application_of, checked, environment_of
from dotcloud.platform.api.services import summary
from dotcloud.platform.models import Application, Environment

router = Router(tags=["applications"])
FLAVOR = "live"  # of the two there were, the one that is always on


class NewApplication(Schema):
    name: str
    flavor: str = FLAVOR


class NewEnvironment(Schema):
    name: str


@router.get("me/applications")
def list_applications(request: HttpRequest) -> dict[str, Any]:
    rows = Application.objects.filter(destroying=False).order_by("name").prefetch_related("environments")
    return items(
        {
            "name": row.name,
            "flavor": FLAVOR,
            "created_at": date(row.created_at),
            "environments": sorted(each.name for each in row.environments.all() if not each.destroying),
        }
        for row in rows
    )


@router.post("me/applications")
def create(request: HttpRequest, body: NewApplication) -> HttpResponse:
    """A new application, with its environment ``default``."""
    row, new = Application.objects.get_or_create(name=checked("application", body.name))
    if row.destroying:
        destroy.resume()
        raise BeingDestroyed("application", body.name)
    if not new:
        raise AlreadyThere("application", body.name)
    environment = Environment.objects.create(application=row, name="default")
    record(request, environment, "app", "create")
    return made({"name": row.name, "flavor": FLAVOR})


@router.get("me/applications/{application}")
def show(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    """An application as it is in one of its environments."""
    scope = environment_of(application, environment)
    live = scope.live
    return item(
        {
            "name": application,
            "flavor": FLAVOR,
            "environment": scope.name,
            "created_at": date(scope.created_at),
            "billing": {"free": True},
            "revision": live.revision.name if live else None,
            "deploy_id": live.deploy_id if live else None,
            "deployed_at": date(live.finished_at) if live else None,
            "services": [summary(each) for each in scope.services.filter(destroying=False).order_by("name")],
        }
    )


@router.delete("me/applications/{application}")
def remove(request: HttpRequest, application: str, environment: str | None = None) -> HttpResponse:
    """Destroy an application, or with ``?environment=`` one of its environments; it ends in the background."""
    row = application_of(application)
    if environment is not None:
        return remove_environment(request, application, environment)
    rows = list(row.environments.select_related("application"))
    Application.objects.filter(pk=row.pk).update(destroying=True)
    for each in rows:
        destroy.environment(each)
    record(request, Environment(application=row, name="default"), "app", "destroy")
    if not rows:
        row.delete()
    return nothing()


@router.get("me/applications/{application}/environments")
def list_environments(request: HttpRequest, application: str) -> dict[str, Any]:
    rows = application_of(application).environments.filter(destroying=False).select_related("live__revision")
    return items(
        {
            "name": row.name,
            "revision": row.live.revision.name if row.live else None,
            "created_at": date(row.created_at),
        }
        for row in rows.order_by("name")
    )


@router.post("me/applications/{application}/environments")
def create_environment(request: HttpRequest, application: str, body: NewEnvironment) -> HttpResponse:
    owner = application_of(application)
    row, new = Environment.objects.get_or_create(application=owner, name=checked("environment", body.name))
    if row.destroying:
        destroy.resume()
        raise BeingDestroyed("environment", body.name)
    if not new:
        raise AlreadyThere("environment", body.name)
    record(request, row, "app", "create")
    return made({"name": row.name})


@router.delete("me/applications/{application}/environments/{environment}")
def remove_environment(request: HttpRequest, application: str, environment: str) -> HttpResponse:
    scope = environment_of(application, environment)
    destroy.environment(scope)
    record(request, scope, "app", "destroy")
    return nothing()
