"""Which of the services described are used: the rule, in one place, with its reasons.

1. Two descriptions of one server, database and login are one service.
2. DEFAULT_DATABASE (DEFAULT_CACHE) names the first one, by its name or by a variable that describes it.
3. Otherwise the platform's own come first, and then DATABASE_URL (REDIS_URL) is set aside, for it may be left over
   from elsewhere; without any of the platform's own, DATABASE_URL comes first.
4. Further services (a second colour on Heroku) follow. Loose parts (PGHOST…) count when there is nothing else, and
   after them one other way to a service (DATABASE_PUBLIC_URL).
5. Among equals: ``default``, ``db``, ``database`` first, then by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dotcloud.environment.formats.common import completed
from dotcloud.environment.service import Kind, Problem, Service, Severity, Standing

_FIRST_NAMES = ("default", "db", "database")


@dataclass(frozen=True)
class SetAside:
    """A service that is described but not used, and why."""

    service: Service
    reason: str


@dataclass(frozen=True)
class Choice:
    """The services of one kind, the first one for ``default``."""

    used: tuple[Service, ...] = ()
    aside: tuple[SetAside, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown: bool = False  # a name was asked for that no service has


def choose(services: Sequence[Service], kind: Kind, preferred: str = "") -> Choice:
    """Apply the rule to the services of a kind, given in the order of their formats."""
    merged, problems = _merged([service for service in services if service.kind is kind])
    families = [service.family for service in services]
    ranked = sorted(merged, key=lambda one: (one.standing, families.index(one.family), _named_first(one), one.name))
    if kind is Kind.OTHER:  # in no setting: none stands in another's way
        return Choice(tuple(ranked), problems=tuple(problems))
    asked = [service for service in ranked if preferred and _is_called(service, preferred)]
    used = _unique([*asked, *(service for service in _by_standing(ranked) if service not in asked)])
    aside = [SetAside(service, _reason(service, used[0])) for service in ranked if service not in used]
    contradictions = [] if asked else [_contradiction(one.service, used[0]) for one in aside if _contradicts(one)]
    return Choice(tuple(used), tuple(aside), (*problems, *contradictions), bool(preferred) and not asked)


def names(services: Iterable[Service]) -> list[str]:
    """A name for each, the first being ``default``; a name that comes twice gets its family or a number."""
    taken: list[str] = []
    for service in services:
        choices = [service.name, f"{service.name}_{service.family.lower().split(',')[0]}"]
        choices += [f"{service.name}_{number}" for number in range(2, len(taken) + 3)]
        taken.append(next(name for name in choices if name not in taken) if taken else "default")
    return taken


def _by_standing(ranked: Sequence[Service]) -> list[Service]:
    by = {standing: [service for service in ranked if service.standing is standing] for standing in Standing}
    main = by[Standing.PLATFORM] or by[Standing.URL]
    used = [*main, *by[Standing.EXTRA]]
    return used or by[Standing.PARTS] or by[Standing.ASIDE][:1]  # one way leads there, if no main one is described


def _named_first(service: Service) -> int:
    return _FIRST_NAMES.index(service.name) if service.name in _FIRST_NAMES else len(_FIRST_NAMES)


def _is_called(service: Service, name: str) -> bool:
    return service.name == name.lower() or name in service.sources


def _unique(services: Iterable[Service]) -> list[Service]:
    return list(dict.fromkeys(services))


def _merged(services: Iterable[Service]) -> tuple[list[Service], list[Problem]]:
    merged: list[Service] = []
    problems: list[Problem] = []
    for service in services:
        at = next((i for i, other in enumerate(merged) if _same(other, service)), None)
        if at is None:
            merged.append(service)
            continue
        first = merged[at]
        if first.password and service.password and first.password != service.password:
            problems.append(_two_passwords(first, service))
        merged[at] = replace(completed(first, service), standing=min(first.standing, service.standing))
    return merged, problems


def _same(one: Service, other: Service) -> bool:
    """One server, and no part that contradicts: a database or login that one leaves out counts as equal."""
    places = (one.host.lower(), one.port or _usual_port(one)), (other.host.lower(), other.port or _usual_port(other))
    pairs = ((one.user, other.user), (one.database, other.database))
    return places[0] == places[1] and all(not a or not b or a == b for a, b in pairs)


def _usual_port(service: Service) -> str:
    return {"postgresql": "5432", "postgis": "5432", "mysql": "3306", "redis": "6379", "rediss": "6379"}.get(
        service.scheme, ""
    )


def _reason(service: Service, first: Service) -> str:
    if service.standing is Standing.ASIDE:
        return "another way to a service, used when named"
    if service.standing is Standing.URL:
        return (
            f"the platform's own service '{first.name}' comes first"
            if first.standing is Standing.PLATFORM
            else (f"'{first.name}' was asked for")
        )
    return f"'{first.name}' comes first"


def _contradicts(one: SetAside) -> bool:
    return one.service.standing is Standing.URL


def _contradiction(service: Service, first: Service) -> Problem:
    variable = service.sources[0]
    message = f"{variable} leads elsewhere than the platform's own {first.kind} '{first.name}', which is used"
    fix = f"unset {variable}; or DEFAULT_{first.kind.upper()}={variable} to use it"
    return Problem("contradiction", Severity.WARNING, message, fix, (variable, *first.sources), first.kind)


def _two_passwords(first: Service, other: Service) -> Problem:
    message = f"{other.sources[-1]} gives another password than {first.sources[0]}, which is used"
    fix = f"unset {other.sources[-1]}, or correct it"
    return Problem("contradiction", Severity.WARNING, message, fix, (other.sources[-1], *first.sources), first.kind)
