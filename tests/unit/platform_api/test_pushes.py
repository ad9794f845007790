"""Uploads, revisions, deployments."""

from __future__ import annotations

import io
import shutil
from types import SimpleNamespace

import pytest
from django.conf import settings

from dotcloud.buildfile import parse
from dotcloud.platform.api import deployments, uploads
from dotcloud.platform.deploy import sweep
from dotcloud.platform.deploy.pipeline import Deployer
from dotcloud.platform.models import Deployment, Event, Revision, Service, State
from dotcloud.platform.store import Manifest

from .conftest import BUILD_FILE, listed, log_of, pack, sha, status

FILES = {"dotcloud.yml": BUILD_FILE, "app.py": "x"}


def send(api, body):
    return api.client.generic("POST", "/v1/me/blobs", data=body)


def test_only_what_is_missing_is_asked_for(api, mysite):
    send(api, pack(BUILD_FILE))
    assert api("POST", f"{mysite}/uploads", {"files": listed(FILES)}) == {"missing": [sha("x")]}


def test_a_pack_is_taken(api):
    assert send(api, pack("one", "", "two")).json() == {"object": {"received": 3}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (pack("one")[:-1], "broke off"),
        (b"short", "broke off"),
        (pack("one")[:40] + b"eno", "SHA-256"),
        (pack("one")[:32] + b"\xff" * 8, "larger than"),
    ],
)
def test_a_pack_that_is_wrong_is_refused(api, body, reason):
    answer = send(api, body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]["description"]


def test_a_body_in_chunks_is_read():
    from django.test import RequestFactory

    request = RequestFactory().post("/v1/me/blobs")
    request.META |= {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(b"chunks")}
    assert uploads._body(request).read() == b"chunks"


def test_a_revision_needs_everything(api, mysite):
    send(api, pack(BUILD_FILE))
    assert "app.py" in api.refused("POST", f"{mysite}/revisions", {"files": listed(FILES)})
    assert not Revision.objects.exists()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "a\\b", "a\0"])
def test_a_list_that_leaves_its_folder_is_refused(api, mysite, path):
    files = [*listed(FILES), {"path": path, "kind": "file", "size": 1, "sha256": sha("x")}]
    assert api.refused("POST", f"{mysite}/revisions", {"files": files})
    assert api.refused("POST", f"{mysite}/uploads", {"files": files})


@pytest.mark.parametrize(
    ("text", "reason"), [("www:\n  type: pyhton\n", "pyhton"), ("", "names no service"), ("\udc80", "UTF-8")]
)
def test_a_bad_build_file_is_refused_at_the_door(api, mysite, text, reason):
    import hashlib

    content = text.encode(errors="surrogateescape")
    digest = hashlib.sha256(content)
    send(api, digest.digest() + len(content).to_bytes(8, "big") + content)
    files = [{"path": "dotcloud.yml", "kind": "file", "size": len(content), "sha256": digest.hexdigest()}]
    assert reason in api.refused("POST", f"{mysite}/revisions", {"files": files})


def test_a_tree_without_build_file_is_refused(api, mysite):
    send(api, pack("x"))
    assert "no dotcloud.yml" in api.refused("POST", f"{mysite}/revisions", {"files": listed({"app.py": "x"})})


def test_the_same_tree_is_the_same_revision(api, mysite, pushed):
    first = pushed()
    again = api("POST", f"{mysite}/revisions", {"files": listed(FILES)})
    assert again == {"revision": first, "tree": again["tree"], "unchanged": True}
    assert pushed("y") != first


def test_a_push_creates_its_environment(api, mysite, pushed):
    pushed(environment="staging")
    assert [each["name"] for each in api("GET", f"{mysite}/environments")] == ["default", "staging"]
    assert len(api("GET", f"{mysite}/revisions?environment=staging")) == 1
    assert api("GET", f"{mysite}/revisions") == []


def test_a_deployment_is_a_process_of_its_own(api, mysite, pushed, box, home):
    revision = pushed()
    made = api("POST", f"{mysite}/deployments", {"revision": revision, "clean": False})
    assert box.started == [["dotcloud.platform", "deploy", made["deploy_id"]]]
    assert made["unchanged"] is False
    row = Deployment.objects.get()
    assert row.process_started
    assert log_of(row).stat().st_mode & 0o777 == 0o600


def test_what_is_live_already_starts_nothing(api, mysite, live, box):
    row = live()
    started = len(box.started)
    answer = api("POST", f"{mysite}/deployments", {"revision": row.revision.name})
    assert answer == {"deploy_id": row.deploy_id, "revision": row.revision.name, "unchanged": True}
    assert len(box.started) == started


