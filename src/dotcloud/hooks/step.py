"""The words of this part: a step, what it left behind, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Outcome:
    """What a finished step tells in one line.

    :param skipped: the step had nothing to work on; ``text`` is the reason.
    :param environment_changed: distributions were installed or removed, so whatever was imported before is old.
    """

    text: str = "done"
    skipped: bool = False
    environment_changed: bool = False


class Django(Protocol):
    """The site, loaded once, that answers one Django step after the other."""

    def ask(self, step: str, options: Mapping[str, Any], say: Callable[[str], None]) -> Outcome: ...


@dataclass(frozen=True)
class Context:
    """What a step is given.

    :param project: the site's folder, absolute.
    :param say: takes a line of progress.
    :param environ: the variables for what is started.
    :param veil: takes secrets out of a text.
    """

    project: Path
    django: Django
    say: Callable[[str], None]
    environ: Mapping[str, str]
    veil: Callable[[str], str]


@dataclass(frozen=True)
class Step:
    """One line of a hook: a name to ask for it by, a sentence for ``--list``, and the work.

    ``run`` raises a :class:`dotcloud.errors.DotcloudError` when it fails.
    """

    name: str
    summary: str
    run: Callable[[Context], Outcome]
