"""``dotcloud scale``: how many instances, and what memory each of them may use."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click

from dotcloud.cli.follow import deploy
from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import size
from dotcloud.cli.screen import screen
from dotcloud.cli.session import segment, session
from dotcloud.errors.cli import BadScale

STEP = 32 << 20  # bytes; memory comes in steps of this size
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass(frozen=True)
class Scale:
    """One change. :ivar field: of the API; :ivar value: instances, or bytes."""

    service: str
    field: str
    value: int

    @property
    def path(self) -> str:
        return f"/services/{segment(self.service)}"

    def __str__(self) -> str:
        if self.field == "instance_count":
            return f"instances of {self.service} to {self.value}"
        return f"memory of {self.service} to {size(self.value)}"


@click.command(cls=PlatformCommand)
@click.argument("changes", nargs=-1, required=True, metavar="SERVICE=N | SERVICE:memory=SIZE…")
def scale(changes: tuple[str, ...]) -> None:
    """Change the number of instances or their memory, and deploy.

    \b
    dotcloud scale www=3 worker=2
    dotcloud scale www:memory=512M
    """
    wanted = [parse(change) for change in changes]
    with session() as here, screen() as shown:
        for each in wanted:  # all or none
            here.patch(each.path, {each.field: each.value, "check": True})
        for each in wanted:
            shown.info(f"Changing {each}")
            here.patch(each.path, {each.field: each.value})
        deploy(here, shown, kept="The scale stays changed, for the next deployment.")


def parse(text: str) -> Scale:
    """``www=3``, ``www:instances=3``, ``www:memory=512M``. :raises BadScale:"""
    matched = re.fullmatch(r"([A-Za-z0-9_-]+)(?::(\w+))?=(.*)", text)
    if not matched:
        raise BadScale(text, "it has no service and number")
    service, what, value = matched[1], matched[2] or "instances", matched[3].strip()
    if what == "instances":
        if not re.fullmatch(r"-?\d{1,9}", value):
            raise BadScale(text, f"{value!r} is not a number of instances")
        return Scale(service, "instance_count", int(value))
    if what == "memory":
        return Scale(service, "reserved_memory", memory(text, value))
    raise BadScale(text, f"{what!r} is neither instances nor memory")


def memory(text: str, value: str) -> int:
    """``512M``, ``1gb``, ``0.5G``, bytes: rounded to steps of 32 MiB, at least one."""
    matched = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?)\s*([kmg]?)i?b?", value, re.IGNORECASE)
    if not matched:
        raise BadScale(text, f"{value!r} is not a size such as 512M or 1G")
    count = int(float(matched[1]) * UNITS[matched[2].lower()])
    return max(1, (count + STEP // 2) // STEP) * STEP