@pytest.mark.parametrize("body", [{"clean": True}, {"force": True}])
def test_clean_and_force_deploy_it_again(api, mysite, live, body):
    live()
    assert api("POST", f"{mysite}/deployments", body)["unchanged"] is False


def test_a_changed_variable_is_a_change(api, mysite, live):
    live()
    api("PATCH", f"{mysite}/environment", {"A": "1"})
    assert api("POST", f"{mysite}/deployments", {"revision": None})["unchanged"] is False


def test_so_is_a_scale(api, mysite, live):
    live()
    api("PATCH", f"{mysite}/services/www", {"instance_count": 2})
    assert api("POST", f"{mysite}/deployments", {})["unchanged"] is False


def test_so_is_a_process_that_is_down(api, mysite, live, box):
    row = live()
    group = f"mysite.default.www.0@{row.deploy_id}"
    box.states[group] = [status("web", group, "down")]
    assert api("POST", f"{mysite}/deployments", {})["unchanged"] is False


def test_so_is_a_service_that_was_destroyed(api, mysite, live):
    live()
    api("DELETE", f"{mysite}/services/db")
    assert api("POST", f"{mysite}/deployments", {})["unchanged"] is False


def test_a_deployment_under_way_is_waited_for(api, mysite, live, pushed):
    row = live("a")
    api("POST", f"{mysite}/deployments", {"revision": pushed("b")})
    assert api("POST", f"{mysite}/deployments", {"revision": row.revision.name})["unchanged"] is False


def test_null_is_what_is_live(api, mysite, live, pushed):
    row = live("a")
    pushed("b")
    assert api("POST", f"{mysite}/deployments", {"revision": None})["revision"] == row.revision.name


def test_latest_is_what_was_pushed_last(api, mysite, live, pushed):
    live("a")
    assert api("POST", f"{mysite}/deployments", {"revision": pushed("b")})["revision"] == pushed("b")


def test_previous_is_what_was_live_before(api, mysite, live):
    first = live("a")
    live("b")
    assert api("POST", f"{mysite}/deployments", {"revision": "previous"})["revision"] == first.revision.name


def test_the_previous_one_is_kept_however_many_come_after_it(api, mysite, live, pushed, box):
    first = live("a")
    for _ in range(3):
        row = live("b")  # a variable, a scale
    for text in "cdefg":
        pushed(text)  # and never came up
    sweep.collect_garbage(settings.HOME, row.environment, box.supervisor(settings.HOME))
    assert api("POST", f"{mysite}/deployments", {"revision": "previous"})["revision"] == first.revision.name


def test_a_service_taken_out_of_the_file_stays_unless_it_never_was_live(live, box):
    row = Deployment.objects.get(pk=live("a").pk)
    for name, kind in (("api", "python"), ("cache", "redis")):
        Service.objects.create(environment=row.environment, name=name, type=kind, http_port=8009)
    log = SimpleNamespace(say=lambda *_: None)
    deployer = Deployer(settings.HOME, row, log, {}, box.supervisor(settings.HOME), tools=None)
    deployer._create_services(parse("jobs: {type: python-worker}"))
    assert set(deployer.rows) == {"www", "db", "cache", "jobs"}
    assert set(Service.objects.values_list("name", flat=True)) == {"www", "db", "cache", "jobs"}
    assert box.removed == ["socket mysite.default.api"]


def test_a_deployment_that_waited_knows_what_went_live_meanwhile(api, mysite, live):
    live("a")
    waits = api("POST", f"{mysite}/deployments", {"force": True})["deploy_id"]
    waiting = Deployment.objects.select_related("environment__live").get(deploy_id=waits)
    meanwhile = live("b")
    waiting.begin()
    assert sweep.live_ids(waiting.environment) == {"www": {meanwhile.deploy_id}}


def test_old_deployments_go_with_their_logs_and_what_is_live_or_could_be_stays(live, box, monkeypatch):
    monkeypatch.setattr(sweep, "DEPLOYMENTS_KEPT", 2)
    first, *between, serving = [live("a"), live("b"), live("b"), live("b")]
    failed = [Deployment.objects.create(environment=first.environment, revision=first.revision) for _ in range(3)]
    Deployment.objects.filter(pk__in=[row.pk for row in failed]).update(state=State.FAILED)
    sweep.collect_garbage(settings.HOME, first.environment, box.supervisor(settings.HOME))
    kept = {first, serving, *failed[1:]}
    assert set(Deployment.objects.all()) == kept
    assert [log_of(row).exists() for row in (first, *between, serving)] == [True, False, False, True]
    assert first.environment.previous() == first


