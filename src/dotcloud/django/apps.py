"""The Django app: ``"dotcloud.django"`` in INSTALLED_APPS brings the system checks and the management commands."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class DotcloudConfig(AppConfig):
    """Registers what this app adds to ``manage.py check``."""

    name = "dotcloud.django"
    label = "dotcloud"
    verbose_name = "dotCloud"

    def ready(self) -> None:
        """See dotcloud.django.checks for the ids."""
        from dotcloud.django.checks import check_environment

        checks.register(check_environment)
