"""``dotcloud vendor check``: what would go wrong on the box."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from dotcloud import output
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.vendor.check import check_scene, python_of_box
from dotcloud.vendor.problems import Problem, Severity
from dotcloud.vendor.scene import gather

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Tell what would go wrong on the box. Exit 1 on errors."""
    scene = gather(vendor_folder())
    problems = check_scene(scene, python_of_box(scene.root.parent))
    if as_json:
        output.data_json({"problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            show(problem)
        output.say(summary(len(scene.survey.packages), problems))
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def show(problem: Problem) -> None:
    """One problem in three lines: what and where, why, and the command that mends it."""
    word = output.paint(problem.severity.value, COLOURS[problem.severity], sys.stdout)
    output.data(f"{word}: {problem.path} ({problem.code})")
    output.data(f"  {problem.message}")
    output.data(f"  Fix: {problem.fix}")


def summary(packages: int, problems: list[Problem]) -> str:
    """``3 packages: 1 error, 2 warnings``."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    found = [counted(errors, "error"), counted(len(problems) - errors, "warning")]
    told = ", ".join(text for text in found if not text.startswith("0")) or "nothing to mend"
    return f"{counted(packages, 'package')}: {told}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
