"""What can go wrong while a hook runs. Every leaf carries plain data, so that one process can tell it to another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Self

from dotcloud.errors import DotcloudError
from dotcloud.errors.standard_library import fix_of_import


class HookError(DotcloudError):
    """A step that failed.

    :ivar data: the keyword arguments the leaf was made of, fit for JSON.
    :ivar traceback: Python's traceback, shown only on request.
    """

    data: dict[str, Any]
    traceback = ""

    def __new__(cls, *args: Any, **data: Any) -> Self:
        error = super().__new__(cls, *args)
        error.data = data
        return error


def rebuild(kind: str, data: dict[str, Any]) -> HookError:
    """The error another process told about, by the name of its class and its data."""
    return {leaf.__name__: leaf for leaf in HookError.__subclasses__()}[kind](**data)


def whole_way(step: str = "") -> str:
    """The command that shows Python's traceback. On a platform of ours nobody types where the hook runs."""
    if is_pushed():
        return "dotcloud env set DOTCLOUD_TRACEBACK=1"
    return " ".join(filter(None, ["./postinstall", step, "--traceback"]))


def is_pushed() -> bool:
    """Whether this runs in an instance of a platform of ours."""
    return "DOTCLOUD_SERVICE_ID" in os.environ


def _alone(step: str) -> str:
    if is_pushed():
        return f"correct it and run: dotcloud push   {whole_way()} shows the whole way there"
    return f"correct it, then run the step alone: {whole_way(step)}"


class UnknownStep(HookError):
    def __init__(self, *, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1)
        meaning = f"Did you mean {near[0]!r}?" if near else f"Its steps are: {', '.join(known)}."
        super().__init__(f"This hook has no step {name!r}.", meaning, "./postinstall --list")


class NotAStep(HookError):
    def __init__(self, *, value: str) -> None:
        super().__init__(
            f"{value} is not a step.",
            "A step is one of dotcloud.hooks, or a function of your own without parameters.",
            f'write hooks.command("…") for a command line, in place of {value}',
        )


class OwnStepFailed(HookError):
    def __init__(self, *, step: str, exception: str, frame: str) -> None:
        super().__init__(
            f"The step {step!r} failed: {exception}",
            fix=f"correct the function in the hook; {whole_way()} shows the whole way there",
            details=_at(frame),
        )


class CommandUnreadable(HookError):
    def __init__(self, *, command: str, reason: str) -> None:
        super().__init__(
            f"hooks.command({command!r}) cannot run: {reason}.",
            "The line is split into words as a shell does it, and the first one is the program.",
            "correct the line in the hook",
        )


class CommandFailed(HookError):
    def __init__(self, *, command: str, status: int, lines: Sequence[str]) -> None:
        ending = f"exited with status {status}" if status >= 0 else f"was ended by signal {-status}"
        fix = f"run it by hand in the project's folder: {command}"
        super().__init__(f"{command} {ending}.", fix=fix, details=tuple(lines))


class CommandMissing(HookError):
    def __init__(self, *, command: str, program: str) -> None:
        super().__init__(
            f"{command} cannot run: there is no program {program!r}.",
            "It is neither in the virtual environment nor on the PATH of this machine.",
            f"add what provides {program} to requirements.txt, or correct its name in the hook",
        )


class NoSettings(HookError):
    def __init__(self, *, project: str, has_manager: bool) -> None:
        seen = "manage.py names no settings module" if has_manager else f"There is no manage.py in {project}"
        super().__init__(
            f"{seen}, and DJANGO_SETTINGS_MODULE is not set.",
            "Without it nobody knows which settings the site has.",
            "export DJANGO_SETTINGS_MODULE=myproject.settings   (with the name of your project)",
        )


class SettingsBroken(HookError):
    """Django could not load the site: the settings, or an application in INSTALLED_APPS."""

    def __init__(self, *, settings: str, exception: str, frame: str, module: str = "", variable: str = "") -> None:
        fix = "correct it, then try with: python manage.py check"
        if module:
            fix = missing(module)
        if variable:
            fix = f"set the variable {variable}, or give it a default in the settings"
        super().__init__(
            f"The site does not load with {settings}: {exception}",
            "No step that needs Django can run.",
            fix,
            _at(frame),
        )


def missing(module: str) -> str:
    """What helps where a module is imported that is not there."""
    install = f"add the package that has {module!r} to requirements.txt or to vendor/, or correct the import"
    return fix_of_import(module) or install


class SiteError(HookError):
    """An error of dotcloud that was raised inside the site, from its settings for example; it tells itself."""

    def __init__(self, *, what: str, meaning: str, fix: str, details: Sequence[str]) -> None:
        super().__init__(what, meaning, fix, tuple(details))


