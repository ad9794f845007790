"""Who asks, how the platform is, and what was done."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from dotcloud import __version__
from dotcloud.platform.api import memory
from dotcloud.platform.api.envelope import item, items
from dotcloud.platform.api.events import shown
from dotcloud.platform.api.middleware import user
from dotcloud.platform.api.scope import environment_of
from dotcloud.platform.models import Application, Event

router = Router(tags=["platform"])
EVENTS_SHOWN = 100


@router.get("me")
def me(request: HttpRequest) -> dict[str, Any]:
    return item({"username": user(request), "version": __version__, "home": str(settings.HOME.root)})


@router.get("me/status")
def status(request: HttpRequest) -> dict[str, Any]:
    """The platform itself."""
    applications = Application.objects.filter(destroying=False).count()
    used = memory.used_by([os.getppid()])  # gunicorn's first process, with its worker
    return item(
        {"state": "up", "version": __version__, "pid": os.getpid(), "applications": applications, "memory": used}
    )


@router.get("me/activity")
def activity(request: HttpRequest) -> dict[str, Any]:
    return items(_newest(request, {}))


@router.get("me/applications/{application}/activity")
def activity_of(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    scope = environment_of(application, environment)
    return items(_newest(request, {"application": application, "environment": scope.name}))


def _newest(request: HttpRequest, criteria: dict[str, str]) -> list[dict[str, Any]]:
    """The newest events, oldest first as a person reads them."""
    events = Event.objects.filter(**criteria).order_by("-pk")[:EVENTS_SHOWN]
    return [shown(event, user(request)) for event in reversed(events)]
