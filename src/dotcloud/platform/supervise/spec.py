"""A process as the file that ``enter`` reads. It holds the variables: mode 0600, in a folder of mode 0700."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotcloud.platform.layout import Home
from dotcloud.platform.supervise.description import Process
from dotcloud.platform.supervise.isolation import remembered

STOPPED = "stopped"  # a file in Home.run: the platform was told to stop, nothing is started


@dataclass(frozen=True)
class Place:
    """Where the files of one process of a group are."""

    home: Home
    group: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.group}:{self.name}"

    @property
    def spec(self) -> Path:
        return self.home.specs / f"{self.title}.json"

    @property
    def retired(self) -> Path:
        """A flag: it is being ended and must not come back."""
        return self.home.specs / f"{self.title}.retired"

    @property
    def record(self) -> Path:
        """Its process id and how often it was started."""
        return self.home.run / "processes" / f"{self.title}.json"

    def read(self) -> dict[str, Any]:
        """Its spec, or nothing where there is none."""
        return read_json(self.spec)


def places(home: Home, group: str) -> list[Place]:
    """The processes that a group has now."""
    names = sorted(path.name for path in home.specs.glob(f"{group}:*.json"))
    return [Place(home, group, name.partition(":")[2].removesuffix(".json")) for name in names]


def make(place: Place, process: Process) -> dict[str, Any]:
    """The content of the file, with a digest of all that matters."""
    log = process.log or place.home.logs / f"{place.title}.log"
    spec = {
        **_common(place.home, process),
        "log": str(log),
        "socket": process.socket,
        "record": str(place.record),
        "unwanted": [str(place.retired), str(place.home.run / STOPPED)],
        "timeout": process.stop_timeout,
        "signal": process.stop_signal,
        "tier": process.tier,
        "autostart": process.autostart,
    }
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    return {**spec, "digest": digest}


def make_foreground(home: Home, process: Process) -> dict[str, Any]:
    """The content of a file for one use: no log, no record."""
    return {**_common(home, process), "once": True}


def _common(home: Home, process: Process) -> dict[str, Any]:
    uid, gid = _identity(process.user)
    return {
        "argv": [os.fspath(one) for one in process.argv],
        "cwd": str(process.cwd),
        "env": dict(process.env),
        "home": _text(process.home),
        "instance": _text(process.instance),
        "visible": [str(path) for path in process.visible],
        "writable": [str(path) for path in process.writable],
        "root": str(home.root),
        "uid": uid,
        "gid": gid,
        "nice": process.nice,
        "isolation": str(remembered(home)),
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else os.fspath(path)


def _identity(user: str | None) -> tuple[int, int]:
    if user is None or os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or an empty one where there is no such file or it is damaged."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def remove_older(folder: Path, age: float) -> None:
    """Remove the files that were written more than ``age`` seconds ago."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > age:
                path.unlink()


def write(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that nobody ever sees half of it, and a power cut leaves the old or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
