"""Azure: Service Connector's variables, and App Service's connection strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dotcloud.environment import url
from dotcloud.environment.formats import connection_string
from dotcloud.environment.formats.common import from_url, from_variables, malformed
from dotcloud.environment.secret import Secret
from dotcloud.environment.service import Found, Kind, Service, kind_of

_PARTS = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "database": "NAME"}
_CONNECTOR = {
    "AZURE_POSTGRESQL": ("postgresql", "postgresql"),
    "AZURE_MYSQL": ("mysql", "mysql"),
    "AZURE_REDIS": ("redis", "redis"),
}
_APP_SERVICE = re.compile(r"(POSTGRESQL|MYSQL|SQLAZURE|SQL|CUSTOM)CONNSTR_(.+)")
_SCHEMES = {"POSTGRESQL": "postgresql", "MYSQL": "mysql", "SQLAZURE": "mssqlms", "SQL": "mssqlms", "CUSTOM": ""}


def connector(variables: Mapping[str, str]) -> Iterator[Found]:
    """``AZURE_POSTGRESQL_CONNECTIONSTRING``, ``AZURE_POSTGRESQL_{NAME,HOST,USER,PASSWORD,PORT}``, MySQL and Redis."""
    for prefix, (name, scheme) in _CONNECTOR.items():
        text = variables.get(f"{prefix}_CONNECTIONSTRING", "")
        if text:
            yield from _from_text(name, scheme, text, f"{prefix}_CONNECTIONSTRING")
        else:
            names = {part: f"{prefix}_{suffix}" for part, suffix in _PARTS.items()}
            yield from from_variables(name, scheme, variables, names)


def app_service(variables: Mapping[str, str]) -> Iterator[Found]:
    """``POSTGRESQLCONNSTR_<name>``, ``MYSQLCONNSTR_<name>``, …; a custom one is read where it is a URL of a service."""
    for variable in sorted(variables):
        match = _APP_SERVICE.fullmatch(variable)
        if match and (match[1] != "CUSTOM" or url.scheme_of(variables[variable])):
            yield from _from_text(match[2].lower(), _SCHEMES[match[1]], variables[variable], variable)


def _from_text(name: str, scheme: str, text: str, source: str) -> Iterator[Found]:
    if re.match(r"\s*[\"']?[a-z0-9+]+://", text):
        yield from from_url(name, text, source, kind_of(scheme) if scheme else Kind.OTHER)
        return
    parts = connection_string.parse(text)
    if not parts.get("host"):
        yield malformed(source, "is neither a URL nor a connection string with a host", kind_of(scheme))
        return
    scheme = "rediss" if scheme == "redis" and parts.get("tls") else scheme
    yield Service(
        name,
        scheme,
        parts["host"],
        parts.get("port", ""),
        parts.get("user", ""),
        Secret(parts.get("password", "")),
        parts.get("database", ""),
        (("sslmode", parts["sslmode"]),) if parts.get("sslmode") and scheme == "postgresql" else (),
        (source,),
    )
