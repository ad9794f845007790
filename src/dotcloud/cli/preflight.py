"""What would go wrong on the box, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotcloud import output
from dotcloud.cli.ask import can_ask, confirm
from dotcloud.errors.cli import VendorNotReady

if TYPE_CHECKING:
    from dotcloud.vendor.problems import Problem

# A push writes the lock itself, so an old or broken one does no harm.
MENDED_BY_PUSH = ("stale-lock", "unreadable-lock")


@dataclass(frozen=True)
class Vendored:
    """The packages under vendor/ by label, and what is wrong with them, as lines: the problem, then its fix."""

    packages: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def refuse(self, force: bool) -> None:
        """Stop for errors, and for warnings unless they are forced or agreed to. :raises VendorNotReady:"""
        if self.errors:
            raise VendorNotReady(self.errors, self.warnings)
        if self.warnings and not force and not can_ask():
            raise VendorNotReady((), self.warnings)
        for line in self.warnings:
            (output.say if line.startswith(" ") else output.warn)(line)
        if self.warnings and not force and not confirm("Push all the same?"):
            raise VendorNotReady((), ())


def vendored(root: Path) -> Vendored:
    """Look at the vendor/ folder of a project; one without has nothing to tell."""
    if not (root / "vendor").is_dir():
        return Vendored()
    from dotcloud.vendor.check import check_scene, python_of_box
    from dotcloud.vendor.problems import Severity
    from dotcloud.vendor.scene import gather

    scene = gather(root / "vendor")
    problems = [each for each in check_scene(scene, python_of_box(root)) if each.code not in MENDED_BY_PUSH]
    return Vendored(
        tuple(package.label for package in scene.survey.packages),
        _lines(problem for problem in problems if problem.severity is Severity.ERROR),
        _lines(problem for problem in problems if problem.severity is Severity.WARNING),
    )


def _lines(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(line for each in problems for line in (f"{each.path}: {each.message}", f"  Fix: {each.fix}"))
