"""Processes are kept running, sockets are shared, and nothing is lost when one release follows another."""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import psutil
import pytest

from dotcloud.errors.platform import NoSuchProcess, PlatformStopped, PortTaken
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Process, ProcessStatus, Supervisor, records, sockets, spec, start
from tests.integration.platform.conftest import eventually, family, kill
from tests.waiting import is_alive

SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
POLITE = """
import os, pathlib, signal, time
def end(*_):
    time.sleep(0.5)
    pathlib.Path("ended").touch()
    raise SystemExit
signal.signal(signal.SIGTERM, end)
pathlib.Path("new").write_text(str(os.getpid()))
os.rename("new", "began")
while True:
    time.sleep(1)
"""
DEAF = """
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("asked").touch())
pathlib.Path("new").write_text(str(os.getpid()))
os.rename("new", "began")
while True:
    time.sleep(600)
"""
SITE = """
import os
NAME = os.environ["RELEASE"]
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(NAME)))])
    return [NAME.encode()]
"""


def sleeper(name: str = "main", **more: object) -> Process:
    return Process(**{"name": name, "argv": SLEEP, "cwd": Path("/"), **more})


def site(folder: Path, release: str) -> Process:
    (folder / "hello.py").write_text(SITE)
    return Process(
        name="web",
        argv=[
            *(sys.executable, "-m", "gunicorn", "--bind", "fd://{socket_fd}", "--worker-class", "gthread"),
            *("--threads", "4", "--workers", "2", "--keep-alive", "5", "--no-control-socket", "hello:application"),
        ],
        cwd=folder,
        env={"RELEASE": release},
        socket="app.default.www",
    )


def status(supervisor: Supervisor, group: str) -> ProcessStatus:
    (found,) = supervisor.status(group)
    return found


def is_up(supervisor: Supervisor, group: str) -> bool:
    return status(supervisor, group).state == "up"


def circusd(home: Home) -> int:
    return int(spec.read_json(home.circus / "pid")["pid"])


def ask(port: int) -> str:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/")
        with connection.getresponse() as response:
            return response.read().decode()


def answers(port: int, text: str) -> bool:
    try:
        return ask(port) == text
    except OSError:
        return False


def test_a_process_runs_with_its_variables_and_no_others(supervisor: Supervisor, home: Home) -> None:
    show = [sys.executable, "-c", "import os, time; print(sorted(os.environ), flush=True); time.sleep(600)"]
    supervisor.apply("app.default.www.0@d1", [sleeper(argv=show, env={"COLOUR": "blue"})])
    log = home.logs / "app.default.www.0@d1:main.log"
    eventually(lambda: log.exists() and log.read_text())
    assert log.read_text().strip() == "['COLOUR', 'HOME', 'LANG', 'LOGNAME', 'PATH', 'USER']"
    assert is_up(supervisor, "app.default.www.0@d1")


def test_variables_are_in_no_argument_and_in_no_file_that_others_read(supervisor: Supervisor, home: Home) -> None:
    supervisor.apply("g", [sleeper(env={"SECRET": "butterfly"})])
    eventually(lambda: is_up(supervisor, "g"))
    assert "butterfly" not in " ".join(psutil.Process(status(supervisor, "g").pid).cmdline())
    for folder, _, names in os.walk(home.root):
        for path in (Path(folder, name) for name in names):
            if path.is_file() and b"butterfly" in path.read_bytes():
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
                assert path.suffix == ".json"


def test_a_process_that_dies_comes_back(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper()])
    eventually(lambda: is_up(supervisor, "g"))
    first = status(supervisor, "g").pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: status(supervisor, "g").pid not in (None, first), 5)
    assert status(supervisor, "g").restarts == 1


def test_a_crash_loop_is_told_with_its_last_lines_and_tried_again(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper(argv=["/bin/sh", "-c", "echo no such table; exit 1"])])
    eventually(lambda: status(supervisor, "g").state == "crash-looping", 15)
    assert "no such table" in status(supervisor, "g").last_lines
    before = status(supervisor, "g").restarts
    eventually(lambda: status(supervisor, "g").restarts > before, 15)
    assert any("the next attempt is in" in line for line in status(supervisor, "g").last_lines)


