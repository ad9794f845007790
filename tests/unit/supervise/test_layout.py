"""Where the platform keeps what."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.client import local
from dotcloud.platform.layout import Home


def test_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOTCLOUD_HOME", "/srv/cloud")
    assert Home.default().root == Path("/srv/cloud")


def test_home_is_in_the_users_data_folder_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOTCLOUD_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/home/me/data")
    assert Home.default().root.name == "dotcloud"


def test_environments_services_and_instances_have_folders_of_their_own() -> None:
    environment = Home(Path("/h")).environment("mysite", "staging")
    assert environment.root == Path("/h/applications/mysite/staging")
    assert environment.deployment_log("abc") == Path("/h/applications/mysite/staging/deployments/abc.jsonl")
    release = environment.service("www").instance(1).release("abc")
    assert release.root == Path("/h/applications/mysite/staging/services/www/instances/1/releases/abc")
    assert release.instance == Path("/h/applications/mysite/staging/services/www/instances/1")
    assert release.environment_json == release.root / "environment.json"


def test_a_home_that_is_named_with_dots_has_a_path_without(monkeypatch, tmp_path):
    (tmp_path / "site").mkdir()
    monkeypatch.setenv("DOTCLOUD_HOME", f"{tmp_path}/site/../cloud")
    assert Home.default().root == local.home() == tmp_path.resolve() / "cloud"
    monkeypatch.delenv("DOTCLOUD_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", f"{tmp_path}/site/../data")
    assert Home.default().root == local.home() == tmp_path.resolve() / "data" / "dotcloud"
