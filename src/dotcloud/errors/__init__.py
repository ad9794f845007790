"""Every failure a person can meet. Each leaf is one situation; its sentences live in this package."""

from __future__ import annotations

from collections.abc import Sequence


class DotcloudError(Exception):
    """A failure told in four parts: what failed, what it means, what to type next, and the lines that tell.

    :param what: one sentence: what failed, with the name or the path it is about.
    :param meaning: what that means for the person.
    :param fix: the command to type, or the edit to make, next.
    :param details: lines of evidence (the last lines of a log, one line per problem).
    """

    exit_code = 1

    def __init__(self, what: str, meaning: str = "", fix: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.fix = fix
        self.details = tuple(details)

    def __str__(self) -> str:
        lines = [self.what]
        lines += [f"  {line}" for line in self.details]
        lines += [self.meaning] if self.meaning else []
        if self.fix:
            first, *rest = self.fix.splitlines()
            lines += [f"Fix: {first}", *(f"     {line}" for line in rest)]
        return "\n".join(lines)
