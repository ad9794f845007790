"""Streams: of a deployment, and of what instances print."""

from __future__ import annotations

import json
import threading
import time

import pytest

from dotcloud.platform.api import deployment_log, logs, streams
from dotcloud.platform.api.tail import Tail
from dotcloud.platform.models import State

from .conftest import log_of


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for module, name in ((deployment_log, "POLL"), (deployment_log, "LOOK"), (logs, "POLL"), (logs, "LOOK")):
        monkeypatch.setattr(module, name, 0.005)


def write(row, *entries):
    with log_of(row).open("a") as file:
        file.writelines(json.dumps(entry) + "\r\n" for entry in entries)


@pytest.fixture
def deployment(api, mysite, pushed):
    from dotcloud.platform.models import Deployment

    api("POST", f"{mysite}/deployments", {"revision": pushed()})
    return Deployment.objects.select_related("environment__application").get()


AT = "2026-01-01T00:00:00.000001Z"
END = {"created_at": "2026-01-01T00:00:09.000000Z", "message": "done", "status": "deploy_end"}


def test_the_first_line_tells_whose_log_it_is(api, mysite, deployment):
    (facts,) = api("GET", f"{mysite}/deployments/latest/logs?stream")
    assert facts["application"] == "mysite"
    assert facts["deploy_id"] == deployment.deploy_id


def test_times_only_grow(api, mysite, deployment):
    write(deployment, *[{"created_at": AT, "message": str(number)} for number in range(3)], END)
    entries = api("GET", f"{mysite}/deployments/{deployment.deploy_id}/logs?stream")[1:]
    times = [entry["created_at"] for entry in entries]
    assert times == sorted(set(times))


def test_the_last_lines_can_be_asked_for(api, mysite, deployment):
    write(deployment, *[{"created_at": AT, "message": str(number)} for number in range(5)])
    assert len(api("GET", f"{mysite}/deployments/latest/logs?stream&lines={10**30}")) > 3
    entries = api("GET", f"{mysite}/deployments/latest/logs?stream&lines=2")[1:]
    assert [entry["message"] for entry in entries] == ["3", "4"]


def test_following_goes_on_until_the_last_line(api, mysite, deployment):
    write(deployment, {"created_at": AT, "message": "begun"})
    timer = threading.Timer(0.05, write, (deployment, END))
    timer.start()
    entries = api("GET", f"{mysite}/deployments/latest/logs?stream&follow")[1:]
    timer.join()
    assert [entry["message"] for entry in entries] == ["begun", "done"]


def test_half_a_line_is_waited_for(api, mysite, deployment):
    text = json.dumps(END) + "\n"
    log_of(deployment).write_text(text[:20])
    timer = threading.Timer(0.05, log_of(deployment).write_text, (text,))
    timer.start()
    entries = api("GET", f"{mysite}/deployments/latest/logs?stream&follow")[1:]
    timer.join()
    assert entries == [END]


def test_a_process_that_dies_gets_a_last_line(api, mysite, pushed, box):
    box.alive = False
    made = api("POST", f"{mysite}/deployments", {"revision": pushed()})
    entries = api("GET", f"{mysite}/deployments/{made['deploy_id']}/logs?stream&follow")[1:]
    assert [entry["status"] for entry in entries] == ["deploy_fail"]


def test_so_does_one_that_dies_while_it_is_followed(api, mysite, deployment, monkeypatch):
    looks = iter([True, True, True])
    monkeypatch.setattr("dotcloud.platform.api.settle.alive", lambda *_: next(looks, False))
    write(deployment, {"created_at": AT, "message": "begun"})
    entries = api("GET", f"{mysite}/deployments/latest/logs?stream&follow")[1:]
    assert [entry.get("status") for entry in entries] == [None, "deploy_fail"]
    deployment.refresh_from_db()
    assert deployment.state == State.FAILED


def test_a_blank_line_keeps_a_silent_stream_alive(monkeypatch):
    monkeypatch.setattr(streams, "KEEP_ALIVE", 0.02)
    lines = streams._lines({}, streams_of_nothing())
    assert [next(lines), next(lines)] == [b'{"object": {}}\r\n', b"\r\n"]


def streams_of_nothing():
    while True:
        time.sleep(0.005)
        yield None


def test_an_unknown_deployment_is_not_found(api, mysite):
    assert "does not exist" in api.refused("GET", f"{mysite}/deployments/latest/logs?stream", expect=404)


@pytest.fixture
def printed(home, mysite):
    def write(place, name, text):
        service, _, number = place.partition(".")
        folder = home.environment("mysite").service(service)
        logs = folder.instance(int(number)).logs if number else folder.logs
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / name).open("a") as file:
            file.write(text)
        return logs / name

    return write


def shown(entries):
    return [f"{entry['service']}.{entry['instance']}: {entry['message']}" for entry in entries]


def test_every_instance_is_in_the_log(api, mysite, printed):
    printed("www.0", "web.log", "a\nb\n")
    printed("www.1", "web.log", "c\n")
    printed("db", "postgresql.log", "d\n")
    entries = api("GET", f"{mysite}/logs?stream")[1:]
    assert sorted(shown(entries)) == ["db.0: d", "www.0: a", "www.0: b", "www.1: c"]


@pytest.mark.parametrize(
    ("places", "found"), [("www", ["www.0: a", "www.1: c"]), ("www.1,db", ["db.0: d", "www.1: c"]), ("other", [])]
)
def test_some_can_be_asked_for(api, mysite, printed, places, found):
    printed("www.0", "web.log", "a\n")
    printed("www.1", "web.log", "c\n")
    printed("db", "postgresql.log", "d\n")
    assert sorted(shown(api("GET", f"{mysite}/logs?stream&filter={places}")[1:])) == found


def test_following_sees_new_lines_new_files_and_rotation(home, mysite, printed):
    path = printed("www.0", "web.log", "a\n")
    entries = logs._entries(home.environment("mysite"), [], 10, follow=True)
    assert shown([next(entries)]) == ["www.0: a"]
    printed("www.0", "web.log", "b\n")
    assert shown([next(filter(None, entries))]) == ["www.0: b"]
    path.rename(path.with_name("web.log.1"))
    printed("www.0", "web.log", "c\n")
    assert shown([next(filter(None, entries))]) == ["www.0: c"]
    printed("www.1", "web.log", "d\n")
    assert shown([next(filter(None, entries))]) == ["www.1: d"]
    entries.close()


@pytest.mark.parametrize("block", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("text", "count", "found"),
    [
        ("", 2, []),
        ("a", 2, ["a"]),
        ("a\nb\nc\n", 2, ["b", "c"]),
        ("a\nb\nc", 2, ["b", "c"]),
        ("a\n\n\n", 2, ["", ""]),
        ("a\nb\n", 5, ["a", "b"]),
        ("a\nb\n", 0, []),
    ],
)
def test_the_last_lines_of_a_file(tmp_path, monkeypatch, block, text, count, found):
    monkeypatch.setattr("dotcloud.platform.api.tail.BLOCK", block)
    (tmp_path / "log").write_text(text)
    tail = Tail(tmp_path / "log")
    tail.skip(count)
    assert list(tail.new(whole=False)) == found


def test_what_is_not_text_does_not_end_a_log(tmp_path):
    (tmp_path / "log").write_bytes(b"\xff\xfe\n")
    assert list(Tail(tmp_path / "log").new()) == ["\ufffd\ufffd"]
