"""Starting and stopping circusd, and cleaning up after one that was killed."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from dotcloud import process
from dotcloud.errors.platform import PlatformDidNotStart, PlatformStopped
from dotcloud.platform.layout import Home
from dotcloud.platform.locks import locked
from dotcloud.platform.supervise import circus, ini, records, sockets, spec
from dotcloud.platform.supervise.isolation import isolation
from dotcloud.platform.supervise.users import unprivileged

PATIENCE = 15.0  # seconds until circusd answers
ORPHANS_PATIENCE = 10.0  # seconds that the processes of a killed circusd have to end
FOLDERS = (
    "circus",
    "circus/conf.d",
    "circus/specs",
    "circus/parked",
    "blobs",
    "run",
    "run/processes",
    "run/commands",
    "logs",
)


def prepare(home: Home) -> None:
    """Make the folders. Others may pass through the root of it, where they know a name, and look into nothing."""
    home.root.mkdir(parents=True, exist_ok=True)
    home.root.chmod(0o711)
    for name in FOLDERS:
        folder = home.root / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
    for open_folder in (home.applications, home.builds, home.root / "cache"):
        open_folder.mkdir(exist_ok=True)
        _let_sites_pass(open_folder)
    for path in (home.circus / "endpoint.sock", home.socket):
        sockets.check_length(path)


def _let_sites_pass(folder: Path) -> None:
    """What lies below is private code and data, with the modes that sites give it."""
    user = unprivileged()
    if user:
        os.chown(folder, -1, user.gid)
    folder.chmod(0o710 if user else 0o700)


def ensure(home: Home) -> bool:
    """Start circusd where none runs; whether it had to be started.

    :raises PlatformStopped: the platform was told to stop.
    :raises PlatformDidNotStart: it did not come up.
    """
    if circus.is_running(home):
        return False
    prepare(home)
    with _alone(home):
        if circus.is_running(home):
            return False
        if (home.run / spec.STOPPED).exists():
            raise PlatformStopped
        _clean_up(home)
        isolation(home, again=True)
        park(home)
        _render(home)
        spec.write(home.circus / "circus.ini", ini.main(home))
        _launch(home)
        return True


def forbid(home: Home) -> None:
    """From now on nobody starts circusd; one that was being started is there."""
    with _alone(home):
        (home.run / spec.STOPPED).touch()


def _alone(home: Home) -> AbstractContextManager[None]:
    return locked(home.circus / "start.lock")


def _clean_up(home: Home) -> None:
    """End what a killed circusd left running: it holds the listening sockets and the data folders."""
    files = list((home.run / "processes").glob("*.json"))
    records.end([spec.read_json(file) for file in files], longest=ORPHANS_PATIENCE)
    for file in [*files, home.circus / "endpoint.sock", home.circus / "pubsub.sock"]:
        file.unlink(missing_ok=True)
    for file in home.specs.glob("*.retired"):
        if not file.with_suffix(".json").exists():
            file.unlink()


def _render(home: Home) -> None:
    """Write the groups' files anew: since they were written the platform may have moved to another Python."""
    for file in [*home.conf.glob("group-*.ini"), *sockets.parked(home).glob("group-*.ini")]:
        places = spec.places(home, file.name.removeprefix("group-").removesuffix(".ini"))
        known = [(place, content) for place in places if (content := place.read())]
        spec.write(file, ini.group(known))


def park(home: Home) -> None:
    """Put aside the declarations of sockets whose port another program has; bring back those whose port is free again.

    One port that is taken must not keep everything else down.
    """
    folder = sockets.parked(home)
    for file in list(folder.glob("socket-*.ini")):
        address = sockets.declared(file)
        if address is None or sockets.is_free(*address):
            unpark(home, file.name)
    for file in list(home.conf.glob("socket-*.ini")):
        address = sockets.declared(file)
        if address and not sockets.is_free(*address):
            _move(_with_users(home.conf, file), folder)


def unpark(home: Home, name: str) -> None:
    """Bring back a declaration, and the groups that wait for it."""
    folder = sockets.parked(home)
    _move(_with_users(folder, folder / name), home.conf)


def _with_users(folder: Path, declaration: Path) -> list[Path]:
    name = declaration.name.removeprefix("socket-").removesuffix(".ini")
    users = [path for path in folder.glob("group-*.ini") if f"$(circus.sockets.{name})" in path.read_text("utf-8")]
    return [declaration, *users]


def _move(files: list[Path], folder: Path) -> None:
    for file in files:
        with suppress(FileNotFoundError):
            os.replace(file, folder / file.name)


def _launch(home: Home) -> None:
    lock = os.open(home.circus / "alive.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "dotcloud.platform.supervise.daemon", str(home.root)]
        process.start_detached(command, cwd=Path("/"), output=circus.log(home), keep=[lock])
    finally:
        os.close(lock)  # the daemon holds it now
    endpoint, end = home.circus / "endpoint.sock", time.monotonic() + PATIENCE
    while not endpoint.exists():
        if time.monotonic() > end or not circus.is_held(home):
            raise PlatformDidNotStart("supervisor", PATIENCE, circus.log(home), records.last_lines(circus.log(home)))
        time.sleep(0.02)
