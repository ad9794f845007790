"""Options that every command takes, before and after its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click


@dataclass
class Choices:
    """What the common options say; where one is given twice, the later one counts."""

    application: str | None = None
    environment: str | None = None
    endpoint: str | None = None
    json: bool = False
    yes: bool = False
    traceback: bool = False


def choices() -> Choices:
    """The choices of the command that runs."""
    return _choices_of(click.get_current_context())


def _choices_of(ctx: click.Context) -> Choices:
    root = ctx.find_root()
    if not isinstance(root.obj, Choices):
        root.obj = Choices()
    return root.obj


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """:raises BadParameter: it is empty, as ``-A "$APP"`` is where APP is not set; another one is not meant."""
    if value == "":
        raise click.BadParameter("it is empty.", ctx, param)
    if value and param.name:
        setattr(_choices_of(ctx), param.name, value)


def common_options() -> list[click.Parameter]:
    """Fresh option objects for one command."""

    def option(*names: str, **kwargs: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_keep, **kwargs)

    return [
        option("-A", "--application", metavar="NAME", help="Another application than the folder's."),
        option("-e", "--environment", metavar="NAME", help='Another environment than "default".'),
        option("--endpoint", metavar="URL", help="A platform elsewhere: ssh://user@host or unix:///path."),
        option("--json", is_flag=True, help="Print data as JSON."),
        option("-y", "--yes", "--assume-yes", is_flag=True, help="Answer yes to every question."),
        option("--traceback", is_flag=True, help="Show the traceback of an error.", hidden=True),
    ]


class _WithCommonOptions(click.Command):
    """Its help keeps the common options apart from its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.common = common_options()
        self.params = [*self.params, *self.common]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, wanted in (("Options", False), ("Common options", True)):
            options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
            chosen = [option for option in options if (option in self.common) is wanted]
            records = [record for option in chosen if (record := option.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class PlatformCommand(_WithCommonOptions):
    """A command that speaks with a platform."""


class PlatformGroup(_WithCommonOptions, click.Group):
    """A group of such commands."""

    command_class = PlatformCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)
