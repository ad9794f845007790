"""What this machine allows in the way of namespaces; asked once per start, remembered in a file."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dotcloud import process
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise.users import unprivileged

ENTER = Path(__file__).parents[1] / "enter" / "__main__.py"
COMMAND = (sys.executable, "-I", "-S", str(ENTER))


@dataclass(frozen=True)
class Isolation:
    """What instances are kept apart with.

    :ivar mode: ``root`` (mount namespaces), ``user`` (the same, through user namespaces), ``none``.
    :ivar user_namespace: whether each gets a user namespace of its own.
    :ivar reason: what the machine refused.
    """

    mode: str
    user_namespace: bool
    reason: str

    @property
    def missing(self) -> str:
        """What a person should know, or nothing."""
        if self.mode == "none":
            return f"mount namespaces are refused here ({self.reason}): sites see the whole disk, and no /home/dotcloud"
        if not self.user_namespace:
            return (
                f"user namespaces are refused here ({self.reason}): sites of one user can read each other's variables"
            )
        return ""


def remembered(home: Home) -> Path:
    """Where the answer is kept; ``enter`` reads it there, so that a process follows what the machine allows today."""
    return home.run / "isolation.json"


def isolation(home: Home, *, again: bool = False) -> Isolation:
    """What is remembered; found out where nothing is, or ``again``."""
    path = remembered(home)
    if not again:
        try:
            return Isolation(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            pass
    found = _probe()
    path.write_text(json.dumps(asdict(found)), "utf-8")
    return found


def _probe() -> Isolation:
    if sys.platform != "linux":
        return Isolation("none", False, f"{sys.platform} has none")
    user = unprivileged()
    identity = [str(user.uid), str(user.gid)] if user else []
    done = process.run([*COMMAND, "--probe", *identity], timeout=20)
    try:
        answer: dict[str, Any] = json.loads(done.output)
        return Isolation(answer["mode"], answer["user_namespace"], answer["reason"])
    except (ValueError, KeyError):
        return Isolation("none", False, (done.last_lines(1) or ["no answer"])[0])
