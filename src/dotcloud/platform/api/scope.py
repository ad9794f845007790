"""The door: names in a path become rows, or a refusal that says what there is."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from dotcloud.errors.api import BadName, BeingDestroyed, NotFound
from dotcloud.platform.layout import EnvironmentFolder
from dotcloud.platform.models import Application, Deployment, Environment, Service

RULES = {
    "application": (r"[a-z][a-z0-9_-]{0,31}", "1 to 32 of a-z, 0-9, - and _, the first one a letter"),
    "environment": (r"[a-z][a-z0-9-]{0,15}", "1 to 16 of a-z, 0-9 and -, the first one a letter"),
    "service": (r"[a-z0-9_]{1,16}", "1 to 16 of a-z, 0-9 and _"),
}


def checked(kind: str, name: str) -> str:
    """The name itself. :raises BadName: it would not be safe as a part of a path."""
    pattern, rule = RULES[kind]
    if not re.fullmatch(pattern, name):
        raise BadName(kind, name, rule)
    return name


def application_of(name: str) -> Application:
    known = Application.objects.filter(destroying=False)
    row: Application = _one(known, "application", checked("application", name), fix=f"dotcloud create {name}")
    return row


def environment_of(application: str, name: str, create: bool = False) -> Environment:
    """An environment of an application.

    :param create: for what is written: the first write makes it.
    :raises NotFound: there is no such application or environment.
    """
    owner = application_of(application)
    checked("environment", name)
    if create:
        row, _ = Environment.objects.get_or_create(application=owner, name=name)
        if row.destroying:
            raise BeingDestroyed("environment", name)
        return row
    known = Environment.objects.filter(application=owner, destroying=False)
    fix = f"dotcloud push -e {name}   makes it"
    return _one(known.select_related("application", "live__revision"), "environment", name, application, fix)


def service_of(environment: Environment, name: str) -> Service:
    known = Service.objects.filter(environment=environment, destroying=False)
    return _one(known.select_related("environment__application"), "service", checked("service", name), str(environment))


def deployment_of(environment: Environment, deploy_id: str) -> Deployment:
    """A deployment by its id, or the newest by ``latest``."""
    known = Deployment.objects.filter(environment=environment).select_related("revision", "environment__application")
    found = (known if deploy_id == "latest" else known.filter(deploy_id=deploy_id)).order_by("pk").last()
    if found is None:
        some = list(known.order_by("-pk").values_list("deploy_id", flat=True)[:5])
        raise NotFound("deployment", deploy_id[:64], str(environment), some, "dotcloud dlist")
    return found


def folder_of(environment: Environment) -> EnvironmentFolder:
    """Where its files are."""
    folder: EnvironmentFolder = settings.HOME.environment(environment.application.name, environment.name)
    return folder


def _one(known: Any, kind: str, name: str, owner: str = "", fix: str = "") -> Any:
    found = known.filter(name=name).first()
    if found is None:
        names = list(known.order_by("name").values_list("name", flat=True))
        raise NotFound(kind, name, owner, names, fix)
    return found
