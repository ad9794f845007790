"""The platform as a whole: start, stop, status, logs."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from dotcloud.errors.platform import HomeNotUsable, PathTooLong, PlatformDidNotStart
from dotcloud.platform import lifecycle, overview
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import DATA_SERVICE, Process, Supervisor, start
from tests.integration.platform.conftest import eventually, family, kill
from tests.waiting import is_alive

API = """
def application(environ, start_response):
    start_response("404 Not Found", [("Content-Length", "0")])
    return []
"""


@pytest.fixture(autouse=True)
def stand_in(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API and a database that take no time; the real ones are tested by their owners."""
    (home.root / "stand_in.py").write_text(API)
    (home.root / "config.py").write_text("workers = 1\n")
    monkeypatch.setattr(lifecycle, "WSGI", "stand_in:application")
    monkeypatch.setattr(lifecycle, "CONFIG", str(home.root / "config.py"))
    monkeypatch.setattr(lifecycle, "_migrate", lambda _: None)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(is_alive(one.pid) for one in processes if one.is_running())


def test_started_it_answers_on_a_socket_that_only_its_user_can_open(home: Home) -> None:
    assert lifecycle.start_platform(home)
    assert lifecycle.answers(home)
    assert stat.S_IMODE(home.socket.stat().st_mode) == 0o600
    assert not lifecycle.start_platform(home)


def test_two_that_start_at_once_start_one(home: Home) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: lifecycle.start_platform(home), range(3)))
    assert len([one for one in family(home) if "daemon" in " ".join(one.cmdline())]) == 1
    assert lifecycle.answers(home)


def test_stopped_nothing_is_left(home: Home) -> None:
    lifecycle.start_platform(home)
    processes = family(home)
    assert lifecycle.stop_platform(home)
    assert gone(processes)
    assert not home.socket.exists()
    assert not lifecycle.stop_platform(home)


def test_stopped_while_a_deployment_starts_circusd_nothing_is_left(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, stopping, park, forbid = threading.Event(), threading.Event(), start.park, start.forbid

    def slowly(home: Home) -> None:
        begun.set()
        stopping.wait()
        park(home)

    def told(home: Home) -> None:
        stopping.set()
        forbid(home)

    monkeypatch.setattr(start, "park", slowly)
    monkeypatch.setattr(start, "forbid", told)
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(start.ensure, home)
        begun.wait()
        lifecycle.stop_platform(home)
        assert starting.result()
    assert not start.circus.is_running(home)


def test_sites_end_first_and_databases_after_them(home: Home, tmp_path: Path) -> None:
    lifecycle.start_platform(home)
    line = "trap 'echo {} >> {}; exit' TERM; echo up; while :; do sleep 0.02; done"
    for name, tier in (("db", DATA_SERVICE), ("www", 0)):
        script = line.format(name, tmp_path / "order")
        Supervisor(home).apply(name, [Process(name="m", argv=["/bin/sh", "-c", script], cwd=Path("/"), tier=tier)])
        log = home.logs / f"{name}:m.log"
        eventually(lambda log=log: log.exists() and log.read_text())
    lifecycle.stop_platform(home)
    assert (tmp_path / "order").read_text().split() == ["www", "db"]


def test_after_a_reboot_everything_is_back(home: Home) -> None:
    lifecycle.start_platform(home)
    Supervisor(home).apply("g", [Process(name="m", argv=["sleep", "600"], cwd=Path("/"))])
    eventually(lambda: Supervisor(home).status("g")[0].state == "up")
    kill(family(home))
    assert not lifecycle.answers(home)
    assert lifecycle.start_platform(home)
    assert lifecycle.answers(home)
    eventually(lambda: Supervisor(home).status("g")[0].state == "up")


def test_a_killed_api_is_back_and_its_socket_never_closed(home: Home) -> None:
    lifecycle.start_platform(home)
    (api,) = Supervisor(home).status(lifecycle.GROUP)
    os.kill(api.pid, signal.SIGKILL)
    eventually(lambda: lifecycle.answers(home))
    eventually(lambda: Supervisor(home).status(lifecycle.GROUP)[0].restarts == 1)
    assert home.socket.exists()


def test_a_killed_circusd_is_replaced_while_its_children_still_run(home: Home) -> None:
    lifecycle.start_platform(home)
    processes = family(home)
    os.kill(processes[0].pid, signal.SIGKILL)
    eventually(lambda: not start.circus.is_running(home))
    assert lifecycle.start_platform(home)
    assert lifecycle.answers(home)
    assert gone(processes)


def test_an_api_that_does_not_come_up_is_told_with_its_last_lines(home: Home) -> None:
    (home.root / "stand_in.py").write_text("raise RuntimeError('no table')")
    with pytest.raises(PlatformDidNotStart) as caught:
        lifecycle.start_platform(home)
    assert any("no table" in line for line in caught.value.details)


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeNotUsable):
        lifecycle.start_platform(Home(tmp_path / "file"))


def test_a_path_that_is_too_long_for_a_socket(tmp_path: Path) -> None:
    with pytest.raises(PathTooLong):
        lifecycle.start_platform(Home(tmp_path / ("x" * 100)))


def test_status_tells_everything(home: Home) -> None:
    lifecycle.start_platform(home)
    Supervisor(home).apply("g", [Process(name="m", argv=["/bin/sh", "-c", "echo broken; exit 1"], cwd=Path("/"))])
    port = Supervisor(home).listen("app.default.www")
    eventually(lambda: Supervisor(home).status("g")[0].state == "crash-looping")
    told = overview.overview(home)
    json.dumps(told)
    assert told["running"]
    assert told["answers"]
    assert told["memory"] > 10_000_000
    assert {"name": "app.default.www", "host": "127.0.0.1", "port": port, "port_taken": False} in told["sockets"]
    text = overview.as_text(told)
    assert "g:m: crash-looping" in text
    assert "      broken" in text
    assert "platform:api: up" in text


def test_status_of_one_that_does_not_run(home: Home) -> None:
    assert "dotcloud platform start" in overview.as_text(overview.overview(home))


def test_serve_stays_until_it_is_told_to_end(home: Home) -> None:
    line = (
        "from pathlib import Path; from dotcloud.platform import layout, lifecycle as own;"
        f"own.WSGI = 'stand_in:application'; own.CONFIG = {str(home.root / 'config.py')!r};"
        f"own._migrate = lambda _: None; own.serve(layout.Home(Path({str(home.root)!r})))"
    )
    with subprocess.Popen([sys.executable, "-c", line]) as server:
        eventually(lambda: home.socket.exists() and lifecycle.answers(home), 20)
        processes = family(home)
        server.terminate()
        assert server.wait(20) == 0
    assert gone(processes)


def test_a_start_of_what_runs_starts_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycle.start_platform(home)
    before = family(home)
    monkeypatch.setattr(lifecycle, "_prepare", None)  # not even looked at
    assert not lifecycle.start_platform(home)
    assert family(home) == before
