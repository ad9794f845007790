"""Commands that are imported only when they run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

Lazy = Mapping[str, str | tuple[str, str]]


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is asked for.

    :param lazy: name -> ``module:attribute``, or a pair of that and a short help, which saves ``--help`` the import.
    """

    def __init__(self, *args: Any, lazy: Lazy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = {name: (entry, "") if isinstance(entry, str) else entry for name, entry in lazy.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.lazy:
            return None
        module, attribute = self.lazy[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.lazy and not name.startswith("-"):
            ctx.fail(f'There is no command "{name}".{_did_you_mean(name, self.lazy)}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in self.sections().items():
            with formatter.section(title):
                formatter.write_dl([(name, self._short_help(ctx, name)) for name in names])

    def sections(self) -> Mapping[str, list[str]]:
        """The titles of the help, each with its commands."""
        return {"Commands": list(self.lazy)}

    def _short_help(self, ctx: click.Context, name: str) -> str:
        known = self.lazy[name][1]
        command = None if known else self.get_command(ctx, name)
        return command.get_short_help_str(60) if command else known


def _did_you_mean(name: str, known: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3)
    return f" Did you mean {' or '.join(near)}?" if near else ""
