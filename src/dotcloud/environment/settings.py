"""Services -> the dictionaries that Django's settings hold."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dotcloud.environment import url
from dotcloud.environment.service import FILES, Service
from dotcloud.errors.environment import NoDatabaseNameError

_LOCAL_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_TLS = {"sqlite": ("", ""), "spatialite": ("", ""), "mysql": ("ssl_mode", "REQUIRED")}  # a file needs none
_RENAMED = {"ssl-mode": "ssl_mode"}  # as DigitalOcean writes it -> as mysqlclient takes it


def database(service: Service, name: str, **options: Any) -> dict[str, Any]:
    """One entry of DATABASES (https://docs.djangoproject.com/en/5.2/ref/settings/#databases).

    dj-database-url reads scheme, name and options; the login is set here, as it is, so that no escape is undone twice.

    :param name: the database's name where the service gives none.
    :param options: keyword arguments of ``dj_database_url.parse``: conn_max_age, conn_health_checks, ssl_require, …
    :raises NoDatabaseNameError: where neither gives one.
    """
    if service.scheme in FILES:
        return parsed(sqlite_url(service), **options)
    chosen = service.database or name
    if not chosen and "service" not in dict(service.options):
        raise NoDatabaseNameError(service.name, service.sources)
    settings = parsed(_plain_url(service, chosen), **options)
    settings |= {"USER": service.user, "PASSWORD": service.password.reveal(), "HOST": service.host, "NAME": chosen}
    settings["PORT"] = int(service.port) if service.port.isdigit() else service.port
    return settings


def parsed(address: str, ssl_require: bool = False, **options: Any) -> dict[str, Any]:
    """What dj-database-url makes of an address; ``ssl_require`` in each engine's own words, and not in PostgreSQL's."""
    import dj_database_url

    settings: dict[str, Any] = dict(dj_database_url.parse(address, **options))
    word, value = next((pair for name, pair in _TLS.items() if name in settings["ENGINE"]), ("sslmode", "require"))
    if ssl_require and word:
        settings.setdefault("OPTIONS", {})[word] = value
    return settings


def sqlite_url(service: Service) -> str:
    """``sqlite:///relative`` or ``sqlite:////absolute``, with the options behind it."""
    if service.database == ":memory:" and not service.options:
        return "sqlite://:memory:"
    return f"{service.scheme}:///{quote(service.database, safe='/:')}{url.query_string(service.options)}"


def cache(service: Service, on_heroku: bool) -> dict[str, Any]:
    """One entry of CACHES. The password goes into OPTIONS, under a name that Django's debug pages hide."""
    place = url.Address(service.scheme, service.host, service.port, "", "", service.database or "0", service.options)
    location = url.socket_of(place) if service.host.startswith("/") else url.compose(place)
    options: dict[str, Any] = {"username": service.user} if service.user else {}
    options |= {"password": service.password.reveal()} if service.password else {}
    if on_heroku and service.scheme == "rediss" and "ssl_cert_reqs" not in dict(service.options):
        options["ssl_cert_reqs"] = None  # Heroku's certificates are signed by nobody
    settings = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location}
    return settings | ({"OPTIONS": options} if options else {})


def no_cache() -> dict[str, Any]:
    """The cache of a site without one: the memory of each process."""
    return dict(_LOCAL_MEMORY)


def _plain_url(service: Service, name: str) -> str:
    options = tuple((_RENAMED.get(key, key), value) for key, value in service.options)
    return f"{service.scheme}://host/{quote(name, safe='')}{url.query_string(options)}"
