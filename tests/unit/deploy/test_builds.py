"""Virtual environments that are kept, found and swept."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dotcloud.platform.build import virtualenv


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """One that nobody asked for in a long time."""
    folder = tmp_path / "key"
    folder.mkdir()
    (folder / virtualenv.COMPLETE).write_text("{}")
    os.utime(folder / virtualenv.COMPLETE, (1, 1))
    return folder


def test_a_build_that_is_being_removed_is_not_found(build: Path, monkeypatch: pytest.MonkeyPatch):
    found = []

    def rmtree(path: Path, ignore_errors: bool) -> None:
        found.append(virtualenv._made_before(build.parent, "none", build.name))

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    virtualenv.sweep(build.parent, set())
    assert found == [None]


def test_what_a_killed_sweep_left_is_removed_by_the_next(build: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda path, ignore_errors: None)
        virtualenv.sweep(build.parent, set())
    virtualenv.sweep(build.parent, set())
    assert [path.name for path in build.parent.iterdir()] == [virtualenv.SWEEPING]


def test_a_build_that_was_just_asked_for_stays(build: Path):
    assert virtualenv._made_before(build.parent, "none", build.name) == build
    virtualenv.sweep(build.parent, set())
    assert build.is_dir()
