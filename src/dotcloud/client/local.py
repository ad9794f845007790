"""The platform of this machine: where its socket is, whether it answers, and how it is started."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

from dotcloud import output, process
from dotcloud.errors.client import PlatformNotInstalled, PlatformNotStarted, PlatformUnreachable
from dotcloud.paths import absolute

START_SECONDS = 120.0
SOCKET = "api.sock"
HERE = "this machine"  # as an endpoint reads


def home() -> Path:
    """``$DOTCLOUD_HOME``, or ``dotcloud`` in the user's data folder: where the platform keeps everything."""
    named = os.environ.get("DOTCLOUD_HOME")
    if named:
        return absolute(Path(named).expanduser())
    import platformdirs

    return absolute(Path(platformdirs.user_data_dir("dotcloud")))


def ready(start: bool = True) -> Path:
    """The socket of a platform that answers; it is started when it does not.

    :raises PlatformUnreachable: it does not answer, and was not to be started.
    :raises PlatformNotStarted, PlatformNotInstalled:
    """
    folder = home()
    path = folder / SOCKET
    if not answers(path):
        if not start:
            raise PlatformUnreachable(HERE, f"nobody listens at {path}", "dotcloud platform start")
        _start(folder)
    return path


def answers(path: Path) -> bool:
    """Whether somebody listens at a socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(os.fspath(path))
        except OSError:  # a path that is too long among them
            return False
    return True


def _start(folder: Path) -> None:
    """It takes seconds, and on a first day more: whoever waits is told for what."""
    output.say(f"{output.paint('==>', 'blue')} Starting the platform of this machine")
    try:
        done = process.run((sys.executable, "-m", "dotcloud.platform", "start"), timeout=START_SECONDS)
    except TimeoutError as error:
        raise PlatformNotStarted(folder, [str(error)]) from None
    if done.ok and answers(folder / SOCKET):
        return
    if missing := re.search(r"No module named '?([\w.]+)", done.errors):
        raise PlatformNotInstalled(missing[1])
    raise PlatformNotStarted(folder, done.last_lines() or [f"nobody listens at {folder / SOCKET}"])
