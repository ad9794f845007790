"""The Django app. Each ``migrate`` notes which code of this package it met."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DjangoCompanyConfig(AppConfig):
    name = "django_company"
    verbose_name = "Company"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django_company.arrivals import note_arrival

        post_migrate.connect(note_arrival, sender=self)
