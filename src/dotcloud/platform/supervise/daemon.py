"""circusd as the platform runs it, with two things to look after besides: logs, and watchers that were given up.

``python -m dotcloud.platform.supervise.daemon HOME``; started by ``supervise.start``.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from circus import logger
from circus.arbiter import Arbiter
from circus.util import configure_logger
from tornado.ioloop import PeriodicCallback

from dotcloud.platform.enter.start import mark
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise.spec import read_json

LARGEST_LOG = 10 * 2**20  # bytes
OLD_LOGS = 3  # files kept beside the current one
LOOK = 10.0  # seconds between two looks


def main() -> None:
    """Keep the processes of a home running until SIGTERM."""
    home = Home(Path(sys.argv[1]))
    os.umask(0o177)
    (home.circus / "pid").write_text(json.dumps({"pid": os.getpid(), "mark": mark(os.getpid())}))
    configure_logger(logger, "INFO", "-")
    arbiter = Arbiter.load_from_config(str(home.circus / "circus.ini"))
    PeriodicCallback(lambda: look_after(home, arbiter), LOOK * 1000).start()
    arbiter.start()


def look_after(home: Home, arbiter: Any) -> None:
    """Rotate the logs, and try again what circus gave up (it does when a fork was refused)."""
    for log in logs(home):
        with suppress(OSError):
            rotate(log)
    for watcher in arbiter.watchers:
        if watcher.is_stopped() and watcher.autostart and not arbiter._stopping:
            arbiter.loop.add_future(watcher._start(), lambda done: done.exception())


def logs(home: Home) -> set[Path]:
    """Every file that somebody writes to."""
    files = {Path(content["log"]) for content in map(read_json, home.specs.glob("*.json")) if content.get("log")}
    return files | set(home.logs.glob("*.log"))


def rotate(log: Path, largest: int = LARGEST_LOG, kept: int = OLD_LOGS) -> bool:
    """Copy a log that is too large and empty it; whether it was.

    The file itself stays, since its writers hold it open (all with ``O_APPEND``): no process has to know.
    """
    if log.lstat().st_size < largest or not log.is_file() or log.is_symlink():
        return False
    for number in range(kept, 1, -1):
        older = log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            os.replace(older, log.with_name(f"{log.name}.{number}"))
    with open(os.open(log, os.O_RDWR | os.O_NOFOLLOW), "rb+") as source, open(_fresh(log, 1), "wb") as target:
        shutil.copyfileobj(source, target, 2**20)
        source.truncate(0)
    return True


def _fresh(log: Path, number: int) -> int:
    """A file that is surely new: what stood there may be a link that somebody planted."""
    path = log.with_name(f"{log.name}.{number}")
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)


if __name__ == "__main__":
    main()
