"""Make the superuser that the DJANGO_SUPERUSER_* variables describe, by the variable names of createsuperuser."""

from __future__ import annotations

import os
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError

from dotcloud.environment import Environment
from dotcloud.errors.hooks import AdminIncomplete
from dotcloud.hooks.step import Outcome

PREFIX = "DJANGO_SUPERUSER_"


def run() -> Outcome:
    """The step ``admin``.

    :raises AdminIncomplete: the user model requires more than the variables say.
    """
    if not apps.is_installed("django.contrib.auth"):
        return Outcome("django.contrib.auth is not in INSTALLED_APPS", skipped=True)
    for name, value in Environment.load().variables.items():
        if name.startswith(PREFIX):  # createsuperuser reads the process's variables; ours may be in environment.json
            os.environ.setdefault(name, value)
    model: Any = get_user_model()
    username, password = _variable(model.USERNAME_FIELD), _variable("password")
    unset = [name for name in (username, password) if not os.environ.get(name)]
    if unset:
        what = f"{PREFIX}*" if len(unset) > 1 else unset[0]
        return Outcome(f"{what} not set; or run: manage.py createsuperuser", skipped=True)
    return _make(model, os.environ[username])


def _make(model: Any, name: str) -> Outcome:
    if _exists(model, name):
        return Outcome(f"{name} exists, left alone")
    missing = [_variable(field) for field in model.REQUIRED_FIELDS if not os.environ.get(_variable(field))]
    if missing:
        raise AdminIncomplete(missing=missing)
    try:
        call_command("createsuperuser", interactive=False, verbosity=0)
    except (CommandError, IntegrityError):
        # Eight instances look at the same moment, and one of them is the first to write.
        if not _exists(model, name):
            raise
        return Outcome(f"{name} exists, left alone")
    return Outcome(f"{name} made")


def _exists(model: Any, name: str) -> bool:
    try:
        model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist:
        return False
    return True


def _variable(field: str) -> str:
    return PREFIX + field.upper()
