"""The platform as a whole: start, stop, status, logs."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from dotcloud import __version__
from dotcloud.errors.platform import HomeNotUsable, HomeOutOfReach, PlatformDidNotStart
from dotcloud.platform.layout import Home
from dotcloud.platform.locks import locked
from dotcloud.platform.supervise import (
    PLATFORM,
    Process,
    Supervisor,
    attempts,
    circus,
    records,
    spec,
    start,
    unprivileged,
    users,
)
from dotcloud.platform.supervise.isolation import isolation

GROUP, API = "platform", "api"
PATIENCE = 20.0  # seconds for the API to answer
QUIT_PATIENCE = 15.0  # seconds for circusd to end
WSGI = "dotcloud.platform.wsgi:application"
CONFIG = "python:dotcloud.platform.api.gunicorn"


def start_platform(home: Home) -> bool:
    """Start what does not run; whether anything had to be started. Two at once: the second waits for the first.

    :raises HomeNotUsable, HomeOutOfReach, PathTooLong: ``DOTCLOUD_HOME`` will not do.
    :raises PlatformDidNotStart: with the last lines of the log.
    """
    if circus.is_running(home) and answers(home):
        return False
    _prepare(home)
    with _alone(home):
        (home.run / spec.STOPPED).unlink(missing_ok=True)
        _migrate(home)
        _describe_api(home)
        start.ensure(home)
        _refuse_out_of_reach(home)
        _wait_for_api(home)
    return True


def _prepare(home: Home) -> None:
    try:
        start.prepare(home)
    except OSError as error:
        raise HomeNotUsable(home.root, error.strerror or str(error)) from None
    if home.root.stat().st_uid != os.geteuid():
        raise HomeNotUsable(home.root, "it belongs to another user")
    users.make_user()
    if os.geteuid() == 0:
        with suppress(OSError):
            os.makedirs(users.HOME, 0o755, exist_ok=True)


def _alone(home: Home) -> AbstractContextManager[None]:
    return locked(home.run / "lifecycle.lock")


def _refuse_out_of_reach(home: Home) -> None:
    """Without namespaces nothing can make a way for the user without rights."""
    user = unprivileged()
    if user is None or isolation(home).mode == "root":
        return
    for folder in reversed([home.root, *home.root.parents]):
        if not folder.stat().st_mode & 0o001:
            raise HomeOutOfReach(folder, user.name)


def _migrate(home: Home) -> None:
    """Bring the database up to date, and data services to the programs of this installation.

    Django takes a while to import: not where nothing has changed.
    """
    files = sorted((Path(__file__).parent / "migrations").glob("*.py"))
    contents = [file.name.encode() + file.read_bytes() for file in files]
    state = hashlib.sha256(b"".join([f"{__file__} {__version__}".encode(), *contents])).hexdigest()
    seen = home.root / "migrated"
    if home.database.exists() and seen.exists() and seen.read_text("utf-8") == state:
        return
    set_up_django(home)
    from django.core.management import call_command

    os.close(os.open(home.database, os.O_RDWR | os.O_CREAT, 0o600))
    call_command("migrate", verbosity=0, interactive=False)
    if not circus.is_running(home):
        _refresh_services(home)
    spec.write(seen, state)


def _refresh_services(home: Home) -> None:
    from dotcloud.platform import services
    from dotcloud.platform.models import DATA_TYPES, Service

    for row in (
        Service.objects.filter(type__in=DATA_TYPES).exclude(port=None).select_related("environment__application")
    ):
        services.refresh(row, home)


def set_up_django(home: Home) -> None:
    """Make models usable in this process."""
    os.environ["DOTCLOUD_HOME"] = str(home.root)
    os.environ["DJANGO_SETTINGS_MODULE"] = "dotcloud.platform.settings"
    import django

    django.setup()


def _describe_api(home: Home) -> None:
    """Written before circusd starts, so that it starts once; a running one is left as it is."""
    supervisor, running = Supervisor(home, wake=False), circus.is_running(home)
    supervisor.listen_unix(API, home.socket)
    if not running or not supervisor.groups(GROUP):
        supervisor.apply(GROUP, [api_process(home)])


def api_process(home: Home) -> Process:
    """gunicorn on the socket that circusd holds; handed over as systemd does it, or gunicorn would remove its file.

    It has the variables of whoever started the platform: builds need the proxies and the index that are set there.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DOTCLOUD_", "DJANGO_"))}
    return Process(
        name=API,
        argv=[sys.executable, "-m", "gunicorn", "--config", CONFIG, WSGI],
        cwd=home.root,
        log=home.logs / "api.log",
        env={**environment, "DOTCLOUD_HOME": str(home.root), "LISTEN_FDS": "1", "LISTEN_PID": "{pid}"},
        socket=API,
        stop_timeout=5,
        tier=PLATFORM,
    )


def _wait_for_api(home: Home) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(home):
        (status,) = Supervisor(home).status(GROUP)
        if time.monotonic() > end or status.state == "crash-looping":
            log = home.logs / "api.log"
            raise PlatformDidNotStart("API", PATIENCE, log, records.last_lines(log))
        time.sleep(0.03)


def answers(home: Home, timeout: float = 2.0) -> bool:
    """Whether the API answers a request, whatever it says: its socket alone is held by circusd and proves nothing."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout)
        try:
            client.connect(str(home.socket))
            client.sendall(b"GET /v1/me HTTP/1.1\r\nHost: platform\r\nConnection: close\r\n\r\n")
            return client.recv(16).startswith(b"HTTP/1.1")
        except OSError:
            return False


def stop_platform(home: Home) -> bool:
    """End everything that was started here, sites first and databases after them; whether anything ran. Data stays."""
    if not home.run.is_dir():
        return False
    with _alone(home):
        start.forbid(home)
        found = [spec.read_json(file) for file in (home.run / "processes").glob("*.json")]
        ran = circus.is_running(home) or any(map(records.is_alive, found))
        ran = attempts.end(home) or ran
        records.end_in_order(found)
        _end_circusd(home)
        attempts.end(home)  # one that began while the API was still there
        for file in (home.run / "processes").glob("*.json"):
            file.unlink()
        home.socket.unlink(missing_ok=True)
    return ran


def _end_circusd(home: Home) -> None:
    """Told again and again: while it starts or changes watchers it forgets the signal."""
    record = {**spec.read_json(home.circus / "pid"), "waiting": False, "signal": "TERM", "timeout": 0}
    end = time.monotonic() + QUIT_PATIENCE
    while records.is_alive(record) and time.monotonic() < end:
        records.send(record, "SIGTERM")
        records.wait([{**record, "timeout": 0.5}])
    records.end([record])


def log_files(home: Home) -> list[Path]:
    """What the platform's own processes print."""
    return sorted(home.logs.glob("*.log"))


def follow(files: list[Path], pause: float = 0.3) -> Iterator[str]:
    """Lines as they are added; a file that was rotated is read from its new beginning."""
    return _follow({file: file.stat().st_size for file in files}, pause)


def _follow(places: dict[Path, int], pause: float) -> Iterator[str]:
    while True:
        for file, place in places.items():
            size = file.stat().st_size
            with open(file, "rb") as stream:
                stream.seek(place if size >= place else 0)
                content = stream.read()
                places[file] = stream.tell()
            yield from content.decode(errors="replace").splitlines()
        time.sleep(pause)


def serve(home: Home) -> None:
    """Start, and stay until SIGTERM or until the platform ends: for systemd and containers."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    try:
        start_platform(home)
        while circus.is_running(home):
            time.sleep(1)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # already on the way
        stop_platform(home)
