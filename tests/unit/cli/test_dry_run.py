"""push --dry-run: it tells what a push would do, and does nothing."""

from __future__ import annotations

import pytest

from dotcloud.client.config import Connection, find, write
from dotcloud.errors.client import NotFound, PlatformUnreachable

APP = "/applications/mysite"
CHANGES = {
    "missing": ["0" * 64],
    "missing_bytes": 2048,
    "added": ["new.py"],
    "changed": ["wsgi.py"],
    "removed": ["old.py"],
    "unchanged": False,
    "services": ["www", "worker"],
}


@pytest.fixture(autouse=True)
def files(project, monkeypatch):
    (project / "dotcloud.yml").write_text("www:\n  type: python\n")
    (project / "wsgi.py").write_text("")
    monkeypatch.setattr("dotcloud.client.hashing._cache_file", lambda root: project.parent / "hashes")


@pytest.fixture
def running(platform, connected):
    platform.answers = {f"GET {APP}/environments": [], f"POST {APP}/changes": CHANGES}
    return platform


def silent(platform, where):
    def refuse(*_, **__):
        raise PlatformUnreachable(where, "nobody listens")

    platform.get = platform.post = refuse


def test_a_new_folder_would_become_an_application(dotcloud, platform, project):
    platform.answers["GET /applications"] = [{"name": "another"}]
    ran = dotcloud("push", "--dry-run")
    assert ran.status == 0
    assert ran.lines[:2] == [
        "A push would take 2 files, 20 B to mysite.",
        "The application mysite would be created.",
    ]
    assert "[www] python: new" in ran.lines
    assert (platform.changes, find(project)) == ([], None)


def test_a_name_that_is_taken_is_refused_as_by_a_push(dotcloud, platform):
    platform.answers["GET /applications"] = [{"name": "mysite"}]
    ran = dotcloud("push", "--dry-run")
    assert ran.status == 1
    assert "dotcloud connect mysite" in ran.err


def test_an_application_that_is_not_there_is_refused_as_by_a_push(dotcloud, running):
    assert dotcloud("push", "--dry-run", "-A", "nope").status == 1


def test_it_tells_the_differences(dotcloud, running):
    lines = dotcloud("push", "--dry-run").lines
    assert "To send: 1 file, 2.0 K." in lines
    assert [line for line in lines if line.startswith("  ")] == ["  + new.py", "  ~ wsgi.py", "  - old.py"]
    assert "[www] python: built, and replaced without a pause" in lines
    assert "[worker] is not in dotcloud.yml any more: it goes on as it is" in lines


def test_of_an_unchanged_tree_nothing_would_be_replaced(dotcloud, running):
    running.answers[f"POST {APP}/changes"] = {**CHANGES, "unchanged": True}
    assert dotcloud("push", "--dry-run").lines[-1] == "Nothing has changed: nothing would be restarted."


def test_an_environment_begins_with_its_first_push(dotcloud, running):
    running.answers[f"POST {APP}/changes"] = NotFound(404, "The environment 'staging' does not exist.")
    lines = dotcloud("push", "--dry-run", "-e", "staging").lines
    assert lines[0] == "A push would take 2 files, 20 B to mysite (staging)."
    assert lines[-1] == "[www] python: new"


def test_many_folders_are_counted(dotcloud, platform, project):
    silent(platform, "this machine")
    for number in range(20):
        (project / f"d{number:02}").mkdir()
        (project / f"d{number:02}" / "file").write_text("")
    assert [line for line in dotcloud("push", "--dry-run").lines if line.startswith("  ")][-1] == "  + and 7 more"


def test_it_says_that_vendor_would_stop_it(dotcloud, running, connected):
    (connected / "vendor" / "acme").mkdir(parents=True)
    (connected / "vendor" / "acme" / "README").write_text("")
    lines = dotcloud("push", "--dry-run").lines
    assert lines[lines.index("It would be refused:") + 1].startswith("vendor: vendor/acme: No package in it")


class TestWithoutAPlatform:
    def test_of_a_new_folder_nothing_is_missing(self, dotcloud, platform):
        silent(platform, "this machine")
        ran = dotcloud("push", "--dry-run")
        assert (ran.status, ran.err) == (0, "")

    def test_of_a_connected_one_it_says_what_it_does_not_know(self, dotcloud, platform, connected):
        silent(platform, "this machine")
        ran = dotcloud("push", "--dry-run")
        assert ran.status == 0
        assert "What is live is not known" in ran.err

    def test_one_elsewhere_has_to_answer(self, dotcloud, platform, project):
        write(Connection(project, "mysite", endpoint="ssh://joe@box"))
        silent(platform, "ssh://joe@box")
        ran = dotcloud("push", "--dry-run")
        assert ran.status == 1
        assert "ssh://joe@box does not answer" in ran.err
