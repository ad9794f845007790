"""Collect the static files into STATIC_ROOT."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from dotcloud.django.steps.command import site_command
from dotcloud.hooks.step import Outcome


def run() -> Outcome:
    """The step ``static``."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return Outcome("django.contrib.staticfiles is not in INSTALLED_APPS", skipped=True)
    if not settings.STATIC_ROOT:
        return Outcome("STATIC_ROOT is not set", skipped=True)
    command = site_command("collectstatic")
    call_command(command, interactive=False, verbosity=0)
    copied, unmodified = len(command.copied_files), len(command.unmodified_files)
    return Outcome(f"{copied} file{'s' * (copied != 1)} copied to {settings.STATIC_ROOT}, {unmodified} unchanged")