def test_a_revision_that_is_being_removed_is_not_deployed(api, mysite, live, box, monkeypatch):
    rows, answers = [live(text) for text in "abcdefg"], []

    def rmtree(path, ignore_errors):
        answers.append(api.refused("POST", f"{mysite}/deployments", {"revision": path.name}))

    monkeypatch.setattr(sweep.shutil, "rmtree", rmtree)
    sweep.collect_garbage(settings.HOME, rows[0].environment, box.supervisor(settings.HOME))
    assert len(answers) == 2
    assert "no longer kept" in answers[0]


def test_a_revision_that_was_removed_since_it_was_chosen_is_not_deployed(api, mysite, live, box, monkeypatch):
    rows = [live(text) for text in "abcdefg"]

    def settle_all(scope):
        sweep.collect_garbage(settings.HOME, scope, box.supervisor(settings.HOME))
        return True

    monkeypatch.setattr(deployments, "settle_all", settle_all)
    answer = api.refused("POST", f"{mysite}/deployments", {"revision": rows[0].revision.name})
    assert "no longer kept" in answer


def test_lists_that_are_removed_meanwhile_are_left_out(live, monkeypatch):
    rows, read = [live(text) for text in "abc"], Manifest.read

    def removing(path):
        shutil.rmtree(path.parent)
        return read(path) if path.parent.name == rows[0].revision.name else Manifest(())

    monkeypatch.setattr(Manifest, "read", removing)
    assert len(list(sweep._manifests(settings.HOME))) == 2


def test_a_revision_is_forgotten_with_its_last_deployment(live, box, monkeypatch):
    monkeypatch.setattr(sweep, "DEPLOYMENTS_KEPT", 1)
    rows = [live(text) for text in "abcdefgh"]
    sweep.collect_garbage(settings.HOME, rows[0].environment, box.supervisor(settings.HOME))
    assert list(Revision.objects.order_by("pk")) == [row.revision for row in rows[3:]]


def test_the_oldest_events_go(live, box, monkeypatch):
    monkeypatch.setattr(sweep, "EVENTS_KEPT", 2)
    row, *_ = [live(text) for text in "abcd"]
    newest = list(Event.objects.order_by("-pk")[:2])
    sweep.collect_garbage(settings.HOME, row.environment, box.supervisor(settings.HOME))
    assert list(Event.objects.order_by("-pk")) == newest


def test_without_one_before_there_is_no_previous(api, mysite, live):
    live("a")
    assert "no previous revision" in api.refused("POST", f"{mysite}/deployments", {"revision": "previous"})


def test_nothing_pushed_is_nothing_to_deploy(api, mysite):
    assert "dotcloud push" in api.refused("POST", f"{mysite}/deployments", {})


def test_an_unknown_revision_is_not_found(api, mysite, pushed):
    name = pushed()
    assert name in api.refused("POST", f"{mysite}/deployments", {"revision": name[:-1]}, 404)
    assert name in api.refused("POST", f"{mysite}/deployments", {"revision": "\ud800"}, 404)


def test_a_revision_whose_files_are_gone_cannot_be_deployed(api, mysite, live, pushed):
    row = live("a")
    live("b")
    Revision.objects.filter(pk=row.revision_id).update(removed_at=row.created_at)
    assert "no longer kept" in api.refused("POST", f"{mysite}/deployments", {"revision": row.revision.name})
    assert [each["revision"] for each in api("GET", f"{mysite}/revisions")] != [row.revision.name]


def test_a_dead_deployment_is_marked_when_it_is_looked_at(api, mysite, pushed, box):
    box.alive = False
    api("POST", f"{mysite}/deployments", {"revision": pushed()})
    (shown,) = api("GET", f"{mysite}/deployments")
    assert shown["state"] == State.FAILED
    assert "process ended" in shown["reason"]


def test_what_a_push_would_do_is_told(api, mysite, live):
    live()
    files = FILES | {"app.py": "changed", "new.py": "new"}
    told = api("POST", f"{mysite}/changes", {"files": listed(files)})
    assert told["added"] == ["new.py"]
    assert told["changed"] == ["app.py"]
    assert told["removed"] == []
    assert told["missing"] == [sha("changed"), sha("new")]
    assert told["missing_bytes"] == 10
    assert told["unchanged"] is False
    assert api("POST", f"{mysite}/changes", {"files": listed(FILES)})["unchanged"] is True


def test_the_live_revision_is_told(api, mysite, live):
    assert api.refused("GET", f"{mysite}/revision", expect=404)
    row = live()
    assert api("GET", f"{mysite}/revision") == {"revision": row.revision.name, "deploy_id": row.deploy_id}
