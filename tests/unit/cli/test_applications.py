"""create, connect, disconnect, app, list, destroy, environments."""

from __future__ import annotations

import json

import pytest

from dotcloud.cli.connection import name_from
from dotcloud.client.config import Connection, find, write
from dotcloud.errors.client import Conflict, NotFound


def test_create_connects_the_folder(dotcloud, platform, project):
    ran = dotcloud("create", "shop", "--endpoint", "ssh://joe@box", "-e", "staging", "-y")
    assert ran.status == 0
    assert platform.bodies["POST /applications"] == {"name": "shop"}
    assert (find(project).application, find(project).endpoint, find(project).environment) == (
        "shop",
        "ssh://joe@box",
        "staging",
    )


def test_create_leaves_the_connection_of_another_application(dotcloud, platform, connected):
    assert dotcloud("create", "shop").status == 0
    assert find(connected).application == "mysite"


def test_create_says_what_is_taken(dotcloud, platform, project):
    platform.answers["POST /applications"] = Conflict(409, "Application shop exists already.")
    ran = dotcloud("create", "shop")
    assert ran.status == 1
    assert "exists already" in ran.err
    assert find(project) is None


def test_connect_wants_an_application_that_is_there(dotcloud, platform, project):
    assert dotcloud("connect", "shop").status == 1
    assert find(project) is None
    platform.answers["GET /applications/shop/environments"] = []
    assert dotcloud("connect", "shop").status == 0
    assert find(project).application == "shop"


def test_disconnect_from_a_folder_below(dotcloud, connected, monkeypatch):
    (connected / "deep").mkdir()
    monkeypatch.chdir(connected / "deep")
    assert dotcloud("disconnect").status == 0
    assert find(connected) is None
    assert dotcloud("disconnect").status == 0


def test_app_prints_the_name_alone(dotcloud, connected):
    assert dotcloud("app").out == "mysite\n"
    assert json.loads(dotcloud("app", "--json").out)["environment"] == "default"


def test_app_without_a_connection(dotcloud):
    assert dotcloud("app").status == 1


def test_list_marks_the_connected_one(dotcloud, platform, connected):
    platform.answers["GET /applications"] = [
        {"name": "mysite", "environments": ["default", "staging"]},
        {"name": "blog", "environments": []},
    ]
    assert dotcloud("list").lines == ["  blog", "* mysite  default, staging"]


def test_an_empty_list_is_an_empty_list(dotcloud, platform):
    platform.answers["GET /applications"] = []
    assert dotcloud("list", "--json").out == "[]\n"
    assert "dotcloud push" in dotcloud("list").err


def test_environments(dotcloud, platform, connected):
    platform.answers["GET /applications/mysite/environments"] = [
        {"name": "default", "revision": "push-1", "created_at": "2025-01-02T03:04:05.000000Z"},
        {"name": "staging", "revision": None, "created_at": "2025-01-02T03:04:05.000000Z"},
    ]
    lines = dotcloud("environments").lines
    assert lines[0].split() == ["*", "default", "push-1", "2025-01-02", "03:04:05"]
    assert "nothing deployed" in lines[1]


class TestDestroy:
    @pytest.fixture(autouse=True)
    def running(self, platform, connected):
        platform.answers = {
            "GET /applications/mysite/environments": [{"name": "default"}],
            "GET /applications/mysite/services": [{"name": "db", "service_type": "postgresql"}],
            "GET /applications/mysite/services/db": {"name": "db", "service_type": "postgresql"},
        }

    def test_nothing_without_an_answer(self, dotcloud, platform):
        ran = dotcloud("destroy")
        assert ran.status == 1
        assert "--yes" in ran.err
        assert platform.changes == []

    def test_an_application_says_what_data_goes(self, dotcloud, platform, connected):
        ran = dotcloud("destroy", "-y")
        assert ran.status == 0
        assert "mysite.db (postgresql) and everything in it will be lost" in ran.err
        assert platform.queries["DELETE /applications/mysite"] == {}
        assert find(connected) is None

    def test_an_environment_leaves_the_others(self, dotcloud, platform, connected):
        assert dotcloud("-e", "staging", "destroy", "-y").status == 0
        assert platform.queries["DELETE /applications/mysite"] == {"environment": "staging"}
        assert find(connected).application == "mysite"

    def test_the_environment_of_the_folder_leaves_the_others(self, dotcloud, platform, connected):
        write(Connection(connected, "mysite", "staging"))
        assert dotcloud("destroy", "-y").status == 0
        assert platform.queries["DELETE /applications/mysite"] == {"environment": "staging"}

    def test_a_service_says_what_data_goes(self, dotcloud, platform):
        ran = dotcloud("destroy", "db", "-y")
        assert ran.status == 0
        assert "mysite.db (postgresql) and everything in it will be lost" in ran.err
        assert platform.changes == ["DELETE /applications/mysite/services/db"]

    def test_a_service_that_is_not_there(self, dotcloud, platform):
        platform.answers["GET /applications/mysite/services/nope"] = NotFound(404, "There is no service nope.")
        assert dotcloud("destroy", "nope", "-y").status == 1
        assert platform.changes == []


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("mysite", "mysite"),
        ("My Site 2", "my-site-2"),
        ("2013-shop", "shop"),
        ("--x--", "x"),
        ("42", "site"),
        ("Größe", "gr-e"),
        ("a" * 50, "a" * 32),
        ("snake_case", "snake_case"),
    ],
)
def test_a_folder_gives_a_valid_name(tmp_path, folder, name):
    assert name_from(tmp_path / folder) == name


class TestCheck:
    @pytest.fixture(autouse=True)
    def running(self, platform, connected):
        (connected / "dotcloud.yml").write_text("www:\n  type: python\n")
        platform.answers = {"GET ": {"username": "joe"}, "GET /applications/mysite/environments": []}

    def test_all_is_well(self, dotcloud):
        ran = dotcloud("check", "-e", "staging")
        assert ran.status == 0
        assert "ok: application: mysite (staging)" in ran.lines

    def test_of_another_application(self, dotcloud):
        ran = dotcloud("check", "-A", "nope")
        assert ran.status == 1
        assert ran.lines[1].startswith("error: application: /applications/nope")
