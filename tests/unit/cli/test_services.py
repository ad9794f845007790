"""info, status, url, open, scale, restart, logs, memory, activity."""

from __future__ import annotations

import json

import pytest

from dotcloud.cli.scale import parse
from dotcloud.errors.client import Refused

APP = "/applications/mysite"
WWW = f"{APP}/services/www"
TIME = "2025-01-02T03:04:05.000000Z"
SERVICE = {
    "name": "www",
    "service_type": "python",
    "instance_count": 2,
    "reserved_memory": 64 << 20,
    "runtime_config": {"workers": 4, "extra": {}, "python_version": None},
    "domains": [{"domain": "127.0.0.1:8000"}],
    "instances": [
        {"instance_id": 1, "host": "127.0.0.1", "revision": "push-1", "ports": []},
        {
            "instance_id": 0,
            "host": "127.0.0.1",
            "revision": "push-1",
            "ports": [{"name": "admin", "url": "tcp://root:pw@h:1"}],
        },
    ],
}


@pytest.fixture
def running(platform, connected):
    platform.answers = {
        f"GET {APP}": {
            "revision": "push-1",
            "deployed_at": TIME,
            "services": [SERVICE, {"name": "db", "service_type": "postgresql", "instance_count": 1}],
        },
        f"GET {APP}/services": [SERVICE, {"name": "db", "domains": []}],
        f"GET {APP}/services/db": {"name": "db", "instances": [{"instance_id": 0}]},
        f"GET {APP}/revision": {"revision": "push-1"},
        f"GET {WWW}": SERVICE,
    }
    return platform


def test_info_of_an_application(dotcloud, running):
    assert dotcloud("info").lines == [
        "=== mysite",
        "revision:        push-1",
        "deployed:        2025-01-02 03:04:05",
        "",
        "NAME  TYPE        INSTANCES  MEMORY  ADDRESS",
        "www   python      2          64.0 M  http://127.0.0.1:8000",
        "db    postgresql  1          -       -",
    ]


def test_info_before_the_first_push(dotcloud, platform, connected):
    platform.answers[f"GET {APP}"] = {"revision": None, "services": []}
    ran = dotcloud("info")
    assert ran.status == 0
    assert "dotcloud push" in ran.err


def test_info_of_a_service_has_the_layout_of_old(dotcloud, running):
    assert dotcloud("info", "www").lines == [
        "== www",
        "type:            python",
        "instances:       2",
        "reserved memory: 64.0 M",
        "config:",
        "  workers: 4",
        "URLs:",
        "  - http://127.0.0.1:8000",
        "",
        "=== www.0",
        "host:            127.0.0.1",
        "revision:        push-1",
        "ports:",
        "  admin: tcp://root:…@h:1",
        "",
        "=== www.1",
        "host:            127.0.0.1",
        "revision:        push-1",
    ]


def test_info_of_an_instance(dotcloud, running):
    running.answers[f"GET {WWW}/instances/1/status"] = {"status": "up"}
    lines = dotcloud("info", "www.1").lines
    assert [line for line in lines if line.startswith("=")] == ["== www", "=== www.1"]
    assert dotcloud("info", "www.7").status == 1


def test_status_shows_the_last_words_of_a_crash_loop(dotcloud, running):
    crashed = {"name": "web", "state": "crash-looping", "restarts": 9, "last lines": ["ImportError: no acme"]}
    fine = {"name": "web", "state": "up", "pid": 42, "uptime": 3700, "restarts": 0, "memory": 1 << 20}
    running.answers[f"GET {WWW}/instances/0/status"] = {"status": "up", "processes": [fine]}
    running.answers[f"GET {WWW}/instances/1/status"] = {"status": "crash-looping", "processes": [crashed]}
    lines = dotcloud("status", "www").lines
    assert lines[1].split() == ["www.0", "web", "up", "42", "1", "h", "1", "min", "0", "1.0", "M"]
    assert lines[3:] == ["", "www.1 web said last:", "  ImportError: no acme"]


def test_status_of_one_instance_as_json(dotcloud, running):
    running.answers[f"GET {WWW}/instances/1/status"] = {"status": "up", "custom": {"pid": 1}}
    assert json.loads(dotcloud("status", "www.1", "--json").out) == {"www.1": {"status": "up", "custom": {"pid": 1}}}


def test_url(dotcloud, running):
    assert dotcloud("url").lines == ["www: http://127.0.0.1:8000"]
    assert dotcloud("url", "www").out == "http://127.0.0.1:8000\n"
    assert dotcloud("url", "db").status == 1


