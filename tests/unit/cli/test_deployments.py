"""push, deploy, dlogs, dlist, revisions, and what env and scale deploy."""

from __future__ import annotations

import json
from signal import SIGHUP, SIGTERM

import pytest

from dotcloud.client.config import find
from dotcloud.client.upload import Revision
from dotcloud.errors.client import Conflict, StreamLost
from dotcloud.stopping import Stopped

APP = "/applications/mysite"
LOG = f"{APP}/deployments/abc/logs"
TIME = "2025-01-02T03:04:05.000000Z"


@pytest.fixture
def running(platform, connected):
    """An application that is live, and will be deployed as ``abc`` with success."""
    platform.answers = {
        f"POST {APP}/deployments": {"deploy_id": "abc", "revision": "push-2", "unchanged": False},
        f"GET {APP}/services": [{"name": "www", "domains": [{"domain": "127.0.0.1:8000"}]}, {"name": "db"}],
        f"GET {APP}/revision": {"revision": "push-1"},
    }
    succeeds(platform)
    return platform


def entry(message, **more):
    return {"created_at": TIME, "message": message, **more}


def succeeds(platform):
    platform.logs[LOG] = [
        {"deploy_id": "abc", "application": "mysite"},
        entry("building", service="www", step="build"),
        entry("vendored: acme 1.0", service="www", step="build", seconds=0.12),
        entry("databases ready", service="www", instance=0),
        entry("done", status="deploy_end"),
    ]


def fails(platform):
    platform.logs[LOG] = [
        {"deploy_id": "abc"},
        entry("SyntaxError: invalid syntax", service="www", instance=0, level="ERROR"),
        entry("www does not start", status="deploy_fail", level="ERROR"),
    ]


class TestDeploy:
    def test_shows_each_step_and_the_address(self, dotcloud, running):
        ran = dotcloud("deploy", "push-2")
        assert ran.status == 0
        assert ran.lines[:-1] == [
            "==> Deploying revision push-2 of mysite",
            "[www] vendored: acme 1.0 (0.1 s)",
            "[www.0] databases ready",
        ]
        assert ran.lines[-1].startswith("==> mysite is live at http://127.0.0.1:8000  (")

    def test_asks_for_what_was_named(self, dotcloud, running):
        dotcloud("deploy", "previous", "--clean", "-e", "staging")
        assert running.bodies[f"POST {APP}/deployments"] == {"revision": "previous", "clean": True}
        assert running.queries[f"FOLLOW {LOG}"] == {"environment": "staging"}

    def test_a_failure_exits_2_and_tells_what_serves(self, dotcloud, running):
        fails(running)
        ran = dotcloud("deploy")
        assert ran.status == 2
        assert "SyntaxError" in ran.out
        assert "The deployment failed: www does not start" in ran.err
        assert "Revision push-1 serves as before." in ran.err
        assert "dotcloud dlogs abc" in ran.err

    def test_a_first_failure_says_that_nothing_is_live(self, dotcloud, running):
        fails(running)
        del running.answers[f"GET {APP}/revision"]
        assert "Nothing is live yet." in dotcloud("deploy").err

    def test_nothing_to_do_is_said(self, dotcloud, running):
        running.answers[f"POST {APP}/deployments"] = {"deploy_id": "old", "revision": "push-1", "unchanged": True}
        ran = dotcloud("deploy")
        assert ran.status == 0
        assert "Nothing has changed: mysite is live at" in ran.out
        assert f"FOLLOW {LOG}" not in running.asked

    @pytest.mark.parametrize(
        ("stop", "status"), [(KeyboardInterrupt(), 130), (Stopped(SIGTERM), 143), (Stopped(SIGHUP), 129)]
    )
    def test_who_stops_watching_is_told_how_to_go_on(self, dotcloud, running, stop, status):
        running.logs[LOG] = [entry("building", service="www"), stop]
        ran = dotcloud("deploy", "-e", "staging")
        assert ran.status == status
        assert "The deployment goes on. Follow it again: dotcloud dlogs abc -e staging" in ran.err

    def test_a_lost_log_names_the_deployment(self, dotcloud, running):
        running.logs[LOG] = [StreamLost(LOG)]
        ran = dotcloud("deploy")
        assert ran.status == 1
        assert "Fix: dotcloud dlogs abc" in ran.err

    def test_json_is_one_object_alone_on_stdout(self, dotcloud, running):
        ran = dotcloud("deploy", "--json")
        told = json.loads(ran.out)
        assert (told["state"], told["deploy_id"]) == ("succeeded", "abc")
        assert told["urls"] == {"www": ["http://127.0.0.1:8000"]}
        assert "vendored" in ran.err

    def test_json_of_a_failure(self, dotcloud, running):
        fails(running)
        ran = dotcloud("deploy", "--json")
        assert ran.status == 2
        assert json.loads(ran.out)["reason"] == "www does not start"


