"""What this package remembers: which of its versions came here, and when."""

from django.db import models


class Arrival(models.Model):
    """The first time one state of this package's code met this database."""

    version = models.CharField(max_length=100)
    commit = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-arrived_at", "-pk")
        get_latest_by = "arrived_at"

    def __str__(self):
        return f"{self.version} ({self.fingerprint[:7]})"
