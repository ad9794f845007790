"""The steps by name. Each function makes one; nothing happens before the hook runs it."""

from __future__ import annotations

import inspect
import os
import shlex
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from dotcloud import process
from dotcloud.errors import DotcloudError
from dotcloud.errors.hooks import CommandFailed, CommandMissing, CommandUnreadable, NotAStep, OwnStepFailed
from dotcloud.hooks import blame
from dotcloud.hooks.step import Context, Outcome, Step

BUILT = "DOTCLOUD_BUILD"  # set by a platform whose build made this virtual environment, which nothing may change now


def vendor(requirements: str | Sequence[str] = ()) -> Step:
    """Install the packages under ``vendor/``, and requirements files (paths from the project), in one resolution."""
    files = [requirements] if isinstance(requirements, str) else list(requirements)
    return Step("vendor", " and ".join(["install vendor/", *files]), partial(_vendor, files))


def databases(timeout: float = 60) -> Step:
    """Wait until every database of the site answers a query, and create the one that is missing.

    :param timeout: seconds to wait for all of them together.
    """
    return _django("databases", "wait for the databases, create what is missing", {"timeout": timeout})


def migrate(wait: float = 300) -> Step:
    """Migrate every database of the site, one instance at a time.

    The lock is one of the database's sessions (PostgreSQL: an advisory lock). A pooler that hands sessions around,
    such as pgbouncer with ``pool_mode = transaction``, breaks it: give the hook the database's own address.

    :param wait: seconds to wait for another instance that migrates.
    """
    return _django("migrate", "apply the migrations, one instance at a time", {"wait": wait})


def static() -> Step:
    """Collect the static files into ``STATIC_ROOT``, or where the storage of the site keeps them."""
    return _django("static", "collect the static files into STATIC_ROOT", {})


def admin() -> Step:
    """Make the superuser that the ``DJANGO_SUPERUSER_*`` variables describe; an existing one is left alone."""
    return _django("admin", "make the superuser of DJANGO_SUPERUSER_*", {})


def command(line: str, *, name: str = "") -> Step:
    """Run a command line in the project's folder, with the virtual environment's programs first on the PATH.

    There is no shell in between: no pipes, no variables.

    :param name: what to call the step; by default it is called like the program.
    """
    with suppress(CommandUnreadable):  # told when the step runs, in place of a traceback of the hook
        name = name or Path(_words(line)[0]).name
    return Step(name or "command", f"run {line}", partial(_command, line))


def as_step(value: object) -> Step:
    """A step as it is, or one made of a function without parameters."""
    if isinstance(value, Step):
        return value
    if not callable(value):
        raise NotAStep(value=repr(value))
    name = getattr(value, "__name__", type(value).__name__)
    summary = (inspect.getdoc(value) or "").partition("\n")[0] if inspect.isroutine(value) else ""
    return Step(name, summary, partial(_own, value, name))


def _django(name: str, summary: str, options: Mapping[str, Any]) -> Step:
    return Step(name, summary, lambda context: context.django.ask(name, options, context.say))


def _vendor(requirements: Sequence[str], context: Context) -> Outcome:
    from dotcloud.vendor.install import install

    root = context.project / "vendor"
    if context.environ.get(BUILT):
        return Outcome("the build has installed them", skipped=True)
    if not root.is_dir() and not requirements:
        return Outcome("there is no vendor/ and no requirements file", skipped=True)
    before = _installed()
    report = install(root, requirements=[context.project / file for file in requirements])
    actions = [package.action for package in report.packages]
    counts = [f"{actions.count(action)} {action}" for action in dict.fromkeys(actions)]
    text = f"{len(actions)} package{'s' * (len(actions) != 1)}" + f" ({', '.join(counts)})" * bool(counts)
    return Outcome(text, environment_changed=_installed() != before)


def _installed() -> set[tuple[str, int]]:
    """What stands in the virtual environment: name and time of each distribution's metadata and each path file."""
    found = set()
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        with os.scandir(folder) as entries:
            named = (entry for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".pth")))
            found |= {(entry.name, entry.stat().st_mtime_ns) for entry in named}
    return found


def _command(line: str, context: Context) -> Outcome:
    words = _words(line)
    programs = Path(sys.executable).parent
    environ = dict(context.environ)
    environ["PATH"] = os.pathsep.join(filter(None, (str(programs), environ.get("PATH", os.defpath))))
    try:
        done = process.run(words, cwd=context.project, env=environ)
    except (FileNotFoundError, PermissionError):
        raise CommandMissing(command=line, program=words[0]) from None
    lines = done.last_lines(20)
    if not done.ok:
        raise CommandFailed(command=line, status=done.status, lines=lines)
    return Outcome(context.veil(": ".join([line, *lines[-1:]])))


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise CommandUnreadable(command=line, reason=str(error).lower()) from None
    if not words or not words[0]:
        raise CommandUnreadable(command=line, reason="there is no program in it")
    return words


def _own(function: Callable[[], object], name: str, context: Context) -> Outcome:
    try:
        result = function()
    except DotcloudError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and not error.code:
            return Outcome()
        frame = blame.site_frame(error, context.project)
        failure = OwnStepFailed(step=name, exception=blame.one_line(error), frame=frame)
        failure.traceback = blame.full(error)
        raise failure from error
    # hooks.migrate without its parentheses is a function too: it must migrate, not only look as if it had.
    if isinstance(result, Step):
        return result.run(context)
    return (
        result if isinstance(result, Outcome) else Outcome(context.veil(result) if isinstance(result, str) else "done")
    )
