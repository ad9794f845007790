"""Note the code that just arrived, after every ``migrate``."""

from django.db import connections

from django_company.models import Arrival
from django_company.origin import read_origin


def note_arrival(using, **_):
    """Remember this package's code in the database ``using``, once; a receiver of ``post_migrate``."""
    if Arrival._meta.db_table not in connections[using].introspection.table_names():
        return  # `migrate django_company zero` has just taken the table away
    origin = read_origin()
    Arrival.objects.using(using).get_or_create(
        fingerprint=origin.fingerprint, defaults={"version": origin.version, "commit": origin.commit}
    )
