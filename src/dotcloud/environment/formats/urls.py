"""One URL in one variable: Heroku, Dokku, Scalingo, Fly, Render, Railway, DigitalOcean, Divio."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dotcloud.environment import url
from dotcloud.environment.formats.common import from_url, malformed
from dotcloud.environment.service import Found, Kind, Service, Standing

_COLOURS = re.compile(r"(?:HEROKU_POSTGRESQL|HEROKU_REDIS|DOKKU_[A-Z]+)_([A-Z]+)_URL")
_GENERAL = {
    "DATABASE_URL": ("database", Kind.DATABASE),
    "MYSQL_URL": ("mysql", Kind.DATABASE),
    "MONGO_URL": ("mongo", Kind.OTHER),
    "REDIS_TLS_URL": ("redis", Kind.CACHE),  # before REDIS_URL, the same server without TLS
    "REDIS_URL": ("redis", Kind.CACHE),
}
_SCALINGO = {
    "SCALINGO_POSTGRESQL_URL": ("postgresql", Kind.DATABASE),
    "SCALINGO_MYSQL_URL": ("mysql", Kind.DATABASE),
    "SCALINGO_MONGO_URL": ("mongo", Kind.OTHER),
    "SCALINGO_REDIS_URL": ("redis", Kind.CACHE),
}
_DIVIO = {"DEFAULT_DATABASE_DSN": ("default", Kind.DATABASE), "CACHE_URL": ("cache", Kind.CACHE)}
_ADDONS = {
    "CLEARDB_DATABASE_URL": ("cleardb", Kind.DATABASE),
    "JAWSDB_URL": ("jawsdb", Kind.DATABASE),
    "JAWSDB_MARIA_URL": ("jawsdb_maria", Kind.DATABASE),
    "REDISCLOUD_URL": ("rediscloud", Kind.CACHE),
    "REDISTOGO_URL": ("redistogo", Kind.CACHE),
}
_ROUTES = {
    "DATABASE_CONNECTION_POOL_URL": ("database_connection_pool", Kind.DATABASE),  # Heroku: pgbouncer
    "DIRECT_DATABASE_URL": ("direct_database", Kind.DATABASE),  # Fly: past the pool
    "DATABASE_PUBLIC_URL": ("database_public", Kind.DATABASE),  # Railway: from outside its network
}


def general(variables: Mapping[str, str]) -> Iterator[Found]:
    """``DATABASE_URL``, ``REDIS_URL``: set by most platforms, and by people. With TLS goes before without."""
    for found in _table(variables, _GENERAL):
        plain = isinstance(found, Service) and found.sources == ("REDIS_URL",) and "REDIS_TLS_URL" in variables
        yield replace(found, standing=Standing.ASIDE) if plain else found


def scalingo(variables: Mapping[str, str]) -> Iterable[Found]:
    """Scalingo's own names; ``DATABASE_URL`` is an alias of one of them."""
    return _table(variables, _SCALINGO)


def divio(variables: Mapping[str, str]) -> Iterable[Found]:
    """Divio's names."""
    return _table(variables, _DIVIO)


def addons(variables: Mapping[str, str]) -> Iterable[Found]:
    """Databases and caches of other providers on Heroku, under names of their own."""
    return _table(variables, _ADDONS)


def routes(variables: Mapping[str, str]) -> Iterable[Found]:
    """Other ways to a database that has a main one."""
    return _table(variables, _ROUTES)


def colours(variables: Mapping[str, str]) -> Iterator[Found]:
    """Second and further databases of Heroku and Dokku: ``HEROKU_POSTGRESQL_BLUE_URL``, ``DOKKU_DATABASE_BLUE_URL``."""
    for name in sorted(variables):
        match = _COLOURS.fullmatch(name)
        if match and not _elsewhere(variables[name]):
            kind = Kind.CACHE if "REDIS" in name else Kind.DATABASE
            yield from from_url(match[1].lower(), variables[name], name, kind)


def _elsewhere(text: str) -> bool:
    """``DOKKU_ELASTICSEARCH_BLUE_URL=http://…``: a service that Django knows nothing of."""
    return "://" in text and not url.scheme_of(text)


def _table(variables: Mapping[str, str], table: Mapping[str, tuple[str, Kind]]) -> Iterator[Found]:
    for variable, (name, kind) in table.items():
        text = variables.get(variable, "")
        if text:
            for found in from_url(name, _expanded(text, variables), variable, kind):
                yield found if found.kind is kind else malformed(variable, "is the URL of another service", kind)


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """``DATABASE_URL=$SCALINGO_POSTGRESQL_URL``: an alias that nobody expanded."""
    return variables.get(text[1:].strip("{}"), text) if text.startswith("$") else text
