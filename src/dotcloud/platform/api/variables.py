"""The variables of an environment: those a person sets, and those the platform makes."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Body, Router

from dotcloud.errors.api import BadVariables
from dotcloud.platform import services as data_services
from dotcloud.platform.api.envelope import item
from dotcloud.platform.api.events import record
from dotcloud.platform.api.scope import environment_of
from dotcloud.platform.models import Environment, Variable

router = Router(tags=["variables"])
PATH = "me/applications/{application}/environment"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LONGEST_NAME, LONGEST_VALUE = 255, 100_000  # bytes; Linux passes at most 131,072 bytes for one variable
RESERVED = "DOTCLOUD_"


@router.get(PATH)
def show(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    """What every instance is given, the passwords of data services included; not what differs between instances."""
    scope = environment_of(application, environment)
    return item(dict(sorted({**scope.variables(), **_generated(scope)}.items())))


@router.patch(PATH)
def change(
    request: HttpRequest, application: str, body: Body[dict[str, Any]], environment: str = "default"
) -> dict[str, Any]:
    """Set variables, unset those that are ``null``: all of them or none. The next deployment puts them in force."""
    scope = environment_of(application, environment, create=True)
    problems = [problem for name, value in body.items() if (problem := _problem(name, value))]
    if problems:
        raise BadVariables(problems)
    with transaction.atomic():
        for name, value in body.items():
            _change(scope, name, value)
    gone = sorted(name for name, value in body.items() if value is None)
    record(request, scope, "env", "change", set=sorted(body.keys() - set(gone)), unset=gone)
    return item(scope.variables())


def _change(scope: Environment, name: str, value: str | None) -> None:
    if value is None:
        Variable.objects.filter(environment=scope, name=name).delete()
    else:
        Variable.objects.update_or_create(environment=scope, name=name, defaults={"value": value})


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON may hold halves of characters (surrogates) alone."""
    return value.encode(errors="replace").decode() == value


def _problem(name: str, value: object) -> str | None:
    """What is wrong with one of them; the value is a secret, and not shown."""
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return f"{name[:64]!r}: a name is a letter, then letters, digits and _"
    if value is None:
        return None
    if name.upper().startswith(RESERVED):
        return f"{name}: names that start with {RESERVED} are the platform's own"
    if not isinstance(value, str):
        return f"{name}: a value is a text, not {type(value).__name__}"
    if "\0" in value:
        return f"{name}: a value cannot hold the character NUL"
    size = len(value.encode(errors="replace"))
    if size > LONGEST_VALUE:
        return f"{name}: a value has at most {LONGEST_VALUE:,} bytes, not {size:,}; keep it in a file"
    return None if is_text(value) else f"{name}: a value has half a character in it, and cannot be stored"


def _generated(scope: Environment) -> dict[str, str]:
    found = {"DOTCLOUD_PROJECT": scope.application.name, "DOTCLOUD_ENVIRONMENT": scope.name}
    for row in scope.services.filter(destroying=False):
        if row.http_port or row.port or row.ports:
            found |= data_services.variables(row)
    chosen = scope.variables().keys()
    return {name: value for name, value in found.items() if name.startswith(RESERVED) or name not in chosen}
