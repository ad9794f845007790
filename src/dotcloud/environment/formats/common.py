"""What the formats share: a service from one URL, or from a variable for each part."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dotcloud.environment import url
from dotcloud.environment.secret import Secret
from dotcloud.environment.service import Found, Kind, Problem, Service, Severity, kind_of

PARTS = ("host", "port", "user", "password", "database")
_PORTS = {"5432": "postgresql", "3306": "mysql", "6379": "redis", "27017": "mongodb"}
_WORDS = {
    "postgis": "postgis",
    "postg": "postgresql",
    "pgsql": "postgresql",
    "mysql": "mysql",
    "maria": "mysql",
    "redis": "redis",
    "valkey": "redis",
    "mongo": "mongodb",
}


def from_url(name: str, text: str, source: str, kind: Kind = Kind.DATABASE) -> Iterator[Found]:
    """A service from one URL in the variable ``source``, or the problem with it.

    :param kind: what it was meant to be, for the case that it cannot be read.
    """
    try:
        address = url.parse(text)
    except url.MalformedUrlError as error:
        yield Problem("malformed-url", Severity.ERROR, f"{source} {error}", f"correct {source}", (source,), kind)
        return
    yield from_address(name, address, (source,))


def from_address(name: str, address: url.Address, sources: tuple[str, ...]) -> Service:
    """The same, from a URL already taken apart."""
    return Service(
        name,
        address.scheme,
        address.host,
        address.port,
        address.user,
        Secret(address.password),
        address.database,
        address.options,
        sources,
    )


def from_variables(
    name: str, scheme: str, variables: Mapping[str, str], names: Mapping[str, str], optional: tuple[str, ...] = ()
) -> Iterator[Found]:
    """A service from one variable for each part, and what is missing among them.

    :param names: part -> variable, the parts being ``PARTS``.
    :param optional: parts this platform may leave out without a word.
    """
    parts = {part: variables[variable] for part, variable in names.items() if variables.get(variable)}
    sources = tuple(names[part] for part in parts)
    kind = kind_of(scheme)
    if not parts:
        return
    if "host" not in parts:
        yield missing(names["host"], sources, kind)
        return
    service = from_parts(name, scheme, parts, sources)
    if isinstance(service, Problem):
        yield service
        return
    yield service
    if "password" not in parts and "password" in names and "password" not in optional and kind is Kind.DATABASE:
        yield missing(names["password"], sources, kind, Severity.WARNING)


def from_parts(name: str, scheme: str, parts: Mapping[str, Any], sources: tuple[str, ...]) -> Service | Problem:
    """A service from parts already found; a port may be written as ``tcp://10.0.0.1:5432`` (container links)."""
    texts = {part: str(parts[part]) for part in PARTS if parts.get(part) not in (None, "")}
    if "@" in texts.get("host", "") or any("://" in texts.get(part, "") for part in ("host", "user", "database")):
        message = f"one of {', '.join(sources)} holds a whole URL where a part of one is meant"
        fix = "give the part alone, or the URL in DATABASE_URL or REDIS_URL"
        return Problem("malformed-variable", Severity.ERROR, message, fix, sources, kind_of(scheme))
    port = texts.get("port", "").rpartition(":")[2]
    if port and not port.replace(",", "").isdigit():
        about = tuple(source for source in sources if "PORT" in source.upper()) or sources
        message = f"{about[0]}: the port is not a number"
        return Problem("malformed-port", Severity.ERROR, message, f"correct {about[0]}", about, kind_of(scheme))
    return Service(
        name,
        scheme,
        texts.get("host", ""),
        port,
        texts.get("user", ""),
        Secret(texts.get("password", "")),
        texts.get("database", ""),
        sources=sources,
    )


def completed(service: Service, other: Service) -> Service:
    """``service`` with the parts it lacks taken from ``other``."""
    return replace(
        service,
        port=service.port or other.port,
        user=service.user or other.user,
        password=service.password or other.password,
        database=service.database or other.database,
        options=service.options or other.options,
        sources=(*service.sources, *(source for source in other.sources if source not in service.sources)),
    )


def missing(variable: str, given: tuple[str, ...], kind: Kind, severity: Severity = Severity.ERROR) -> Problem:
    """A part that the others make one expect."""
    message = f"{variable} is missing beside {given[0]}"
    return Problem("missing-part", severity, message, f"set {variable}, or unset {given[0]}", (variable, *given), kind)


def malformed(variable: str, what: str, kind: Kind = Kind.DATABASE) -> Problem:
    """A value that is not in the form its name promises."""
    return Problem("malformed-variable", Severity.ERROR, f"{variable} {what}", f"correct {variable}", (variable,), kind)


def scheme_by_words(*words: str) -> str:
    """``postgresql`` for ``PostgreSQL-10``, ``elephantsql/postgres``…; ``""`` where no word tells."""
    text = " ".join(words).lower()
    return next((scheme for word, scheme in _WORDS.items() if word in text), "")


def scheme_by_port(port: str) -> str:
    """What listens there by convention; PostgreSQL where the port tells nothing."""
    return _PORTS.get(port, "postgresql")


def json_of(text: str) -> Any:
    """JSON, or base64 of JSON (Platform.sh), as a value; ``None`` where it is neither."""
    text = text.strip()
    try:
        plain = text if text[:1] in ("{", "[") else base64.b64decode(text).decode("utf-8")
        return json.loads(plain)
    except (ValueError, RecursionError):
        return None
