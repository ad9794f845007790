"""What this machine allows, tried out in children that end at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from dotcloud.platform.enter import rights

BOTH = rights.CLONE_NEWUSER | rights.CLONE_NEWNS


def probe(uid: int, gid: int) -> dict[str, Any]:
    """What this machine allows: ``{"mode": "root" | "user" | "none", "user_namespace": bool, "reason": str}``."""
    refused = ""
    if os.geteuid() == 0:
        refused = _attempt(_mount_as_root)
        if not refused:
            reason = _attempt(lambda: _become(rights.CLONE_NEWUSER, uid, gid))
            return {"mode": "root", "user_namespace": not reason, "reason": reason}
    reason = _attempt(lambda: _mount_as_user(uid, gid))
    return {
        "mode": "none" if reason else "user",
        "user_namespace": not reason,
        "reason": reason and (refused or reason),
    }


def _mount_as_root() -> None:
    rights.call("unshare", rights.CLONE_NEWNS)
    _mount()


def _mount_as_user(uid: int, gid: int) -> None:
    _become(BOTH, uid, gid)
    _mount()


def _become(flags: int, uid: int, gid: int) -> None:
    rights.drop(uid, gid)
    rights.own_user_namespace(flags, uid, gid)


def _mount() -> None:
    rights.private()
    rights.tmpfs("/tmp")  # noqa: S108 - seen by nobody else


def _attempt(action: Callable[[], None]) -> str:
    """Run ``action`` in a child; what it was refused, or nothing."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - a child must not go on as its parent
            os.write(writer, str(error).encode()[:400])
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return text
