"""What runs: the one place where the API asks the supervisor."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings

from dotcloud.platform.models import Deployment, Environment, Service
from dotcloud.platform.supervise import ProcessStatus, Supervisor


def supervisor() -> Supervisor:
    return Supervisor(settings.HOME)


def instances_of(service: Service) -> int:
    """How many instances of a service are live; 0 before its first deployment, 1 for a data service."""
    if service.is_data:
        return 1
    live = service.environment.live
    facts = live.services.get(service.name, {}) if live else {}
    count: int = facts.get("instances", 0)
    return count


def groups_of(service: Service, number: int) -> list[str]:
    """The groups of processes of one instance: of its live release if that is known, or else all there are."""
    names = f"{service.environment.application.name}.{service.environment.name}.{service.name}"
    live = service.environment.live
    deploy_id = live.services.get(service.name, {}).get("deploy_id") if live else None
    if deploy_id:
        return [f"{names}.{number}@{deploy_id}"]
    pattern = re.compile(rf"{re.escape(names)}(\.{number}(@.*)?)?")
    return [group for group in supervisor().groups(names) if pattern.fullmatch(group)]


def processes_of(service: Service, number: int) -> list[ProcessStatus]:
    """How the processes of one instance are doing."""
    asked = supervisor()
    return [status for group in groups_of(service, number) for status in asked.status(group)]


def state_of(processes: Iterable[ProcessStatus]) -> str:
    """``up`` where all are, ``crash-looping`` where one is, ``down`` in every other case."""
    states = {process.state for process in processes}
    if states == {"up"}:
        return "up"
    return "crash-looping" if "crash-looping" in states else "down"


def as_deployed(environment: Environment, live: Deployment) -> bool:
    """Whether what a deployment of the same revision would put in force is in force, and up."""
    if live.variables_hash != environment.variables_hash():
        return False
    rows = {row.name: row for row in environment.services.filter(destroying=False)}
    if not all(name in rows and _same_scale(rows[name], facts) for name, facts in live.services.items()):
        return False
    asked = supervisor()
    return all(
        (processes := asked.status(group)) and state_of(processes) == "up"
        for name, facts in live.services.items()
        if not rows[name].is_data
        for group in _live_groups(environment, name, facts)
    )


def _same_scale(row: Service, facts: dict[str, object]) -> bool:
    return row.is_data or (row.instance_count, row.reserved_memory) == (facts.get("instances"), facts.get("memory"))


def _live_groups(environment: Environment, name: str, facts: dict[str, object]) -> list[str]:
    names = f"{environment.application.name}.{environment.name}.{name}"
    return [f"{names}.{number}@{facts.get('deploy_id')}" for number in range(int(str(facts.get("instances", 0))))]
