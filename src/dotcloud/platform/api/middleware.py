"""Around every request: who asks, a number to find it by, and no answer without the envelope."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from dotcloud.errors.api import NoSuchPath, NotYours
from dotcloud.platform.api import peer
from dotcloud.platform.api.envelope import JSON, refusal

Handler = Callable[[HttpRequest], HttpResponseBase]


def guard(answer: Handler) -> Handler:
    """Let in the platform's own user and root alone, and mark every answer."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        uid = peer.user_of(request.META.get("gunicorn.socket"))
        trace = request.META["dotcloud.trace"] = secrets.token_hex(8)
        request.META["dotcloud.user"] = peer.name_of(uid)
        response = answer(request) if peer.may_enter(uid) else refusal(NotYours())
        if response.status_code == 405 and response.headers["Content-Type"] != JSON:
            response = no_such_path(request)
        response.headers["X-DotCloud-TraceID"] = trace
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response.headers["Content-Length"] = str(len(response.content))  # without it the body goes in chunks
        return response

    return guarded


def no_such_path(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Django's own words for an unknown URL would be a page."""
    return refusal(NoSuchPath(request.method or "GET", request.path))


def user(request: HttpRequest) -> str:
    """The name of the user who asks."""
    name: str = request.META["dotcloud.user"]
    return name
