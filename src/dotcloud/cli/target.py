"""``www`` and ``www.0``: a service, or one instance of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import click

from dotcloud.cli.session import segment
from dotcloud.errors.cli import BadTarget


@dataclass(frozen=True)
class Target:
    """A service and, if one was named, the number of an instance."""

    service: str
    instance: int | None = None

    def __str__(self) -> str:
        return self.service if self.instance is None else f"{self.service}.{self.instance}"

    @property
    def path(self) -> str:
        """Of its service, below the application."""
        return f"/services/{segment(self.service)}"

    def instances(self, service: dict[str, Any]) -> list[Target]:
        """Itself, or all instances of the service as the API describes it."""
        if self.instance is not None:
            return [self]
        return [Target(self.service, number) for number in instance_numbers(service)]

    def matches(self, entry: dict[str, Any]) -> bool:
        """Whether a line of a log is about it."""
        if entry.get("service") != self.service:
            return False
        return self.instance is None or str(entry.get("instance")) == str(self.instance)


def instance_numbers(service: dict[str, Any]) -> list[int]:
    """The numbers of a service's instances, in order."""
    return sorted(int(instance["instance_id"]) for instance in service.get("instances") or ())


def parse(text: str) -> Target:
    """``www`` or ``www.0``. :raises BadTarget: neither."""
    matched = re.fullmatch(r"([A-Za-z0-9_-]+)(?:\.(\d{1,6}))?", text)
    if not matched:
        raise BadTarget(text)
    return Target(matched[1], None if matched[2] is None else int(matched[2]))


class TargetType(click.ParamType):  # type: ignore[type-arg]  # click before 8.4 has no generic one
    """An argument of a command."""

    name = "service"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:  # noqa: ARG002
        return value if isinstance(value, Target) else parse(value)


TARGET = TargetType()
