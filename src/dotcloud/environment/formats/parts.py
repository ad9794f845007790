"""A variable for each part: Clever Cloud, OpenShift's templates, libpq, and containers of databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dotcloud.environment.formats.common import (
    completed,
    from_url,
    from_variables,
    scheme_by_port,
    scheme_by_words,
)
from dotcloud.environment.service import Found, Service, Standing

_CLEVER = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "database": "DB"}
_POSTGRES = {
    "host": "POSTGRES_HOST",
    "port": "POSTGRES_PORT",
    "user": "POSTGRES_USER",
    "password": "POSTGRES_PASSWORD",
    "database": "POSTGRES_DB",
}
_MYSQL = {
    "host": "MYSQL_HOST",
    "port": "MYSQL_PORT",
    "user": "MYSQL_USER",
    "password": "MYSQL_PASSWORD",
    "database": "MYSQL_DATABASE",
}
_REDIS = {"host": "REDIS_HOST", "port": "REDIS_PORT", "password": "REDIS_PASSWORD"}
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "database": "PGDATABASE"}


def clever(variables: Mapping[str, str]) -> Iterator[Found]:
    """``POSTGRESQL_ADDON_HOST``…, ``MYSQL_ADDON_HOST``…; ``_URI`` fills in; ``_DIRECT_HOST`` leads past the pool."""
    for prefix, scheme in {"POSTGRESQL_ADDON": "postgresql", "MYSQL_ADDON": "mysql"}.items():
        name, names = scheme, {part: f"{prefix}_{suffix}" for part, suffix in _CLEVER.items()}
        by_url = (
            list(from_url(name, variables[f"{prefix}_URI"], f"{prefix}_URI")) if f"{prefix}_URI" in variables else []
        )
        address = by_url[0] if by_url and isinstance(by_url[0], Service) else None
        if names["host"] not in variables and by_url:
            yield from by_url
            continue
        for found in from_variables(name, scheme, variables, names):
            yield completed(found, address) if isinstance(found, Service) and address else found
        direct = {**names, "host": f"{prefix}_DIRECT_HOST", "port": f"{prefix}_DIRECT_PORT"}
        if direct["host"] in variables:
            for found in from_variables(f"{name}_direct", scheme, variables, direct):
                yield replace(found, standing=Standing.ASIDE)


def openshift(variables: Mapping[str, str]) -> Iterator[Found]:
    """The Django template: DATABASE_SERVICE_NAME names the service whose ``_SERVICE_HOST`` Kubernetes sets."""
    service = variables.get("DATABASE_SERVICE_NAME", "")
    if not service:
        return
    prefix = f"{service.upper().replace('-', '_')}_SERVICE"
    names = {"host": f"{prefix}_HOST", "port": f"{prefix}_PORT"}
    names |= {"user": "DATABASE_USER", "password": "DATABASE_PASSWORD", "database": "DATABASE_NAME"}
    scheme = scheme_by_words(variables.get("DATABASE_ENGINE", "")) or scheme_by_port(variables.get(names["port"], ""))
    yield from from_variables(service.lower(), scheme, variables, names)


def libpq(variables: Mapping[str, str]) -> Iterator[Found]:
    """``PGHOST`` and ``PGDATABASE`` together, or ``PGSERVICE``; libpq itself finds the rest, ``~/.pgpass`` included.

    PostgreSQL documentation, "Environment Variables". One of them alone is how people configure psql.
    """
    service, sslmode = variables.get("PGSERVICE", ""), variables.get("PGSSLMODE", "")
    if service:
        yield Service("pgservice", "postgresql", options=(("service", service),), sources=("PGSERVICE",))
    elif "PGHOST" in variables and "PGDATABASE" in variables:
        for found in from_variables("pg", "postgresql", variables, _LIBPQ, ("password",)):
            yield replace(found, options=(("sslmode", sslmode),)) if isinstance(found, Service) and sslmode else found


def container(variables: Mapping[str, str]) -> Iterator[Found]:
    """The names of the databases' own images, with the host beside them: ``POSTGRES_HOST``, ``MYSQL_HOST``…"""
    for scheme, names in {"postgresql": _POSTGRES, "mysql": _MYSQL, "redis": _REDIS}.items():
        if names["host"] in variables:
            yield from from_variables(scheme, scheme, variables, names)
