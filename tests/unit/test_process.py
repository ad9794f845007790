from __future__ import annotations

import os

import pytest

from dotcloud import process
from dotcloud.cli import run
from dotcloud.errors.cli import CannotRun

NOBODY = 65534


@pytest.fixture
def closed(tmp_path):
    """A folder of PATH that an ordinary user cannot look into, as root's own is after ``su``."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o000)
    yield folder
    folder.chmod(0o700)


def test_a_program_is_missing_where_a_folder_of_path_is_closed(closed):
    user = (NOBODY, NOBODY) if os.geteuid() == 0 else None
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        process.run(("no-such-program",), cwd="/", env={"PATH": f"{closed}:/usr/bin"}, user=user)


def test_a_program_that_cannot_be_executed_is_not_missing(tmp_path):
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    with pytest.raises(PermissionError):
        process.run(("tool",), env={"PATH": os.fspath(tmp_path)})


def test_a_command_is_missing_where_a_folder_of_path_is_closed(monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.execvpe", refused)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.chdir("/")
    with pytest.raises(CannotRun) as caught:
        run.replace(["no-such-program"], "/", {"PATH": "/closed:/usr/bin"})
    assert caught.value.exit_code == 127
