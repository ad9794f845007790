"""Migrate every database of the site, under a lock in the database."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connections
from django.db.utils import InterfaceError

from dotcloud.django.steps import Say
from dotcloud.django.steps.command import site_command
from dotcloud.django.steps.connection import aliases, own
from dotcloud.django.steps.locks import Lock, lock_on
from dotcloud.errors.hooks import HookError, MigrationFailed, MigrationLockLost, MigrationLockTaken
from dotcloud.hooks import blame
from dotcloud.hooks.step import Outcome

PAUSE = 0.25  # seconds between two attempts to get the lock


def run(options: Mapping[str, Any], say: Say) -> Outcome:
    """The step ``migrate``.

    :raises HookError: a migration failed, or the lock was not to be had or to be kept.
    """
    names = aliases()
    if not names:
        return Outcome("the settings have no DATABASES", skipped=True)
    told = [(alias, migrate(alias, options["wait"], say)) for alias in names]
    return Outcome("; ".join(f"{alias}: {text}" if len(told) > 1 else text for alias, text in told))


def migrate(alias: str, wait: float, say: Say) -> str:
    """Migrate one database; what was done."""
    connection = connections[alias]
    if connection.settings_dict["TEST"].get("MIRROR"):
        return "left alone, a replica of another one (TEST MIRROR)"
    with own(connection) as session:
        lock = lock_on(session)
        with locked(lock, alias, wait, say) if lock else nullcontext():
            progress = Progress(alias, lock)
            progress.call()
    count = len(progress.applied)
    return f"{count} migration{'s' * (count != 1)} applied" if count else "nothing to do"


@contextmanager
def locked(lock: Lock, alias: str, wait: float, say: Say) -> Iterator[None]:
    """Have the lock, or wait for it.

    :raises MigrationLockTaken: somebody else has it for too long.
    :raises MigrationLockLost: it was gone at the end.
    """
    deadline = time.monotonic() + wait
    if not lock.take():
        say(f"waiting up to {wait:g} s for {lock.holder()}, which has the migration lock of {alias}")
        while not lock.take():
            if time.monotonic() > deadline:
                raise MigrationLockTaken(alias=alias, holder=lock.holder(), seconds=wait)
            time.sleep(PAUSE)
    try:
        yield
        if not lock.held():
            raise MigrationLockLost(alias=alias, migration="")
    finally:
        with suppress(DatabaseError, InterfaceError):  # the session is closed next, and the lock with it
            lock.release()


class Progress:
    """The site's own migrate command, watched: which migrations were applied, and which one is at work."""

    def __init__(self, alias: str, lock: Lock | None) -> None:
        self.alias = alias
        self.lock = lock
        self.applied: list[str] = []
        self.current: Any = None

    def call(self) -> None:
        """Run the command, checks included, as ``manage.py migrate`` does."""
        command = site_command("migrate")
        tell = getattr(command, "migration_progress_callback", None)
        command.migration_progress_callback = lambda *args, **options: self._watch(tell, *args, **options)
        try:
            call_command(command, database=self.alias, interactive=False, verbosity=0, skip_checks=False)
        except (HookError, CommandError):
            raise
        except Exception as error:
            raise self._failure(error) from error

    def _watch(self, tell: Any, action: str, migration: Any = None, fake: bool = False) -> None:
        if action == "apply_start":
            self.current = migration
            if self.lock and not self.lock.held():
                raise MigrationLockLost(alias=self.alias, migration=str(migration))
        elif action == "apply_success":
            self.applied.append(str(migration))
            self.current = None
        if tell:
            tell(action, migration, fake)

    def _failure(self, error: Exception) -> Exception:
        if self.current is None:
            return error
        return MigrationFailed(
            migration=str(self.current),
            alias=self.alias,
            exception=blame.one_line(error),
            frame=blame.site_frame(error, Path.cwd()),
            rolled_back=self.current.atomic and connections[self.alias].features.can_rollback_ddl,
        )
