"""The API as a whole: its parts, and how every failure becomes an answer."""

from __future__ import annotations

import errno
import logging
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from dotcloud import __version__
from dotcloud.errors import DotcloudError
from dotcloud.errors.api import BadRequest, InternalError, ServiceDown
from dotcloud.errors.store import DiskFull
from dotcloud.platform.api import (
    account,
    applications,
    deployments,
    instances,
    logs,
    revisions,
    services,
    uploads,
    variables,
)
from dotcloud.platform.api.envelope import JSON, refusal


class Api(NinjaAPI):
    def get_content_type(self) -> str:
        return JSON


api = Api(title="dotcloud platform", version=__version__, docs_url=None)
for part in (account, applications, services, instances, variables, uploads, revisions, deployments, logs):
    api.add_router("/", part.router)


@api.exception_handler(DotcloudError)
def refused(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(error)


@api.exception_handler(ValidationError)
def misread(request: HttpRequest, error: Any) -> HttpResponse:
    problems = [f"{'/'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors]
    return refusal(BadRequest(problems))


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(BadRequest([str(error)]))


@api.exception_handler(OSError)
@api.exception_handler(OperationalError)
def no_room(request: HttpRequest, error: Any) -> HttpResponse:
    """A full disk is a person's to mend; so is a database that something else keeps locked."""
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in str(error):
        return refusal(DiskFull(str(settings.HOME.root)))
    if "locked" in str(error):
        return refusal(ServiceDown("Its database is in use by another process."))
    return mistake(request, error)


@api.exception_handler(Exception)
def mistake(request: HttpRequest, error: Any) -> HttpResponse:
    trace = request.META["dotcloud.trace"]
    logging.getLogger("dotcloud").error("%s %s %s", trace, request.method, request.path, exc_info=error)
    return refusal(InternalError(trace))
