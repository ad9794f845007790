"""dotCloud: DOTCLOUD_<SERVICE>_<KIND>_{HOST,PORT,LOGIN,PASSWORD,URL} (dotCloud documentation, "Environment")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dotcloud.environment.formats.common import completed, from_url, from_variables
from dotcloud.environment.service import Found, Problem, Service, Severity, kind_of

_VARIABLE = re.compile(r"(DOTCLOUD_(.+)_(SQL|MYSQL|REDIS|MONGODB|SMTP))_(?:HOST|PORT|LOGIN|PASSWORD|URL)")
_SCHEMES = {"SQL": "postgresql", "MYSQL": "mysql", "REDIS": "redis", "MONGODB": "mongodb", "SMTP": "smtp"}
_NO_ACL = frozenset({"redis", "root"})  # the logins the platform gave when Redis had passwords but no users


def dotcloud(variables: Mapping[str, str]) -> Iterable[Found]:
    """The parts are read first: passwords stand unescaped in the URLs. The URL fills in what the parts leave out."""
    matches = (_VARIABLE.fullmatch(name) for name in sorted(variables))
    services = {match[1]: (match[2].lower(), match[3]) for match in matches if match}
    for prefix, (name, kind) in services.items():
        yield from _service(variables, prefix, name, _SCHEMES[kind])


def _service(variables: Mapping[str, str], prefix: str, name: str, scheme: str) -> Iterator[Found]:
    parts = {"host": "HOST", "port": "PORT", "user": "LOGIN", "password": "PASSWORD"}
    names = {part: f"{prefix}_{suffix}" for part, suffix in parts.items()}
    link = f"{prefix}_URL"
    by_url = list(from_url(name, variables[link], link, kind_of(scheme))) if variables.get(link) else []
    address = by_url[0] if by_url and isinstance(by_url[0], Service) else None
    if not any(variables.get(variable) for variable in names.values()) or (address and names["host"] not in variables):
        yield from (_without_acl(found) for found in by_url)
        return
    for found in from_variables(name, scheme, variables, names):
        if address and isinstance(found, Service):
            yield from _compared(found, address, link)
        elif not (address and isinstance(found, Problem) and found.code == "missing-part" and address.password):
            yield _without_acl(found)


def _compared(parts: Service, address: Service, link: str) -> Iterator[Found]:
    yield _without_acl(completed(parts, address))
    if (parts.host, parts.port or address.port) != (address.host, address.port or parts.port):
        message = f"{link} names another host or port than {parts.sources[0]}, which is used"
        fix = f"unset {link}, or correct it"
        yield Problem("contradiction", Severity.WARNING, message, fix, (link, *parts.sources), parts.kind)


def _without_acl(found: Found) -> Found:
    if isinstance(found, Service) and found.scheme in {"redis", "rediss"} and found.user in _NO_ACL:
        return replace(found, user="")
    return found