class TestPush:
    @pytest.fixture(autouse=True)
    def uploads(self, monkeypatch, project):
        (project / "dotcloud.yml").write_text("www:\n  type: python\n")
        (project / "wsgi.py").write_text("")
        monkeypatch.setattr(
            "dotcloud.client.hashing._cache_file", lambda root: project.parent / "hashes", raising=False
        )
        sent = []

        def upload(client, application, environment, files, message, progress):
            sent.append((application, environment, [file.path for file in files], message))
            return Revision("push-2", "tree", False)

        monkeypatch.setattr("dotcloud.client.upload.upload", upload)
        return sent

    def test_sends_and_deploys(self, dotcloud, running, uploads):
        ran = dotcloud("push", "-m", "two")
        assert ran.status == 0, ran.err
        assert ran.lines[0] == "==> Pushing 2 files from . to mysite"
        assert uploads == [("mysite", "default", ["dotcloud.yml", "wsgi.py"], "two")]
        assert running.bodies[f"POST {APP}/deployments"]["revision"] == "push-2"

    def test_creates_the_application_of_a_new_folder(self, dotcloud, running, connected, uploads):
        (connected / ".dotcloud" / "config").unlink()
        ran = dotcloud("push")
        assert ran.status == 0
        assert ran.lines[0] == "==> Created the application mysite, and connected this folder with it"
        assert running.bodies["POST /applications"] == {"name": "mysite"}
        assert find(connected).application == "mysite"

    def test_of_files_that_cannot_be_sent_no_application_is_made(self, dotcloud, platform, project):
        (project / "caf\udce9").write_text("")
        ran = dotcloud("push")
        assert ran.status == 1
        assert "not UTF-8" in ran.err
        assert (platform.changes, find(project)) == ([], None)

    def test_takes_no_application_of_the_same_name(self, dotcloud, platform, project, uploads):
        platform.answers["POST /applications"] = Conflict(409, "taken")
        ran = dotcloud("push")
        assert ran.status == 1
        assert "dotcloud connect mysite" in ran.err
        assert uploads == []

    def test_from_a_folder_below(self, dotcloud, running, connected, monkeypatch):
        (connected / "deep").mkdir()
        monkeypatch.chdir(connected / "deep")
        assert "from .. to mysite" in dotcloud("push").lines[0]

    def test_without_a_build_file(self, dotcloud, platform, connected):
        (connected / "dotcloud.yml").unlink()
        ran = dotcloud("push")
        assert ran.status == 1
        assert "There is no dotcloud.yml" in ran.err
        assert platform.asked == []

    def test_a_bad_build_file_stops_before_anything(self, dotcloud, platform, connected):
        (connected / "dotcloud.yml").write_text("www:\n  type: pyhton\n")
        ran = dotcloud("push")
        assert ran.status == 1
        assert 'did you mean "python"' in ran.err
        assert platform.asked == []

    def test_an_error_in_vendor_stops_even_with_force(self, dotcloud, platform, connected):
        (connected / "vendor" / "acme").mkdir(parents=True)
        (connected / "vendor" / "acme" / "README").write_text("")
        ran = dotcloud("push", "--force")
        assert ran.status == 1
        assert "vendor/acme: No package in it" in ran.err
        assert platform.asked == []

    def test_a_warning_in_vendor_stops_without_force(self, dotcloud, running, connected):
        (connected / "vendor" / "acme").mkdir(parents=True)
        ran = dotcloud("push")
        assert ran.status == 1
        assert "dotcloud push --force" in ran.err
        assert ran.err.count("vendor/acme:") == 1
        assert running.asked == []
        assert dotcloud("push", "--force").status == 0


