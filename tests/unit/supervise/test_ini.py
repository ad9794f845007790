"""The files that circusd reads, read as circusd reads them."""

from __future__ import annotations

import shlex
import signal
from pathlib import Path
from typing import Any

import pytest
from circus.config import get_config

from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Process, ini, spec
from dotcloud.platform.supervise.spec import Place


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "a home; with %(odd)s names")
    for folder in (home.conf, home.specs, home.run / "processes"):
        folder.mkdir(parents=True)
    (home.circus / "circus.ini").write_text(ini.main(home))
    return home


def describe(home: Home, process: Process, group: str = "app.default.www.0@d1") -> dict[str, Any]:
    place = Place(home, group, process.name)
    content = spec.make(place, process)
    (home.conf / f"group-{group}.ini").write_text(ini.group([(place, content)]))
    (watcher,) = get_config(str(home.circus / "circus.ini"))["watchers"]
    return dict(watcher)


def web(**more: Any) -> Process:
    return Process(**{"name": "web", "argv": ["gunicorn"], "cwd": Path("/"), **more})


def test_only_unix_sockets_and_no_multicast(home: Home) -> None:
    describe(home, web())
    config = get_config(str(home.circus / "circus.ini"))
    assert config["endpoint"].startswith("ipc://")
    assert config["pubsub_endpoint"].startswith("ipc://")
    assert not config["multicast_endpoint"]
    assert config["umask"] == 0o177


def test_a_watcher_names_its_spec_and_its_socket(home: Home) -> None:
    watcher = describe(home, web(socket="app.default.www"))
    *_, path, descriptor = shlex.split(watcher["cmd"])
    assert path == str(home.specs / "app.default.www.0@d1:web.json")
    assert descriptor == "$(circus.sockets.app.default.www)"
    assert watcher["use_sockets"]


def test_without_a_socket_no_descriptor_is_inherited(home: Home) -> None:
    assert not describe(home, web())["use_sockets"]


def test_the_way_to_stop(home: Home) -> None:
    watcher = describe(home, web(stop_signal="INT", stop_timeout=7))
    assert watcher["stop_signal"] == signal.SIGINT
    assert watcher["graceful_timeout"] == 7


def test_variables_and_arguments_stay_out(home: Home) -> None:
    watcher = describe(home, web(argv=["serve", "butterfly"], env={"SECRET": "butterfly"}))
    assert "butterfly" not in repr(watcher)


def test_whatever_changes_changes_the_digest(home: Home) -> None:
    digests = {
        describe(home, process)["digest"]
        for process in (web(), web(env={"A": "1"}), web(argv=["other"]), web(cwd=Path("/tmp")), web(socket="s"))
    }
    assert len(digests) == 5
    assert describe(home, web())["digest"] == describe(home, web())["digest"]


def test_a_listening_socket(home: Home) -> None:
    (home.conf / "socket-a.ini").write_text(ini.inet_socket("a", "127.0.0.1", 8001))
    (found,) = get_config(str(home.circus / "circus.ini"))["sockets"]
    assert (found["name"], found["host"], found["port"], found["so_reuseport"]) == ("a", "127.0.0.1", "8001", False)
