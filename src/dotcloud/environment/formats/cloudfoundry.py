"""Cloud Foundry and its kin: VCAP_SERVICES, or the file that VCAP_SERVICES_FILE_PATH names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dotcloud.environment import url
from dotcloud.environment.formats.common import (
    completed,
    from_parts,
    from_url,
    json_of,
    malformed,
    scheme_by_words,
)
from dotcloud.environment.service import Found, Problem, Service, kind_of

_VARIABLE = "VCAP_SERVICES"
_KEYS = {
    "host": ("host", "hostname"),
    "port": ("port",),
    "user": ("username", "user"),
    "password": ("password",),
    "database": ("name", "database", "dbname", "db_name"),
}


def vcap(variables: Mapping[str, str]) -> Iterator[Found]:
    """``{"<label>": [{"name", "tags", "credentials": {…}}]}``; what is no database or cache is passed over."""
    if _VARIABLE not in variables:
        return
    value = json_of(variables[_VARIABLE])
    if not isinstance(value, dict):
        yield malformed(_VARIABLE, "is not a JSON object")
        return
    for label, entries in sorted(value.items()):
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("credentials"), dict):
                yield from _entry(label, entry, entry["credentials"])


def _entry(label: str, entry: Mapping[str, Any], credentials: Mapping[str, Any]) -> Iterator[Found]:
    """The parts are read first, as they stand unescaped; the URI fills in what they leave out."""
    name = str(entry.get("name") or entry.get("instance_name") or label).lower()
    given = _by_url(name, credentials)
    by_url = given if isinstance(given, Service) else None
    tags = entry.get("tags")
    words = [label, str(entry.get("label", "")), *(map(str, tags) if isinstance(tags, list) else []), name]
    scheme = by_url.scheme if by_url else scheme_by_words(*words)
    parts = {part: next((credentials[key] for key in keys if credentials.get(key)), "") for part, keys in _KEYS.items()}
    if isinstance(given, Problem) and not parts["host"]:
        yield given
    if not scheme or not (by_url or parts["host"]):
        return
    found = from_parts(name, scheme, parts, (_VARIABLE,))
    if isinstance(found, Problem):
        yield found
        return
    if by_url:
        found = completed(found, by_url) if found.host else by_url
    yield _with_sslmode(found, credentials)


def _by_url(name: str, credentials: Mapping[str, Any]) -> Found | None:
    texts = (str(credentials.get(key, "")) for key in ("uri", "url", "jdbcUrl"))
    text = next(filter(url.scheme_of, texts), "")
    return next(from_url(name, text, _VARIABLE, kind_of(url.scheme_of(text))), None) if text else None


def _with_sslmode(service: Service, credentials: Mapping[str, Any]) -> Service:
    sslmode = credentials.get("sslmode")
    if not sslmode or "sslmode" in dict(service.options):
        return service
    return replace(service, options=(*service.options, ("sslmode", str(sslmode))))
