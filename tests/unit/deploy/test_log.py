"""The log of a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dotcloud.platform.deploy.log import DeploymentLog, Place


@pytest.fixture
def log(tmp_path: Path) -> Iterator[DeploymentLog]:
    with DeploymentLog(tmp_path / "d" / "x.jsonl", {"geheim"}) as opened:
        yield opened


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\r\n") if line]


def test_every_line_is_later_than_the_one_before(log: DeploymentLog, tmp_path: Path) -> None:
    for number in range(200):
        log.say(str(number))
    times = [entry["created_at"] for entry in entries(tmp_path / "d" / "x.jsonl")]
    assert times == sorted(set(times))


def test_passwords_are_hidden(log: DeploymentLog, tmp_path: Path) -> None:
    log.say("connecting with geheim", Place("www", 0))
    (entry,) = entries(tmp_path / "d" / "x.jsonl")
    assert entry["message"] == "connecting with [hidden]"
    assert (entry["service"], entry["instance"]) == ("www", 0)


def test_a_step_is_told_when_it_begins_and_with_its_time_when_it_is_done(log: DeploymentLog, tmp_path: Path) -> None:
    with log.step("build", "3 packages", Place("www")) as step:
        step.message = "4 packages"
    begun, done = entries(tmp_path / "d" / "x.jsonl")
    assert begun["step"] == done["step"] == "build"
    assert "seconds" not in begun
    assert (done["message"], done["seconds"] >= 0) == ("4 packages", True)


def test_a_failed_step_is_not_told_as_done(log: DeploymentLog, tmp_path: Path) -> None:
    try:
        with log.step("build", "x"):
            raise ValueError
    except ValueError:
        pass
    assert len(entries(tmp_path / "d" / "x.jsonl")) == 1


def test_the_last_line_has_the_status_and_no_service(log: DeploymentLog, tmp_path: Path) -> None:
    log.end("no", succeeded=False)
    (entry,) = entries(tmp_path / "d" / "x.jsonl")
    assert entry["status"] == "deploy_fail"
    assert "service" not in entry


@pytest.mark.usefixtures("log")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    assert (tmp_path / "d" / "x.jsonl").stat().st_mode & 0o777 == 0o600
