"""Connections of our own to the site's databases, apart from those the site uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections

PORTS = {"postgresql": 5432, "mysql": 3306}


@contextmanager
def own(connection: Any, *, timeout: float | None = None, **settings: Any) -> Iterator[Any]:
    """A connection with the same settings, in autocommit, without a pool; closed with the block.

    :param timeout: seconds to connect; what the site has set itself stays.
    :param settings: what replaces the site's (``NAME="postgres"``).
    """
    copy = connection.copy()
    options = copy.settings_dict["OPTIONS"]
    # A pool would keep the session, and a session lock with it, after it was closed.
    options.pop("pool", None)
    if timeout is not None and copy.vendor in PORTS:
        options.setdefault("connect_timeout", max(2, round(timeout)))
    copy.settings_dict.update({"AUTOCOMMIT": True, **settings})
    try:
        yield copy
    finally:
        copy.close()


def query(connection: Any, sql: str, parameters: tuple[object, ...] = ()) -> Any:
    """The first value of the first row; ``None`` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)  # without parameters a % is a %
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def aliases() -> list[str]:
    """The databases of the site, ``default`` first; not those without an engine."""
    configured = [alias for alias in connections if connections[alias].vendor != "unknown"]
    return sorted(configured, key=lambda alias: (alias != "default", alias))


def place(connection: Any) -> str:
    """Where the database is, as a person writes it: ``127.0.0.1:5432/shop``, ``/data/db.sqlite3``."""
    settings: Mapping[str, Any] = connection.settings_dict
    if connection.vendor not in PORTS:
        return str(settings["NAME"])
    host = settings["HOST"] or "this machine"
    port = "" if host.startswith("/") else f":{settings['PORT'] or PORTS[connection.vendor]}"
    return f"{host}{port}/{settings['NAME']}"
