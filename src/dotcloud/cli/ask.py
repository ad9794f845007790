"""Questions before something that cannot be undone."""

from __future__ import annotations

import sys

import click

from dotcloud import output
from dotcloud.cli.options import choices
from dotcloud.errors.cli import NeedsAnswer


def can_ask() -> bool:
    """Whether there is an answer to be had, without a terminal only that of ``--yes``."""
    return choices().yes or sys.stdin.isatty()


def confirm(question: str, default: bool = False) -> bool:
    """``question [y/N]: `` on the terminal. ``--yes`` answers it; elsewhere a default of yes does.

    :raises NeedsAnswer: there is no terminal, and the default is no.
    """
    hint = "Y/n" if default else "y/N"
    if choices().yes:
        output.say(f"{question} [{hint}]: yes")
        return True
    if not sys.stdin.isatty():
        if default:
            return True
        raise NeedsAnswer(question)
    return click.confirm(question, default=default, err=True)