def test_a_program_that_does_not_exist_is_a_crash_loop_too(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper(argv=["no-such-program"])])
    eventually(lambda: status(supervisor, "g").state == "crash-looping", 15)
    assert any("cannot start no-such-program" in line for line in status(supervisor, "g").last_lines)


def test_what_did_not_change_goes_on(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper("a"), sleeper("b", env={"X": "1"})])
    eventually(lambda: all(one.state == "up" for one in supervisor.status("g")))
    a, b = (one.pid for one in supervisor.status("g"))
    supervisor.apply("g", [sleeper("a"), sleeper("b", env={"X": "2"})])
    eventually(lambda: all(one.state == "up" for one in supervisor.status("g")))
    assert supervisor.status("g")[0].pid == a
    assert supervisor.status("g")[1].pid != b


def test_a_process_left_out_ends_and_the_others_stay(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper("a"), sleeper("b")])
    eventually(lambda: all(one.state == "up" for one in supervisor.status("g")))
    a, b = (one.pid for one in supervisor.status("g"))
    supervisor.apply("g", [sleeper("a")])
    assert [one.pid for one in supervisor.status("g")] == [a]
    assert not is_alive(b)


def test_what_a_process_started_ends_with_it(supervisor: Supervisor, home: Home) -> None:
    supervisor.apply("g", [sleeper(argv=["/bin/sh", "-c", "sleep 601 & echo $!; wait"])])
    log = home.logs / "g:main.log"
    eventually(lambda: log.exists() and log.read_text().strip())
    child = int(log.read_text())
    supervisor.remove("g")
    eventually(lambda: not is_alive(child))
    assert supervisor.groups() == []
    assert list(home.conf.iterdir()) == []


def test_what_a_crashed_process_started_ends_before_it_comes_back(supervisor: Supervisor, home: Home) -> None:
    supervisor.apply("g", [sleeper(argv=["/bin/sh", "-c", "sleep 602 & echo $!; wait"])])
    log = home.logs / "g:main.log"
    eventually(lambda: log.exists() and log.read_text().strip())
    child = int(log.read_text())
    os.kill(status(supervisor, "g").pid, signal.SIGKILL)
    eventually(lambda: len(log.read_text().split()) == 2)
    assert not is_alive(child)


@pytest.mark.parametrize("line", ["{} | cat", "while true; do {}; done"])
def test_what_a_shell_waits_for_is_told_to_end_and_given_its_time(
    supervisor: Supervisor, tmp_path: Path, line: str
) -> None:
    (tmp_path / "polite.py").write_text(POLITE)
    program = f"{sys.executable} polite.py"
    supervisor.apply("g", [sleeper(argv=["/bin/bash", "-c", line.format(program)], cwd=tmp_path)])
    eventually((tmp_path / "began").exists)
    supervisor.remove("g")
    assert (tmp_path / "ended").exists()
    assert not is_alive(int((tmp_path / "began").read_text()))


