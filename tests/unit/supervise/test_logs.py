"""Logs stay small, and nothing planted beside one leads anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dotcloud.platform import lifecycle
from dotcloud.platform.supervise import records
from dotcloud.platform.supervise.daemon import rotate


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


def test_a_small_one_stays(log: Path) -> None:
    log.write_text("x" * 99)
    assert not rotate(log, largest=100)
    assert log.read_text() == "x" * 99


def test_a_large_one_is_copied_and_emptied_under_its_writer(log: Path) -> None:
    with log.open("a") as writer:
        writer.write("x" * 100)
        writer.flush()
        assert rotate(log, largest=100)
        writer.write("after")
    assert log.read_text() == "after"
    assert log.with_name("web.log.1").read_text() == "x" * 100


def test_only_so_many_are_kept(log: Path) -> None:
    for number in range(6):
        log.write_text(str(number) * 100)
        rotate(log, largest=100, kept=3)
    left = {path.name: path.read_text()[:1] for path in log.parent.iterdir()}
    assert left == {"web.log": "", "web.log.1": "5", "web.log.2": "4", "web.log.3": "3"}


def test_a_planted_link_is_not_followed(log: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("v" * 100)
    log.symlink_to(victim)
    assert not rotate(log, largest=10)
    log.unlink()
    log.write_text("x" * 100)
    log.with_name("web.log.1").symlink_to(victim)
    assert rotate(log, largest=100, kept=1)
    assert victim.read_text() == "v" * 100


def test_last_lines(log: Path) -> None:
    log.write_text("".join(f"{number}\n" for number in range(50)))
    assert records.last_lines(log, 2) == ("48", "49")
    assert records.last_lines(log.parent / "missing") == ()


def test_following_reads_on_after_a_rotation(log: Path) -> None:
    log.write_text("old\n")
    lines = lifecycle.follow([log], pause=0)
    with log.open("a") as writer:
        writer.write("new\n")
    assert next(lines) == "new"
    os.truncate(log, 0)
    log.write_text("n\n")
    assert next(lines) == "n"
