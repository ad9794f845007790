"""Wait until each database answers a query, and create the one that is missing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError, connections

from dotcloud.django.steps import Say, servers
from dotcloud.django.steps.connection import aliases, place
from dotcloud.errors.hooks import DatabaseNotCreated, DatabaseNotUp, DatabaseRefused, DatabaseUnusable, NoSuchHost
from dotcloud.hooks.step import Outcome

PAUSE = 0.2  # seconds between two attempts at first; it doubles up to
LONGEST_PAUSE = 2.0


def run(options: Mapping[str, Any], say: Say) -> Outcome:
    """The step ``databases``.

    :raises HookError: one did not come up in time, refused us, or could not be created.
    """
    names = aliases()
    if not names:
        return Outcome("the settings have no DATABASES", skipped=True)
    deadline = time.monotonic() + options["timeout"]
    return Outcome("; ".join(Wait(alias, options["timeout"], deadline, say).until_up() for alias in names))


class Wait:
    """The way of one database to its first answer."""

    def __init__(self, alias: str, timeout: float, deadline: float, say: Say) -> None:
        self.alias = alias
        self.connection = connections[alias]
        self.place = place(self.connection)
        self.timeout = timeout
        self.deadline = deadline
        self.say = say
        self.created = False
        self.told = ""

    def until_up(self) -> str:
        """Ask until it answers; what there is to say about it then."""
        pause = PAUSE
        while (answer := servers.ask(self.connection, self._left())).state is not servers.State.UP:
            if answer.state not in (servers.State.MISSING, servers.State.NOT_YET):
                raise self._refusal(answer)
            if self._left() <= 0:
                raise DatabaseNotUp(alias=self.alias, place=self.place, reason=answer.reason, seconds=self.timeout)
            if answer.state is servers.State.MISSING:
                self._create()
                continue
            self._tell(_short(answer.reason))
            time.sleep(max(0, min(pause, self._left())))
            pause = min(pause * 2, LONGEST_PAUSE)
        return f"{self.alias} is up at {self.place}" + ", created" * self.created

    def _tell(self, reason: str) -> None:
        if reason != self.told:
            self.told = reason
            self.say(f"waiting up to {self._left():.0f} s for {self.alias} at {self.place}: {reason}")

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _create(self) -> None:
        try:
            self.created = servers.create(self.connection)
        except DatabaseError as error:
            settings = self.connection.settings_dict
            raise DatabaseNotCreated(
                alias=self.alias, place=self.place, name=settings["NAME"], user=settings["USER"], reason=str(error)
            ) from error

    def _refusal(self, answer: servers.Answer) -> Exception:
        settings = self.connection.settings_dict
        match answer.state:
            case servers.State.NO_HOST:
                return NoSuchHost(alias=self.alias, host=settings["HOST"])
            case servers.State.REFUSED:
                return DatabaseRefused(alias=self.alias, place=self.place, user=settings["USER"], reason=answer.reason)
            case _:
                return DatabaseUnusable(alias=self.alias, place=self.place, reason=answer.reason)


def _short(reason: str) -> str:
    """The end of a driver's first line, where the cause is: ``… failed: Connection refused``."""
    return reason.strip().partition("\n")[0].rpartition(": ")[2]
