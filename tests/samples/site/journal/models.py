from django.db import models


class Entry(models.Model):
    """One row for each time the second migration ran."""

    process = models.IntegerField()