class DjangoEnded(HookError):
    def __init__(self, *, step: str, status: int, lines: Sequence[str]) -> None:
        ending = f"signal {-status}" if status < 0 else f"status {status}"
        super().__init__(
            f"The process that ran {step!r} ended in the middle of it, with {ending}.",
            "Out of memory is the usual cause of signal 9." if status == -9 else "",
            whole_way(step),
            tuple(lines),
        )


class StepFailed(HookError):
    def __init__(self, *, step: str, lines: Sequence[str], frame: str, fix: str = "") -> None:
        first, *rest = lines
        super().__init__(
            f"{step} failed: {first}",
            fix=fix or _alone(step),
            details=(*rest, *_at(frame)),
        )


class DatabaseNotUp(HookError):
    def __init__(self, *, alias: str, place: str, reason: str, seconds: float) -> None:
        super().__init__(
            f"The database {alias!r} at {place} did not come up within {seconds:g} s.",
            "Nothing answers there, or it is still starting.",
            "see whether the database runs and that its host and port are right;\n"
            "a slow one gets more time with hooks.databases(timeout=300)",
            _lines(reason),
        )


class NoSuchHost(HookError):
    def __init__(self, *, alias: str, host: str) -> None:
        super().__init__(
            f"The host {host!r} of the database {alias!r} does not exist.",
            "Its name cannot be resolved from this machine. Waiting would not help.",
            f"correct the HOST of DATABASES[{alias!r}], or the variable it comes from",
        )


class DatabaseRefused(HookError):
    def __init__(self, *, alias: str, place: str, user: str, reason: str) -> None:
        super().__init__(
            f"The database {alias!r} at {place} is up, but does not let the user {user!r} in.",
            "The user, the password, the right to connect or sslmode is wrong. Waiting would not help.",
            f"correct USER, PASSWORD and OPTIONS of DATABASES[{alias!r}], or the variable they come from",
            _lines(reason),
        )


class DatabaseNotCreated(HookError):
    def __init__(self, *, alias: str, place: str, name: str, user: str, reason: str) -> None:
        super().__init__(
            f"There is no database {name!r} at {place}, and {user!r} could not create it.",
            f"DATABASES[{alias!r}] names it, so the site cannot start without it.",
            f"as an administrator of the server: CREATE DATABASE {_quoted(name)} OWNER {_quoted(user)};",
            _lines(reason),
        )


class DatabaseUnusable(HookError):
    """Asking failed in a way that is neither the network's nor the password's."""

    def __init__(self, *, alias: str, place: str, reason: str) -> None:
        super().__init__(
            f"The database {alias!r} at {place} cannot be used.",
            fix=f"correct DATABASES[{alias!r}] in the settings, or the variable it comes from",
            details=_lines(reason),
        )


class MigrationFailed(HookError):
    def __init__(self, *, migration: str, alias: str, exception: str, frame: str, rolled_back: bool) -> None:
        state = "It was rolled back" if rolled_back else "It may be half applied: look at the tables it touches"
        super().__init__(
            f"The migration {migration} failed on {alias!r}: {exception}",
            f"{state}; the migrations before it stay applied.",
            f"correct the migration and push again; {whole_way('migrate')} shows the whole way there",
            _at(frame),
        )


class MigrationLockTaken(HookError):
    def __init__(self, *, alias: str, holder: str, seconds: float) -> None:
        super().__init__(
            f"The database {alias!r} is being migrated by {holder}, for more than {seconds:g} s.",
            "Only one instance migrates at a time; this one gave up waiting for its turn.",
            "see what that one is doing; a long migration gets more time with hooks.migrate(wait=1800)",
        )


class MigrationLockLost(HookError):
    def __init__(self, *, alias: str, migration: str) -> None:
        when = f"before {migration}" if migration else "after the last migration"
        super().__init__(
            f"The migration lock on {alias!r} was lost {when}.",
            "The connection that held it was cut, or a pooler such as pgbouncer (pool_mode = transaction) gave it to "
            "somebody else. Another instance may have migrated at the same time.",
            "look at: python manage.py showmigrations; then push again, "
            "with the database's own address in place of the pooler's",
        )


class AdminIncomplete(HookError):
    def __init__(self, *, missing: Sequence[str]) -> None:
        names = " and ".join(missing)
        super().__init__(
            f"The admin cannot be made: {names} {'is' if len(missing) == 1 else 'are'} not set.",
            "The site's user model requires it.",
            "\n".join(f"export {name}=…" for name in missing),
        )


def _at(frame: str) -> tuple[str, ...]:
    return (f"at {frame}",) if frame else ()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
