"""What was done by whom, for ``dotcloud activity``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from dotcloud.platform.api.envelope import date
from dotcloud.platform.api.middleware import user
from dotcloud.platform.models import Environment, Event


def record(
    request: HttpRequest, environment: Environment, category: str, action: str, service: str = "", **details: Any
) -> None:
    """Keep one event.

    :param category: ``app``, ``service`` or ``env``.
    :param details: no values of variables: they are secrets.
    """
    Event.objects.create(
        application=environment.application.name,
        environment=environment.name,
        service=service,
        category=category,
        action=action,
        details=details,
        user=user(request),
    )


def shown(event: Event, asker: str) -> dict[str, Any]:
    """An event as the reference's section 6.5 has it, with its details beside the fixed fields."""
    return {
        "created_at": date(event.created_at),
        "category": event.category,
        "action": event.action,
        "application": event.application,
        "environment": event.environment,
        "service": event.service or None,
        "user": {"self": event.user == asker, "username": event.user},
        **event.details,
    }
