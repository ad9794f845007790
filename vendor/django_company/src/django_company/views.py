"""The home page: proof that the private package is here."""

import platform
from dataclasses import dataclass, field

import django
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.shortcuts import render
from django.views.decorators.http import require_safe

from django_company.models import Arrival
from django_company.origin import read_origin

SHOWN_ARRIVALS = 5


@require_safe
def home(request):
    origin = read_origin()
    context = {
        "origin": origin,
        "bars": bars(origin.fingerprint),
        "database": read_database(),
        "django_version": django.get_version(),
        "python_version": platform.python_version(),
    }
    return render(request, "django_company/home.html", context)


@dataclass
class Database:
    """The default database as the page shows it; ``ready`` once this package's table is there."""

    engine: str
    ready: bool = False
    migrations: int = 0
    arrivals: list = field(default_factory=list)
    count: int = 0


def read_database():
    """Ask the default database; one that is not migrated or not there must not take the page away."""
    try:
        version = ".".join(str(part) for part in connection.get_database_version())
        database = Database(f"{connection.display_name} {version}")
        database.migrations = len(MigrationRecorder(connection).applied_migrations())
        database.arrivals = list(Arrival.objects.all()[:SHOWN_ARRIVALS])
        database.count = Arrival.objects.count()
    except DatabaseError:
        return Database(connection.display_name)
    database.ready = True
    return database


def bars(fingerprint):
    """The fingerprint as the bars of a parcel label: an SVG path, one bar and one gap for each digit."""
    path, x = [], 0
    for digit in fingerprint[:48]:
        value = int(digit, 16)
        width, gap = 1 + (value >> 2), 1 + (value & 3)
        path.append(f"M{x} 0h{width}v40h-{width}z")
        x += width + gap
    return {"path": "".join(path), "width": x - gap}
