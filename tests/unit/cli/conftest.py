"""The command against a platform that only remembers what it is to answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from dotcloud.cli import main
from dotcloud.client.config import Connection, write
from dotcloud.errors.client import NotFound


class FakePlatform:
    """Answers by method and path; everything asked is kept in order."""

    ssh: tuple[str, ...] | None = None
    tunnel = None
    where = "this machine"

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.bodies: dict[str, Any] = {}
        self.queries: dict[str, dict[str, Any]] = {}
        self.urls: list[str | None] = []

    def connect(self, url: str | None = None, start: bool = True) -> FakePlatform:
        self.urls.append(url)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, path: str, **query: Any) -> Any:
        return self._answer("GET", path, None, query)

    def delete(self, path: str, **query: Any) -> Any:
        return self._answer("DELETE", path, None, query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._answer("POST", path, body, query)

    def put(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._answer("PUT", path, body, query)

    def patch(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._answer("PATCH", path, body, query)

    def stream(self, path: str, follow: bool = False, **query: Any) -> Iterator[dict[str, Any]]:
        self._note(f"{'FOLLOW' if follow else 'STREAM'} {path}", None, query)
        for entry in self.logs[path]:
            if isinstance(entry, BaseException):
                raise entry
            yield entry

    def _answer(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Any:
        key = f"{method} {path}"
        self._note(key, body, query)
        if key not in self.answers and method == "GET":
            raise NotFound(404, f"{path} does not exist.")
        answer = self.answers.get(key)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _note(self, key: str, body: Any, query: dict[str, Any]) -> None:
        self.asked.append(key)
        self.bodies[key] = body
        self.queries[key] = query

    @property
    def changes(self) -> list[str]:
        """What was asked beyond looking."""
        return [key for key in self.asked if key.split()[0] not in ("GET", "FOLLOW", "STREAM")]


@dataclass
class Ran:
    """What a command left."""

    status: int
    out: str
    err: str
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.out.splitlines()


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr("dotcloud.client.endpoint.connect", fake.connect)
    return fake


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and nothing of the person's own settings."""
    folder = tmp_path / "mysite"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm")
    for name in ("DOTCLOUD_ENDPOINT", "DOTCLOUD_HOME", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def connected(project: Path) -> Path:
    write(Connection(project, "mysite"))
    return project


@pytest.fixture
def dotcloud(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command as the program does."""

    def run(*words: str) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main(list(words))
        captured = capsys.readouterr()
        return Ran(int(stop.value.code or 0), captured.out, captured.err)

    return run
