"""The form of every answer: ``{"object": …}``, ``{"objects": […]}``, ``{"error": {"description": …}}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, JsonResponse

from dotcloud.errors import DotcloudError

JSON = "application/json"  # exactly: old clients refuse a charset behind it


def item(value: dict[str, Any]) -> dict[str, Any]:
    return {"object": value}


def items(values: Iterable[Any]) -> dict[str, list[Any]]:
    return {"objects": list(values)}


def made(value: dict[str, Any]) -> JsonResponse:
    return JsonResponse(item(value), status=201, content_type=JSON)


def nothing() -> HttpResponse:
    return HttpResponse(status=204, content_type=JSON)


def refusal(error: DotcloudError) -> JsonResponse:
    """An error with its sentences, whole for a person and in parts for a program."""
    parts = {"what": error.what, "meaning": error.meaning, "fix": error.fix, "details": list(error.details)}
    status: int = getattr(error, "status", 422)
    return JsonResponse({"error": {"description": str(error), **parts}}, status=status, content_type=JSON)


def date(moment: datetime | None) -> str | None:
    """UTC with microseconds and a ``Z``: the one form that old clients read."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
