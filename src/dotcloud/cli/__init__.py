"""The command. A command's module is imported only when it runs, so that start-up stays cheap."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from dotcloud import __version__, output
from dotcloud.cli.lazy import LazyGroup
from dotcloud.cli.options import PlatformGroup
from dotcloud.cli.overview import OVERVIEW, SECTIONS
from dotcloud.errors import DotcloudError
from dotcloud.errors.system import SystemRefused
from dotcloud.stopping import Stopped, stoppable

__all__ = ["LazyGroup", "dotcloud", "main"]


class Dotcloud(LazyGroup, PlatformGroup):
    """The command itself."""

    def __init__(self, **kwargs: Any) -> None:
        lazy = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
        super().__init__(lazy=lazy, **kwargs)

    def sections(self) -> Mapping[str, list[str]]:
        return {title: [*names] for title, names in SECTIONS.items()}  # here `list` is one of the commands

    def invoke(self, ctx: click.Context) -> Any:
        """Nobody reads any more: end as SIGPIPE would. click itself would exit 1, which is a person's mistake."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            output.forget_stdout()
            ctx.exit(141)


@click.command(
    cls=Dotcloud,
    invoke_without_command=True,
    subcommand_metavar="COMMAND …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, "-v", "--version", message="dotcloud/%(version)s")
@click.pass_context
def dotcloud(ctx: click.Context) -> None:
    """Push a Django site with its private packages."""
    if ctx.invoked_subcommand is None:
        output.data(OVERVIEW)
    if ctx.obj and ctx.obj.json:  # commands with an option of their own for it
        ctx.default_map = {"vendor": {name: {"as_json": True} for name in ("list", "check", "lock", "install")}}


def main(args: list[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 a person's mistake, 2 a failed deployment."""
    arguments = sys.argv[1:] if args is None else args
    _open_streams()
    try:
        with stoppable():
            status = dotcloud.main(arguments, prog_name="dotcloud", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _refuse(error)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        output.say("Stopped.")
        sys.exit(130)
    except Stopped as stop:
        output.say(str(stop))
        sys.exit(stop.exit_code)
    except (DotcloudError, OSError) as error:
        if "--traceback" in arguments:
            raise
        told = SystemRefused(error) if isinstance(error, OSError) else error
        output.fail(told)
        sys.exit(told.exit_code)


def _refuse(error: click.ClickException) -> None:
    """What was typed makes no sense: why, and where to read how."""
    output.say(f"{output.paint('Error:', 'red')} {error.format_message()}")
    ctx = getattr(error, "ctx", None)
    if ctx:
        output.say(f"{ctx.get_usage()}\nFix: {ctx.command_path} --help")


def _open_streams() -> None:
    """A caller may have closed some of them; the next files to be opened would take their places."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for as long as we run
