"""Who sites and data services run as, where the platform is root."""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass

from dotcloud import process

NAME = "dotcloud"
HOME = "/home/dotcloud"


@dataclass(frozen=True)
class User:
    """A user without rights."""

    name: str
    uid: int
    gid: int


def unprivileged() -> User | None:
    """The user for everything that is not the platform itself; ``None`` where we are one already.

    Under root it is ``dotcloud``, made by ``make_user``; ``nobody`` where it could not be made.
    """
    if os.geteuid() != 0:
        return None
    return _find(NAME) or _find("nobody") or User("nobody", 65534, 65534)


def make_user() -> None:
    """Make the system user ``dotcloud`` where we are root, it is not there and the machine has ``useradd``."""
    if os.geteuid() != 0 or _find(NAME) or not shutil.which("useradd"):
        return
    shell = shutil.which("nologin") or "/bin/false"
    process.run(
        ["useradd", "--system", "--user-group", "--home-dir", HOME, "--no-create-home", "--shell", shell, NAME],
        timeout=10,
    )


def _find(name: str) -> User | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)
