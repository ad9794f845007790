"""``python -m dotcloud.environment``: what is read here, from where, and what is wrong with it."""

from __future__ import annotations

import argparse

from dotcloud import output
from dotcloud.environment import Environment, Severity, explain
from dotcloud.errors import DotcloudError


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 where settings.py would be refused, or a problem is an error."""
    parser = argparse.ArgumentParser(prog="python -m dotcloud.environment", description="Explains the environment.")
    parser.add_argument("--json", action="store_true", help="for a program")
    parser.add_argument("--file", help="read this environment.json and no other")
    options = parser.parse_args(arguments)
    try:
        env = Environment.load(file=options.file)
    except DotcloudError as error:
        output.fail(error)
        return error.exit_code
    if options.json:
        output.data_json(explain.report(env))
    else:
        output.data(explain.text(env))
    broken = any(one.severity is Severity.ERROR for one in env.problems)
    return 1 if broken or explain.errors(env) else 0


if __name__ == "__main__":
    raise SystemExit(main())
