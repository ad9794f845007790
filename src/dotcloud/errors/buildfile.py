"""What is wrong in dotcloud.yml and in supervisord.conf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dotcloud.errors import DotcloudError


@dataclass(frozen=True)
class Problem:
    """One problem: where it is (``www/config/workers``, and the 1-based line), what it is, what to write instead."""

    path: str
    line: int | None
    text: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        line = "" if self.line is None else f" (line {self.line})"
        return place + self.text + line + (f", {self.suggestion}" if self.suggestion else "")


class BuildFileError(DotcloudError):
    """The file cannot be used. ``problems`` are all of them, in the order of the file."""

    def __init__(self, problems: Sequence[Problem], name: str = "dotcloud.yml") -> None:
        self.problems = tuple(problems)
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            f"{name} has {count}.",
            fix=f"correct {name}; docs/dotcloud-yml.md has an example of every key",
            details=[str(problem) for problem in problems],
        )


class NoBuildFile(DotcloudError):
    """There is no dotcloud.yml where there has to be one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"There is no dotcloud.yml in {folder}.",
            "It names the services of the application; without it nobody knows what to run.",
            r"printf 'www:\n  type: python\ndb:\n  type: postgresql\n' > dotcloud.yml",
        )