def test_one_that_does_not_listen_is_killed_when_its_time_is_up(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.apply("g", [sleeper(argv=[sys.executable, "-c", DEAF], cwd=tmp_path, stop_timeout=0.5)])
    eventually((tmp_path / "began").exists)
    supervisor.remove("g")
    assert (tmp_path / "asked").exists()
    assert not is_alive(int((tmp_path / "began").read_text()))


def test_a_program_that_nobody_started_is_forgotten(supervisor: Supervisor, home: Home) -> None:
    unused = Path(supervisor.foreground(sleeper())[-1])
    fresh = Path(supervisor.foreground(sleeper())[-1])
    os.utime(unused, (0, 0))
    supervisor.foreground(sleeper())
    assert not unused.exists()
    assert fresh.exists()


def test_a_restart_is_no_crash(supervisor: Supervisor) -> None:
    supervisor.apply("g", [sleeper()])
    eventually(lambda: is_up(supervisor, "g"))
    first = status(supervisor, "g").pid
    supervisor.restart("g")
    eventually(lambda: is_up(supervisor, "g"))
    assert status(supervisor, "g").pid != first
    assert status(supervisor, "g").restarts == 0


def test_a_group_that_is_not_there(supervisor: Supervisor) -> None:
    supervisor.remove("nothing")
    assert supervisor.status("nothing") == []
    with pytest.raises(NoSuchProcess):
        supervisor.restart("nothing")


def test_many_at_once_do_not_disturb_each_other(home: Home) -> None:
    groups = [f"g{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda group: Supervisor(home).apply(group, [sleeper()]), groups))
        supervisor = Supervisor(home)
        eventually(lambda: all(is_up(supervisor, group) for group in groups))
        list(pool.map(lambda group: Supervisor(home).remove(group), groups))
    assert supervisor.groups() == []


# Sockets


def test_a_port_is_remembered_and_two_names_get_two(supervisor: Supervisor) -> None:
    first, second = supervisor.listen("a.default.www"), supervisor.listen("b.default.www")
    assert first != second
    assert supervisor.listen("a.default.www") == first
    assert first >= 8000


def test_a_port_of_another_program_is_refused(supervisor: Supervisor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken):
        supervisor.listen("a.default.www", port=other.getsockname()[1])


def test_a_port_that_was_taken_meanwhile_is_passed_over(
    supervisor: Supervisor, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.listen("a.default.www")
    pick = sockets.pick
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = iter([other.getsockname()[1]])
        monkeypatch.setattr(sockets, "pick", lambda *words: next(taken, None) or pick(*words))
        port = supervisor.listen("b.default.www")
        assert port != other.getsockname()[1]
    assert sockets.declared(sockets.file_of(home, "b.default.www")) == ("127.0.0.1", port)
    assert not sockets.is_free("127.0.0.1", port)


def test_only_the_declared_ports_are_open_and_the_control_sockets_are_closed_to_others(
    supervisor: Supervisor, home: Home
) -> None:
    port = supervisor.listen("a.default.www")
    listening = [one.laddr for one in psutil.Process(circusd(home)).net_connections("inet")]
    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", port)]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.circus.glob("*.sock")}
    assert modes == {0o600}


def test_a_site_inherits_its_own_socket_and_nothing_else(supervisor: Supervisor, home: Home) -> None:
    supervisor.listen("other.default.www")
    supervisor.listen("app.default.www")
    show = [sys.executable, "-c", "import os, time; print(os.listdir('/proc/self/fd'), flush=True); time.sleep(600)"]
    supervisor.apply("g", [sleeper(argv=show, socket="app.default.www")])
    log = home.logs / "g:main.log"
    eventually(lambda: log.exists() and log.read_text())
    assert log.read_text().strip() == "['0', '1', '2', '3', '4']"  # 4 is that folder itself


def test_releases_follow_each_other_under_load_and_no_request_is_lost(supervisor: Supervisor, tmp_path: Path) -> None:
    port = supervisor.listen("app.default.www")
    supervisor.apply("app.default.www.0@d0", [site(tmp_path, "d0")])
    eventually(lambda: answers(port, "d0"))
    load = Load(port)
    for number in range(1, 5):
        old, new = f"d{number - 1}", f"d{number}"
        supervisor.apply(f"app.default.www.0@{new}", [site(tmp_path, new)])
        eventually(lambda new=new: new in load.seen())
        supervisor.remove(f"app.default.www.0@{old}")
        load.turn()
        load.forget()
        load.turn()
        assert load.seen() <= {new}
    eventually(lambda: load.count > 500)
    load.stop()
    assert load.errors == []
    assert load.count > 500


class Load:
    """Four keep-alive connections and two that are made anew each time, all busy.

    As every client of HTTP/1.1 must (RFC 9112, 9.3.1), it repeats a GET on a fresh connection when a kept one was
    closed before a byte of the answer came.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.errors: list[str] = []
        self.turns = [0] * 6
        self.answers: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(6)]
        for thread in self.threads:
            thread.start()

    @property
    def count(self) -> int:
        return sum(self.turns)

    def run(self, number: int) -> None:
        kept = number < 4
        connection, fresh = HTTPConnection("127.0.0.1", self.port, timeout=10), True
        while not self.ended.is_set():
            try:
                connection.request("GET", "/")
                response = connection.getresponse()
                self.answers.append(response.read().decode())
                self.turns[number] += 1
                fresh = False
                if response.status != 200:
                    self.errors.append(str(response.status))
            except (RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                if fresh:
                    self.errors.append(repr(error))
                connection.close()
                fresh = True
            except Exception as error:  # noqa: BLE001 - whatever else a client may meet counts
                self.errors.append(repr(error))
                connection.close()
            if not kept:
                connection.close()
                fresh = True
            time.sleep(0.001)
        connection.close()

    def turn(self) -> None:
        """Until each has had an answer to something that it asked after this moment."""
        before = list(self.turns)
        eventually(lambda: all(now > then + 1 for now, then in zip(self.turns, before, strict=True)))

    def forget(self) -> None:
        self.answers.clear()

    def seen(self) -> set[str]:
        return set(self.answers)

    def stop(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


# circusd killed, the machine rebooted


def test_sites_answer_while_circusd_is_dead_and_the_next_one_takes_over(
    supervisor: Supervisor, home: Home, tmp_path: Path
) -> None:
    port = supervisor.listen("app.default.www")
    supervisor.apply("g", [site(tmp_path, "d0")])
    eventually(lambda: answers(port, "d0"))
    orphan = status(supervisor, "g").pid
    os.kill(circusd(home), signal.SIGKILL)
    eventually(lambda: not start.circus.is_running(home))
    assert answers(port, "d0")
    assert start.ensure(home)
    eventually(lambda: answers(port, "d0"))
    assert status(supervisor, "g").pid != orphan
    assert not is_alive(orphan)


def test_everything_is_back_after_everything_was_killed(supervisor: Supervisor, home: Home, tmp_path: Path) -> None:
    port = supervisor.listen("app.default.www")
    supervisor.apply("g", [site(tmp_path, "d0")])
    supervisor.apply("h", [sleeper()])
    eventually(lambda: answers(port, "d0"))
    kill(family(home))
    assert [one.state for one in supervisor.status("g")] == ["down"]
    assert start.ensure(home)
    eventually(lambda: answers(port, "d0"))
    eventually(lambda: is_up(supervisor, "h"))


def test_two_that_start_it_at_once_start_one(home: Home) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: start.ensure(home), range(2)))
    assert sorted(started) == [False, True]


def test_a_platform_that_was_told_to_stop_is_not_woken_by_a_deployment(supervisor: Supervisor, home: Home) -> None:
    (home.run / spec.STOPPED).touch()
    with pytest.raises(PlatformStopped):
        supervisor.apply("g", [sleeper()])


def test_one_port_that_is_taken_does_not_keep_the_rest_down(supervisor: Supervisor, home: Home) -> None:
    port = supervisor.listen("app.default.www")
    supervisor.apply("g", [sleeper(socket="app.default.www")])
    supervisor.apply("h", [sleeper()])
    eventually(lambda: is_up(supervisor, "h"))
    kill(family(home))
    with socket.create_server(("127.0.0.1", port)):
        start.ensure(home)
        eventually(lambda: is_up(supervisor, "h"))
        assert status(supervisor, "g").state == "down"
        other = supervisor.listen("app.default.www")
    assert other != port
    eventually(lambda: is_up(supervisor, "g"))
    assert sockets.declared(sockets.file_of(home, "app.default.www")) == ("127.0.0.1", other)


def test_one_that_waits_to_be_allowed_goes_with_its_circusd(supervisor: Supervisor, home: Home) -> None:
    supervisor.apply("g", [sleeper()])
    eventually(lambda: is_up(supervisor, "g"))
    first, master = status(supervisor, "g").pid, psutil.Process(circusd(home))
    (home.run / spec.STOPPED).touch()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: [child.pid for child in master.children()] not in ([], [first]))
    (waiting,) = master.children()
    time.sleep(0.3)
    assert status(supervisor, "g").state == "down"
    master.kill()
    eventually(lambda: not is_alive(waiting.pid))
    (home.run / spec.STOPPED).unlink()


def test_a_killed_removal_is_finished_by_the_next(supervisor: Supervisor, home: Home) -> None:
    supervisor.apply("g", [sleeper()])
    eventually(lambda: is_up(supervisor, "g"))
    place = spec.places(home, "g")[0]
    place.retired.touch()
    records.end([spec.read_json(place.record)])
    eventually(psutil.Process(circusd(home)).children)  # it was started again, and waits to be allowed
    assert status(supervisor, "g").state == "down"
    supervisor.remove("g")
    assert supervisor.groups() == []
