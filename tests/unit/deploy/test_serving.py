"""A worker proves itself before it accepts."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import dotcloud.platform
from dotcloud.platform.deploy.processes import _static_argv
from tests.waiting import until

SERVING = Path(dotcloud.platform.__file__).parent / "serving.py"
Application = Callable[[dict[str, Any], Any], list[bytes]]


class Log:
    def exception(self, message: str) -> None:
        self.message = message

    def info(self, message: str, *arguments: object) -> None:
        self.message = message % arguments


class Worker:
    def __init__(self, wsgi: Application) -> None:
        self.wsgi = wsgi
        self.log = Log()


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    told = {
        "bind": "fd://3",
        "workers": 2,
        "threads": 1,
        "timeout": 60,
        "header_size": 8190,
        "healthcheck": "/up?deep=1",
        "host": "127.0.0.1:8000",
        "run": str(tmp_path),
    }
    monkeypatch.setenv("DOTCLOUD_SERVING", json.dumps(told))
    spec = importlib.util.spec_from_file_location("serving", SERVING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.AUTOGROUP = str(tmp_path / "autogroup")
    return module


def site(status: str, seen: list[dict[str, Any]] | None = None) -> Application:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if seen is not None:
            seen.append(environ)
        start_response(status, [])
        return [b""]

    return application


def raising(_environ: dict[str, Any], _start_response: Any) -> list[bytes]:
    raise KeyError("SECRET")


@pytest.mark.parametrize("status", ["200 OK", "301 Moved Permanently", "404 Not Found", "405 Method Not Allowed"])
def test_any_answer_but_a_server_error_proves_a_worker(serving: ModuleType, tmp_path: Path, status: str) -> None:
    serving.post_worker_init(Worker(site(status)))
    assert list(tmp_path.glob("ready.*"))
    assert not (tmp_path / "failed").exists()


def redirecting(location: str, status: str, seen: list[dict[str, Any]] | None = None) -> Application:
    """A site that sends every first request to ``location``, and answers the next with ``status``."""
    asked: list[dict[str, Any]] = [] if seen is None else seen

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ)
        if len(asked) == 1:
            start_response("301 Moved Permanently", [("location", location)])
        else:
            start_response(status, [])
        return [b""]

    return application


HTTPS = "https://127.0.0.1:8000/up?deep=1"


@pytest.mark.parametrize("location", [HTTPS, "https://127.0.0.1/up", "http://127.0.0.1:8000/en/", "/en/", "en/"])
def test_a_redirect_within_the_site_proves_nothing_when_what_is_there_fails(
    serving: ModuleType, tmp_path: Path, location: str
) -> None:
    with pytest.raises(serving.CheckFailed):
        serving.post_worker_init(Worker(redirecting(location, "500 Internal Server Error")))
    failed = (tmp_path / "failed").read_text()
    assert failed.startswith("HEAD /up?deep=1 answered 301, http")
    assert failed.endswith("answered 500")
    assert not list(tmp_path.glob("ready.*"))


def test_the_log_says_what_was_answered(serving: ModuleType) -> None:
    worker = Worker(redirecting(HTTPS, "200 OK"))
    serving.post_worker_init(worker)
    expected = "HEAD /up?deep=1 answered 301, https://127.0.0.1:8000/up answered 200"
    assert worker.log.message == f"The self-check: {expected}"


def test_what_a_redirect_leads_to_is_asked_for_as_the_world_asks(serving: ModuleType) -> None:
    seen: list[dict[str, Any]] = []
    serving.post_worker_init(Worker(redirecting("https://127.0.0.1/a%20b/?x=1", "200 OK", seen)))
    facts = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SERVER_PORT", "PATH_INFO", "QUERY_STRING")
    assert [seen[1][name] for name in facts] == ["https", "https", "127.0.0.1", "443", "/a b/", "x=1"]


@pytest.mark.parametrize("location", ["https://example.com/", "mailto:a@example.com", "//example.com/x"])
def test_a_redirect_to_elsewhere_is_not_followed(serving: ModuleType, location: str) -> None:
    seen: list[dict[str, Any]] = []
    serving.post_worker_init(Worker(redirecting(location, "500 Internal Server Error", seen)))
    assert len(seen) == 1


def test_only_one_redirect_is_followed(serving: ModuleType) -> None:
    seen: list[dict[str, Any]] = []
    serving.post_worker_init(Worker(redirecting(HTTPS, "302 Found", seen)))
    assert len(seen) == 2


def test_a_release_that_boots_gives_way_until_all_its_workers_are_ready(
    serving: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "autogroup"
    serving.on_starting(SimpleNamespace(log=Log()))
    assert share.read_text() == "3"
    for pid, expected in ((1, "3"), (2, "0")):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        serving.post_worker_init(Worker(site("200 OK")))
        assert share.read_text() == expected


def test_a_server_error_stops_the_release_and_says_why(serving: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(serving.CheckFailed):
        serving.post_worker_init(Worker(site("500 Internal Server Error")))
    assert (tmp_path / "failed").read_text() == "HEAD /up?deep=1 answered 500"
    assert not list(tmp_path.glob("ready.*"))


def test_an_exception_is_told_with_its_place(serving: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(serving.CheckFailed):
        serving.post_worker_init(Worker(raising))
    told = (tmp_path / "failed").read_text()
    assert "raised KeyError: 'SECRET'" in told
    assert "test_serving.py, line" in told


def test_a_worker_of_a_proven_release_starts_though_the_database_is_away(serving: ModuleType, tmp_path: Path) -> None:
    serving.post_worker_init(Worker(site("200 OK")))
    serving.post_worker_init(Worker(site("503 Service Unavailable")))
    assert not (tmp_path / "failed").exists()


def test_the_request_is_one_that_the_site_accepts(serving: ModuleType) -> None:
    seen: list[dict[str, Any]] = []
    serving.post_worker_init(Worker(site("200 OK", seen)))
    (environ,) = seen
    assert (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]) == ("HEAD", "/up", "deep=1")
    assert environ["HTTP_HOST"] == "127.0.0.1:8000"


def test_the_files_of_a_static_service_are_looked_up_once_for_all_workers(tmp_path: Path, serving: ModuleType) -> None:
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(SERVING, run)
    site = "open('looked', 'a').write('.')\ndef application(_, start):\n    start('200 OK', [])\n    return []\n"
    (run / "static_site.py").write_text(site)
    told = json.loads(os.environ["DOTCLOUD_SERVING"]) | {"bind": "127.0.0.1:0", "run": str(run)}
    _, *words = (word.replace("{home}", str(tmp_path)) for word in _static_argv(SimpleNamespace()))
    environment = {**os.environ, "DOTCLOUD_SERVING": json.dumps(told)}
    with subprocess.Popen([sys.executable, *words], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: len(list(run.glob("ready.*"))) == told["workers"])
        finally:
            server.terminate()
    assert (tmp_path / "looked").read_text() == "."


def test_the_reason_of_one_worker_is_not_emptied_by_the_next(serving: ModuleType, tmp_path: Path) -> None:
    serving._write("failed", "HEAD / answered 500")
    with (tmp_path / "failed").open() as seen:
        serving._write("failed", "")
        assert seen.read() == "HEAD / answered 500"
