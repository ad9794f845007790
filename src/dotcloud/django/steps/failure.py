"""What the site raised, as an error a person can act on."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import ENVIRONMENT_VARIABLE, settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from dotcloud.errors import DotcloudError
from dotcloud.errors.hooks import HookError, SettingsBroken, SiteError, StepFailed, missing
from dotcloud.hooks import blame, secrets

_MOST_LINES = 15


def of_settings(error: BaseException, project: Path) -> HookError:
    """The error of a site that does not load."""
    name = os.environ[ENVIRONMENT_VARIABLE]
    failed = _told(error) or SettingsBroken(
        settings=name,
        exception=blame.one_line(error),
        frame=blame.site_frame(error, project),
        module=_missing_module(error, name),
        variable=_missing_variable(error),
    )
    failed.traceback = blame.full(error)
    return failed


def of_step(step: str, error: BaseException, project: Path) -> HookError:
    """The error of a step; one that the step made itself stays as it is."""
    frame, module = blame.site_frame(error, project), _missing_module(error)
    fix = missing(module) if module else ""
    failed = _told(error) or StepFailed(step=step, lines=_lines(error), frame=frame, fix=fix)
    failed.traceback = blame.full(error)
    return failed


def site_secrets() -> set[str]:
    """The secrets among the site's settings."""
    found = {str(database.get("PASSWORD") or "") for database in settings.DATABASES.values()}
    for name in ("SECRET_KEY", "EMAIL_HOST_PASSWORD"):
        with suppress(ImproperlyConfigured):  # Django refuses to show an empty key
            found.add(str(getattr(settings, name)))
    locations = {alias: str(cache.get("LOCATION", "")) for alias, cache in settings.CACHES.items()}
    return secrets.usable(found) | secrets.known(locations)


def _told(error: BaseException) -> HookError | None:
    """An error that has its own sentences already, fit to be sent on."""
    if isinstance(error, HookError):
        return error
    if isinstance(error, DotcloudError):
        return SiteError(what=error.what, meaning=error.meaning, fix=error.fix, details=error.details)
    return None


def _lines(error: BaseException) -> list[str]:
    """A command's message in full, because it was written for a person; of other exceptions the first line."""
    if isinstance(error, CommandError) and str(error).strip():
        return [line.strip() for line in str(error).splitlines() if line.strip()][:_MOST_LINES]
    return [blame.one_line(error)]


def _missing_module(error: BaseException, besides: str = "") -> str:
    """The module that is not installed, when that is the cause; not the one ``besides``, which are the settings."""
    for cause in _causes(error):
        if isinstance(cause, ModuleNotFoundError) and cause.name and not besides.startswith(cause.name):
            return cause.name
    return ""


def _missing_variable(error: BaseException) -> str:
    """The variable that ``os.environ[…]`` did not find."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, KeyError) and frames and frames[-1].filename in (os.__file__, "<frozen os>"):
        return str(error.args[0])
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """``error`` and what led to it, each once.

    A chain may lead back into itself: Django raises that of a ``urls.py`` again while it handles the same one.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
