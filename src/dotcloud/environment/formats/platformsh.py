"""Platform.sh and Upsun: PLATFORM_RELATIONSHIPS (base64 of JSON), and Upsun Flex's variables per relationship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dotcloud.environment.formats.common import from_parts, from_variables, json_of, malformed
from dotcloud.environment.service import SCHEMES, Found, Kind, Service, Standing, kind_of

_VARIABLE = "PLATFORM_RELATIONSHIPS"
_FLEX = re.compile(r"([A-Z0-9_]+)_SCHEME")
_FLEX_PARTS = {"host": "HOST", "port": "PORT", "user": "USERNAME", "password": "PASSWORD", "database": "PATH"}


def relationships(variables: Mapping[str, str]) -> Iterator[Found]:
    """``{"database": [{"scheme": "pgsql", "host": …, "path": …, "query": {"is_master": true}}]}``."""
    if _VARIABLE not in variables:
        return
    value = json_of(variables[_VARIABLE])
    if not isinstance(value, dict):
        yield malformed(_VARIABLE, "is not base64 of a JSON object")
        return
    for name, endpoints in sorted(value.items()):
        yield from _relationship(name.lower(), endpoints)


def _relationship(name: str, endpoints: Any) -> Iterator[Found]:
    """The master first; the others are replicas, read by who asks for them."""
    known = [one for one in endpoints if isinstance(one, dict)] if isinstance(endpoints, list) else []
    known = [one for one in known if SCHEMES.get(str(one.get("scheme")))]
    for number, one in enumerate(sorted(known, key=lambda one: not _is_master(one))):
        called = name if not number else f"{name}_replica" if number == 1 else f"{name}_replica_{number}"
        found = from_parts(called, SCHEMES[one["scheme"]], _parts(one), (_VARIABLE,))
        aside = number and isinstance(found, Service)
        yield replace(found, standing=Standing.ASIDE) if aside else found


def _parts(one: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"host": "host", "port": "port", "user": "username", "password": "password", "database": "path"}
    return {part: one.get(key) for part, key in keys.items()}


def _is_master(one: Mapping[str, Any]) -> bool:
    query = one.get("query")
    return not isinstance(query, dict) or bool(query.get("is_master", True))


def flex(variables: Mapping[str, str]) -> Iterator[Found]:
    """``DATABASE_HOST``, ``DATABASE_SCHEME``…, where the variables are Upsun's."""
    if not any(name.startswith("PLATFORM_") for name in variables):
        return
    for match in filter(None, map(_FLEX.fullmatch, sorted(variables))):
        scheme = SCHEMES.get(variables[match[0]])
        if scheme and f"{match[1]}_HOST" in variables:
            names = {part: f"{match[1]}_{suffix}" for part, suffix in _FLEX_PARTS.items()}
            optional = ("password",) if kind_of(scheme) is Kind.CACHE else ()
            yield from from_variables(match[1].lower(), scheme, variables, names, optional)
