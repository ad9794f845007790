"""The platform as a Django application, and the way into it for a process of its own."""

from __future__ import annotations

import os
import sys

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "dotcloud.platform"
    label = "platform"


def setup() -> None:
    """Make the models usable in this process: for ``python -m dotcloud.platform …``."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dotcloud.platform.settings"
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the newest schema; the file and its folder are the platform's own user's alone."""
    from django.conf import settings
    from django.core.management import call_command

    settings.DOTCLOUD_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = settings.DATABASES["default"]["NAME"]
    os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))
    call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr, skip_checks=True)
