"""``dotcloud run``: a command, a shell or a database console in an instance, on this terminal."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from typing import Any

import click

from dotcloud.cli.options import PlatformCommand
from dotcloud.cli.present import info
from dotcloud.cli.session import Session, session
from dotcloud.cli.target import TARGET, Target, instance_numbers
from dotcloud.errors.cli import CannotRun, SeveralInstances
from dotcloud.process import is_nowhere


@click.command(
    cls=PlatformCommand, context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False}
)
@click.argument("service", type=TARGET)
@click.argument("command", nargs=-1, metavar="[COMMAND [ARGUMENT…]]")
def run(service: Target, command: tuple[str, ...]) -> None:
    """Run COMMAND in an instance of SERVICE, or without one a shell, or the console of a database.

    \b
    dotcloud run www -- manage.py shell
    dotcloud run db

    The exit code is that of the command.
    """
    with session() as here:
        target = _chosen(here, service)
        words = _program(command)
        told = here.get(f"{target.path}/instances/{target.instance}/exec", arg=words or None)
        if sys.stderr.isatty():
            what = f'"{shlex.join(words)}"' if words else "a console"
            info(f"Running {what} in {target} of {here.title}")
        argv, cwd, variables = _elsewhere(told, here.client.ssh) if here.client.ssh else _here(told)
    replace(argv, cwd, variables)


def _program(command: tuple[str, ...]) -> list[str]:
    """The words to run. Whatever the first ``--`` was for, click has used it or left it."""
    words = list(command[1:] if command[:1] == ("--",) else command)
    return ["python", *words] if words[:1] == ["manage.py"] else words


def _chosen(here: Session, wanted: Target) -> Target:
    """The instance that is meant. :raises SeveralInstances: that is not clear."""
    if wanted.instance is not None:
        return wanted
    numbers = instance_numbers(here.get(wanted.path))
    if len(numbers) > 1:
        raise SeveralInstances(wanted.service, numbers)
    return Target(wanted.service, numbers[0] if numbers else 0)


def _here(told: dict[str, Any]) -> tuple[list[str], str, dict[str, str]]:
    return told["argv"], told["cwd"], {**os.environ, **told.get("env", {})}


def _elsewhere(told: dict[str, Any], ssh: tuple[str, ...]) -> tuple[list[str], str, dict[str, str]]:
    """The same over ssh: the other side's shell reads one line, so every word is quoted for it.

    A shell stays there, since ssh tells nothing of a program that a signal ended (it exits 255, as when the connection
    breaks); Ctrl-C is for the program, not for that shell.
    """
    variables = [f"{name}={value}" for name, value in told.get("env", {}).items()]
    words = shlex.join([*(["env", *variables] if variables else []), *told["argv"]])
    script = f"trap : INT QUIT; cd {shlex.quote(told['cwd'])} && {words}; exit $?"
    line = f"sh -c {shlex.quote(script)}"
    program, *options = ssh
    terminal = ["-t"] if sys.stdin.isatty() else []
    return [program, *terminal, *options, "--", line], os.getcwd(), dict(os.environ)


def replace(argv: list[str], cwd: str, variables: dict[str, str]) -> None:
    """Become that program: its terminal, its signals and its exit status are ours. :raises CannotRun:"""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.chdir(cwd)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it; the program has to get it as from a shell
        os.execvpe(argv[0], argv, variables)  # noqa: S606 - no shell: the words are what they are
    except OSError as error:
        if isinstance(error, FileNotFoundError) or is_nowhere(argv[0], variables):
            raise CannotRun(argv[0], "there is no such program in the instance", 127) from None
        raise CannotRun(argv[0], error.strerror or str(error), 126) from None