def test_open_uses_the_browser(dotcloud, running, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert dotcloud("open").status == 0
    assert opened == ["http://127.0.0.1:8000"]


def test_open_with_several_sites_names_them(dotcloud, running):
    running.answers[f"GET {APP}/services"].append({"name": "api", "domains": [{"domain": "127.0.0.1:8001"}]})
    ran = dotcloud("open")
    assert ran.status == 1
    assert "www, api" in ran.err


class TestScale:
    @pytest.fixture(autouse=True)
    def deploys(self, running):
        running.answers[f"POST {APP}/deployments"] = {"deploy_id": "a", "revision": "push-1", "unchanged": False}
        running.logs[f"{APP}/deployments/a/logs"] = [{"created_at": TIME, "message": "x", "status": "deploy_end"}]

    def test_changes_then_deploys_once(self, dotcloud, running):
        ran = dotcloud("scale", "www=3", "www:memory=512M")
        assert ran.status == 0
        assert running.bodies[f"PATCH {WWW}"] == {"reserved_memory": 512 << 20}
        assert running.changes == [f"PATCH {WWW}"] * 4 + [f"POST {APP}/deployments"]
        assert "==> Changing memory of www to 512.0 M" in ran.lines

    def test_where_one_is_refused_none_is_changed(self, dotcloud, running):
        running.answers[f"PATCH {APP}/services/db"] = Refused(400, "db cannot be scaled like that")
        ran = dotcloud("scale", "www=3", "db=2")
        assert ran.status == 1
        assert running.bodies[f"PATCH {WWW}"] == {"instance_count": 3, "check": True}
        assert "Changing" not in ran.out

    @pytest.mark.parametrize("text", ["www", "www=x", "www:disk=1G", "www:memory=lots", "=3", "www="])
    def test_a_bad_one_changes_nothing(self, dotcloud, running, text):
        ran = dotcloud("scale", "www=2", text)
        assert ran.status == 1
        assert "Nothing was changed." in ran.err
        assert running.asked == []


@pytest.mark.parametrize(
    ("text", "mebibytes"),
    [
        ("512M", 512),
        ("512m", 512),
        ("1G", 1024),
        ("1gb", 1024),
        ("1GiB", 1024),
        ("0.5G", 512),
        ("100M", 96),
        ("112M", 128),
        ("67108864", 64),
        ("1", 32),
    ],
)
def test_memory_comes_in_steps_of_32_mebibytes(text, mebibytes):
    assert parse(f"www:memory={text}").value == mebibytes << 20


def test_restart_all_instances_or_one(dotcloud, running):
    assert dotcloud("restart", "www").status == 0
    assert running.changes == [f"PUT {WWW}/instances/{number}/status" for number in (0, 1)]
    dotcloud("restart", "www.1")
    assert running.changes[2:] == [f"PUT {WWW}/instances/1/status"]


@pytest.mark.parametrize("text", ["www.", "www.x", "a/b", ".0"])
def test_what_is_no_service_is_refused(dotcloud, connected, platform, text):
    assert dotcloud("restart", text).status == 1
    assert platform.asked == []


class TestLogs:
    @pytest.fixture(autouse=True)
    def lines(self, running):
        running.logs[f"{APP}/logs"] = [
            {"application": "mysite"},
            {"service": "www", "instance": 0, "process": "web", "message": "GET /\x1b[2J\x07 200"},
            {"service": "www", "instance": 0, "message": "later", "created_at": TIME},
        ]

    def test_follow_by_default(self, dotcloud, running):
        dotcloud("logs")
        assert f"FOLLOW {APP}/logs" in running.asked

    def test_stop_with_n(self, dotcloud, running):
        ran = dotcloud("logs", "-N", "-n", "5", "www.0", "www.1")
        assert running.queries[f"STREAM {APP}/logs"] == {
            "environment": "default",
            "lines": 5,
            "filter": "www.0,www.1",
        }
        assert ran.lines[1] == "03:04:05 [www.0] later"

    def test_nothing_in_a_log_moves_the_cursor(self, dotcloud, running):
        assert dotcloud("logs", "-N").lines[0] == "[www.0] web: GET / 200"

    def test_of_an_instance_that_does_not_run(self, dotcloud, running):
        assert "www.7 does not run" in dotcloud("logs", "-N", "www.1", "www.7").err

    def test_of_an_unknown_service(self, dotcloud, running):
        assert dotcloud("logs", "nope").status == 1

    def test_ctrl_c_exits_130(self, dotcloud, running):
        running.logs[f"{APP}/logs"].append(KeyboardInterrupt())
        assert dotcloud("logs").status == 130


def test_memory(dotcloud, running):
    row = [1735787045, 25 << 20, 64 << 20, None, 39 << 20, None]
    running.answers |= {f"GET {WWW}/instances/{number}/metrics/memory": [row] for number in (0, 1)}
    ran = dotcloud("memory", "www.0", "6h")
    assert ran.lines[1].split() == ["www.0", "2025-01-02", "03:04:05", "25.0", "M", "64.0", "M", "39.0", "M"]
    assert "keeps no history" in ran.err
    assert len(dotcloud("memory", "www").lines) == 3
    assert dotcloud("memory", "www", "2y").status == 1


def test_activity_tells_who_did_what(dotcloud, platform, connected):
    event = {"created_at": TIME, "application": "mysite", "environment": "default", "user": {"self": True}}
    platform.answers[f"GET {APP}/activity"] = [
        {**event, "category": "app", "action": "deploy", "revision": "push-1", "build": "abc"},
        {**event, "category": "service", "action": "scale", "service": "www", "scale": "memory", "value": 64 << 20},
        {**event, "category": "env", "action": "change", "set": ["A", "B"], "unset": [], "environment": "staging"},
        {**event, "category": "app", "action": "create", "user": {"self": False, "username": "joe"}},
    ]
    texts = [line[39:] for line in dotcloud("activity").lines[1:]]
    assert texts == [
        "mysite (revision=push-1 build=abc)",
        "mysite.www (memory=64.0 M)",
        "mysite -e staging (set=A,B)",
        "mysite /by joe",
    ]


def test_activity_outside_of_an_application_is_of_all(dotcloud, platform):
    platform.answers["GET /activity"] = []
    assert dotcloud("activity").status == 0