class TestDlogs:
    def test_follows_to_the_end_with_times(self, dotcloud, running):
        ran = dotcloud("dlogs", "abc")
        assert ran.status == 0
        assert ran.lines[0] == "03:04:05 [www] vendored: acme 1.0 (0.1 s)"
        assert ran.lines[-1] == "03:04:05 --> done"

    def test_a_failed_deployment_exits_2(self, dotcloud, running):
        fails(running)
        assert dotcloud("dlogs", "abc").status == 2

    def test_of_one_service(self, dotcloud, running):
        assert dotcloud("dlogs", "abc", "www.0").lines == ["03:04:05 [www.0] databases ready"]

    def test_of_a_service_that_is_not_in_it(self, dotcloud, running):
        ran = dotcloud("dlogs", "abc", "www.1")
        assert (ran.status, ran.out) == (0, "")
        assert "Nothing in this log is about www.1." in ran.err

    def test_as_json_lines(self, dotcloud, running):
        lines = dotcloud("dlogs", "abc", "--json").lines
        assert [json.loads(line)["message"] for line in lines][-1] == "done"

    def test_only_the_last_lines(self, dotcloud, running):
        dotcloud("dlogs", "abc", "-n", "5")
        assert running.queries[f"STREAM {LOG}"]["lines"] == 5


def test_dlist_has_the_newest_last(dotcloud, platform, connected):
    platform.answers[f"GET {APP}/deployments"] = [
        {"created_at": TIME, "revision": "push-1", "deploy_id": "abc", "state": "succeeded", "live": True},
        {"created_at": TIME, "revision": "push-2", "deploy_id": "abd", "state": "failed"},
    ]
    ran = dotcloud("dlist")
    assert ran.lines[1].split() == ["2025-01-02", "03:04:05", "push-1", "abc", "succeeded,", "live"]
    assert ran.lines[2].endswith("failed")
    assert "dotcloud dlogs latest" in ran.err


def test_revisions_mark_the_live_one(dotcloud, platform, connected):
    platform.answers[f"GET {APP}/revisions"] = [
        {"revision": "push-1", "created_at": TIME, "message": "first\nmore", "live": True},
        {"revision": "push-2", "created_at": TIME, "message": "", "live": False},
    ]
    lines = dotcloud("revisions").lines
    assert lines[0].split() == ["*", "push-1", "2025-01-02", "03:04:05", "first"]
    assert lines[1].startswith("  push-2")


class TestEnv:
    def test_alone_lists(self, dotcloud, platform, connected):
        platform.answers[f"GET {APP}/environment"] = {"B": "2", "A": "x=y"}
        assert dotcloud("env").lines == ["A=x=y", "B=2"]

    def test_set_deploys_and_repeats_no_value(self, dotcloud, running):
        ran = dotcloud("env", "set", "KEY=a=secret", "EMPTY=")
        assert ran.status == 0
        assert running.bodies[f"PATCH {APP}/environment"] == {"KEY": "a=secret", "EMPTY": ""}
        assert "secret" not in ran.out + ran.err
        assert "is live at" in ran.out

    def test_unset_tells_what_was_not_set(self, dotcloud, running):
        running.answers[f"GET {APP}/environment"] = {"KEY": "x"}
        ran = dotcloud("env", "unset", "KEY", "KYE")
        assert running.bodies[f"PATCH {APP}/environment"] == {"KEY": None, "KYE": None}
        assert "KYE is not set" in ran.err
        assert "KEY is not set" not in ran.err

    def test_a_failed_deployment_exits_2(self, dotcloud, running):
        fails(running)
        ran = dotcloud("env", "set", "A=1")
        assert ran.status == 2
        assert "serves as before. The variables stay changed, for the next deployment." in ran.err

    def test_before_the_first_push_it_is_kept(self, dotcloud, running):
        del running.answers[f"GET {APP}/revision"]
        ran = dotcloud("env", "set", "A=1")
        assert ran.status == 0
        assert "the next push puts it in force" in ran.err
        assert running.changes == [f"PATCH {APP}/environment"]

    @pytest.mark.parametrize("pair", ["KEY", "=value", "1A=x", "A-B=x"])
    def test_a_bad_pair_changes_nothing(self, dotcloud, platform, connected, pair):
        assert dotcloud("env", "set", "GOOD=1", pair).status == 1
        assert platform.asked == []
