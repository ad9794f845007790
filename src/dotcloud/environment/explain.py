"""What was read, from where, and what was set aside: for a person (80 columns) and for a program."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from dotcloud.environment import secret_key
from dotcloud.environment.choose import names
from dotcloud.environment.environment import Environment
from dotcloud.environment.service import Kind, Problem, Service
from dotcloud.environment.variables import PROCESS
from dotcloud.errors import DotcloudError
from dotcloud.errors.environment import NoSecretKeyError

_WIDTH = 80
_COLUMN = 16
_NAMED_LATER = "named-by-settings"  # what settings.py passes as name= is not known here


def report(env: Environment) -> dict[str, Any]:
    """Everything that is told, without a secret."""
    key = _key_source(env)
    return {
        "platform": env.platform.name if env.platform else None,
        "project": str(env.project) if env.project else None,
        "file": env.file or None,
        "databases": _entries(env, Kind.DATABASE),
        "caches": _entries(env, Kind.CACHE),
        "others": [_entry(env, service.name, service) for service in env.choice(Kind.OTHER).used],
        "set_aside": [
            _entry(env, one.service.name, one.service) | {"reason": one.reason}
            for kind in Kind
            for one in env.choice(kind).aside
        ],
        "secret_key": key,
        "allowed_hosts": env.allowed_hosts(),
        "https": _https(env),
        "debug": {"on": env.debug_reason[0], "reason": env.debug_reason[1]},
        "problems": [_problem(problem) for problem in env.problems],
        "errors": [error.what for error in errors(env)],
    }


def text(env: Environment) -> str:
    """The same, in lines of 80 columns."""
    told = report(env)
    return "\n".join(
        [
            *_head(env, told),
            *_section("Databases", told["databases"], _instead(env.databases, "SQLite in the project's folder")),
            *_section("Caches", told["caches"], _instead(env.caches, "the memory of each process")),
            *_section("Other services", told["others"]),
            *_section("Set aside", told["set_aside"]),
            "",
            "Settings",
            *_row("secret key", told["secret_key"] or "none: SECRET_KEY is not set"),
            *_row("allowed hosts", ", ".join(told["allowed_hosts"]) or "none stated"),
            *_row("https", f"{'always' if told['https']['always'] else 'not always'}: {told['https']['reason']}"),
            *_row("debug", f"{'on' if told['debug']['on'] else 'off'}: {told['debug']['reason']}"),
            *_problems(told),
        ]
    )


def errors(env: Environment) -> list[DotcloudError]:
    """What settings.py would be refused, without being asked for a value."""
    found: list[DotcloudError] = []
    asks: list[Callable[[], object]] = [partial(env.databases, name=_NAMED_LATER), env.caches, lambda: env.https]
    if _key_source(env) is None:
        found.append(NoSecretKeyError(env.platform.name if env.platform else "this machine", ""))
    for ask in asks:
        try:
            ask()
        except DotcloudError as error:
            found.append(error)
    return found


def _instead(ask: Callable[[], object], used: str) -> str:
    try:
        ask()
    except DotcloudError:
        return "none that can be used"
    return f"none described: {used}"


def _head(env: Environment, told: dict[str, Any]) -> Iterator[str]:
    yield f"Environment: {told['platform'] or 'no platform recognised'}"
    yield from _row("project", _short(told["project"] or "no manage.py or dotcloud.yml upward from here"))
    yield from _row("file", f"{_short(env.file)} ({env.variables.count(env.file)} names used)" if env.file else "none")
    yield from _row("process", f"{env.variables.count(PROCESS)} names, over those of the file")


def _entries(env: Environment, kind: Kind) -> list[dict[str, Any]]:
    used = env.choice(kind).used
    return [_entry(env, alias, service) for alias, service in zip(names(used), used, strict=True)]


def _entry(env: Environment, alias: str, service: Service) -> dict[str, Any]:
    if service.kind is Kind.DATABASE and not service.database:
        service = replace(service, database=env.get("DOTCLOUD_PROJECT"))
    origins = dict.fromkeys(env.variables.origin(source) for source in service.sources)
    return {
        "alias": alias,
        "service": service.name,
        "format": service.family,
        "address": service.address,
        "named": _is_named(service),
        "variables": list(service.sources),
        "origins": [origin for origin in origins if origin],
    }


def _is_named(service: Service) -> bool:
    """Whether the name of a database is told here. libpq may find it in a service file."""
    return bool(service.kind is not Kind.DATABASE or service.database or "service" in dict(service.options))


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": str(problem.severity),
        "message": problem.message,
        "fix": problem.fix,
        "variables": list(problem.variables),
    }


def _key_source(env: Environment) -> str | None:
    found = secret_key.source(env.variables, env.platform, env.choice(Kind.DATABASE).used)
    return found.text if found else None


def _https(env: Environment) -> dict[str, Any]:
    try:
        return {"always": env.https, "reason": env.https_reason.reason}
    except DotcloudError as error:
        return {"always": False, "reason": error.what}


def _section(title: str, entries: Iterable[dict[str, Any]], nothing: str = "") -> Iterator[str]:
    entries = list(entries)
    if not entries and not nothing:
        return
    yield ""
    yield title
    if not entries:
        yield from _wrapped(nothing, "  ")
    for entry in entries:
        yield from _row(entry["alias"], entry["address"])
        yield from _row("", f"{entry['format']}: {_sources(entry)}")
        if "reason" in entry:
            yield from _row("", entry["reason"])
        elif not entry["named"]:
            yield from _row("", "its name is the one settings.py gives: databases(name=…)")


def _sources(entry: dict[str, Any]) -> str:
    """``DOTCLOUD_DB_SQL_{HOST,PORT} (~/environment.json)``: names that share their start are written once."""
    origins = ", ".join(_short(origin) for origin in entry["origins"] if origin not in entry["variables"])
    return _braced([_short(name) for name in entry["variables"]]) + (f" ({origins})" if origins else "")


def _braced(variables: list[str]) -> str:
    groups: dict[str, list[str]] = {}
    for variable in variables:
        head, mark, tail = variable.rpartition("/" if "/" in variable else "_")
        groups.setdefault(head + mark, []).append(tail)
    return ", ".join(
        head + (f"{{{','.join(tails)}}}" if len(tails) > 1 else tails[0]) for head, tails in groups.items()
    )


def _problems(told: dict[str, Any]) -> Iterator[str]:
    if not told["problems"] and not told["errors"]:
        return
    yield ""
    yield "Problems"
    for problem in told["problems"]:
        yield from _row(problem["severity"], f"{problem['message']} [{problem['code']}]")
        yield from _row("  fix", problem["fix"])
    for error in told["errors"]:
        yield from _row("error", f"settings.py fails: {error}")


def _row(label: str, content: str) -> Iterator[str]:
    head = f"  {label:<{_COLUMN - 3}} "
    if len(head) > _COLUMN:
        yield head.rstrip()
        head = " " * _COLUMN
    yield from _wrapped(content, head)


def _wrapped(content: str, head: str) -> list[str]:
    rest = " " * (_COLUMN if len(head) == _COLUMN else len(head))
    wrapper = textwrap.TextWrapper(_WIDTH, initial_indent=head, subsequent_indent=rest)
    wrapper.break_long_words = wrapper.break_on_hyphens = False  # an address is there to be copied
    return wrapper.wrap(content) or [head.rstrip()]


def _short(path: str) -> str:
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if home != "/" and path.startswith(f"{home}/") else path
