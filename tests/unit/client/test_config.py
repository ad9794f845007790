"""The connection of a folder with an application."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dotcloud.client import config
from dotcloud.client.config import Connection
from dotcloud.errors.client import BadConnection


def test_written_and_found_from_below(tmp_path: Path):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert config.find(below) is None
    connection = Connection(tmp_path, "shop", "staging", "ssh://box", {"push_protocol": "rsync"})
    config.write(connection)
    found = config.find(below)
    assert found is not None
    assert found.extra.pop("version")
    assert found == connection
    assert (tmp_path / ".dotcloud").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (tmp_path / ".dotcloud").iterdir()) == [".gitignore", "config"]


def test_the_nearest_counts(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    config.write(Connection(tmp_path, "outer"))
    config.write(Connection(tmp_path / "sub", "inner"))
    found = config.find(tmp_path / "sub")
    assert found is not None
    assert (found.application, found.environment, found.endpoint) == ("inner", None, None)


def test_a_file_of_the_old_command_is_read(tmp_path: Path):
    (tmp_path / ".dotcloud").mkdir()
    old = {"application": "ramen", "version": "0.9.8", "push_protocol": "git", "push_branch": None}
    (tmp_path / ".dotcloud" / "config").write_text(json.dumps(old))
    found = config.find(tmp_path)
    assert found is not None
    assert found.application == "ramen"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"application": 3}', '{"application": "a", "endpoint": 1}', "\xff"])
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str):
    (tmp_path / ".dotcloud").mkdir()
    (tmp_path / ".dotcloud" / "config").write_text(text, encoding="latin1")
    with pytest.raises(BadConnection):
        config.find(tmp_path)


def test_removed(tmp_path: Path):
    assert not config.remove(tmp_path)
    config.write(Connection(tmp_path, "shop"))
    assert config.remove(tmp_path)
    assert not (tmp_path / ".dotcloud").exists()
