"""``python -m dotcloud.platform start|stop|status|logs|serve|deploy``: what the command and the API start."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from dotcloud import output
from dotcloud.errors import DotcloudError
from dotcloud.platform.layout import Home


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; the exit status: 0 done, 1 a person's mistake, 2 a failed deployment."""
    options = _parser().parse_args(arguments)
    action: Callable[[argparse.Namespace], int | None] = options.action
    try:
        return action(options) or 0
    except DotcloudError as error:
        output.fail(error)
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dotcloud.platform")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    known = {
        "start": (_start, "start it, unless it runs"),
        "stop": (_stop, "end everything; data stays"),
        "status": (_status, "processes, sockets, versions, memory"),
        "logs": (_logs, "what the platform itself prints"),
        "serve": (_serve, "start it and stay, for systemd and containers"),
        "deploy": (_deploy, "run one deployment"),
    }
    made = {name: commands.add_parser(name, help=text) for name, (_, text) in known.items()}
    for name, (action, _) in known.items():
        made[name].set_defaults(action=action)
    made["status"].add_argument("--json", action="store_true")
    made["logs"].add_argument("-n", "--lines", type=int, default=50)
    made["logs"].add_argument("-f", "--follow", action="store_true")
    made["deploy"].add_argument("id")
    return parser


def _start(_: argparse.Namespace) -> None:
    from dotcloud.platform import lifecycle
    from dotcloud.platform.supervise.isolation import isolation

    home = Home.default()
    if not lifecycle.start_platform(home):
        return output.say(f"The platform in {home.root} runs already.")
    output.say(f"The platform runs in {home.root}.")
    if isolation(home).missing:
        output.warn(isolation(home).missing)
    return None


def _stop(_: argparse.Namespace) -> None:
    from dotcloud.platform import lifecycle

    home = Home.default()
    ran = lifecycle.stop_platform(home)
    output.say(f"The platform in {home.root} {'has stopped' if ran else 'did not run'}.")


def _status(options: argparse.Namespace) -> None:
    from dotcloud.platform.overview import as_text, overview

    told = overview(Home.default())
    if options.json:
        output.data_json(told)
    else:
        output.data(as_text(told))


def _logs(options: argparse.Namespace) -> None:
    from dotcloud.platform import lifecycle
    from dotcloud.platform.supervise import records

    files = lifecycle.log_files(Home.default())
    for file in files:
        for line in records.last_lines(file, options.lines):
            output.data(f"{file.stem}: {line}")
    if options.follow:
        for line in lifecycle.follow(files):
            output.data(line)


def _serve(_: argparse.Namespace) -> None:
    from dotcloud.platform import lifecycle

    lifecycle.serve(Home.default())


def _deploy(options: argparse.Namespace) -> int:
    from dotcloud.platform import lifecycle

    lifecycle.set_up_django(Home.default())
    from dotcloud.platform.deploy.main import deploy

    return deploy(options.id)


if __name__ == "__main__":
    sys.exit(main())
