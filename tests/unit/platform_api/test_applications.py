"""Applications, environments, and the form of every answer."""

from __future__ import annotations

import pytest

from dotcloud.platform.api import destroy, peer
from dotcloud.platform.models import Application, Environment, Service


def test_a_new_application_has_an_environment(api, mysite):
    assert [each["name"] for each in api("GET", "/me/applications")] == ["mysite"]
    assert [each["name"] for each in api("GET", f"{mysite}/environments")] == ["default"]


def test_an_application_is_shown(api, mysite, live):
    row = live()
    shown = api("GET", mysite)
    assert shown["billing"] == {"free": True}
    assert shown["revision"] == row.revision.name
    assert [each["name"] for each in shown["services"]] == ["db", "www"]


def test_a_name_is_taken_once(api, mysite):
    assert "already exists" in api.refused("POST", "/me/applications", {"name": "mysite"}, 409)


@pytest.mark.parametrize("name", ["", "Shop", "a" * 33, "../x", "1a", "a.b", "a\n", "-a", "é"])
def test_names_that_could_leave_their_folder_are_refused(api, name):
    assert "cannot be the name of an application" in api.refused("POST", "/me/applications", {"name": name})


@pytest.mark.parametrize("name", ["", "Staging", "a" * 17, "..", "a_b", "a%0a"])
def test_so_are_names_of_environments(api, mysite, name):
    assert "environment" in api.refused("GET", f"{mysite}?environment={name}")


def test_an_unknown_application_is_told_with_the_one_that_may_be_meant(api, mysite):
    text = api.refused("GET", "/me/applications/mysit", expect=404)
    assert "'mysit' does not exist" in text
    assert "Did you mean 'mysite'?" in text


def test_an_error_has_parts_for_a_program(api, mysite):
    error = api("GET", "/me/applications/other", expect=404).json()["error"]
    assert error.keys() == {"description", "what", "meaning", "fix", "details"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PUT", "/me"), ("GET", "/me/private_keys")])
def test_an_unknown_path_is_an_error_with_an_envelope(api, method, path):
    assert "does not know" in api.refused(method, path, expect=404)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"nam": 1}', b"\xff"])
def test_a_body_that_is_not_understood_is_a_refusal(api, body):
    answer = api.client.generic("POST", "/v1/me/applications", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]["description"]


def test_a_mistake_is_told_without_its_text(api, mysite, monkeypatch, caplog):
    monkeypatch.setattr("dotcloud.platform.api.applications.summary", None)
    monkeypatch.setattr("dotcloud.platform.api.applications.date", lambda _: 1 / 0)
    text = api.refused("GET", mysite, expect=500)
    assert "ZeroDivisionError" not in text
    assert "ZeroDivisionError" in caplog.text


def test_another_user_is_turned_away(api, monkeypatch):
    monkeypatch.setattr(peer, "user_of", lambda _: 12345)
    assert "another user" in api.refused("GET", "/me", expect=403)


def test_whoever_asks_is_told_who_that_is(api, home):
    assert api("GET", "/me")["home"] == str(home.root)


def test_the_platform_tells_how_it_is(api, mysite):
    assert api("GET", "/me/status")["applications"] == 1


def test_an_environment_can_be_made_and_destroyed(api, mysite, box, home):
    api("POST", f"{mysite}/environments", {"name": "staging"})
    api("DELETE", f"{mysite}?environment=staging")
    assert [each["name"] for each in api("GET", f"{mysite}/environments")] == ["default"]
    assert box.started == [["dotcloud.platform.api.destroy"]]


def test_a_name_that_is_on_its_way_out_cannot_be_taken(api, mysite):
    api("DELETE", mysite)
    api.refused("GET", mysite, expect=404)
    assert "being destroyed" in api.refused("POST", "/me/applications", {"name": "mysite"}, 409)


def test_destroying_ends_processes_and_removes_everything(api, mysite, live, box, home):
    live()
    box.groups = ["mysite.default.www.0@abc", "mysite.default.www2.0@abc", "mysite2.default.www.0@abc"]
    home.cache("mysite").mkdir(parents=True)
    for mark in ("used", "lock"):
        home.cache(f"mysite.{mark}").touch()
    api("DELETE", mysite)
    destroy.main()
    assert not Application.objects.exists()
    assert not (home.applications / "mysite").exists()
    assert list((home.root / "cache").iterdir()) == []
    site = ["mysite.default.www.0@abc", "socket mysite.default.www"]
    assert box.removed == [*site, "data db", "socket mysite.default.db"]


def test_what_was_half_destroyed_is_destroyed(api, mysite, live, box, monkeypatch):
    live()
    api("DELETE", mysite)
    with monkeypatch.context() as patch:
        patch.setattr(destroy.Environment, "delete", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            destroy.main()
    destroy.resume()
    destroy.main()
    assert box.started[-1] == ["dotcloud.platform.api.destroy"]
    assert not Environment.objects.exists()


def test_a_service_is_destroyed_alone(api, mysite, live, box, home):
    live()
    (home.environment("mysite").service("db").data).mkdir(parents=True)
    api("DELETE", f"{mysite}/services/db")
    api.refused("GET", f"{mysite}/services/db", expect=404)
    destroy.main()
    assert not home.environment("mysite").service("db").root.exists()
    assert list(Service.objects.values_list("name", flat=True)) == ["www"]


def test_what_was_done_is_kept(api, mysite, live):
    row = live()
    done = api("GET", f"{mysite}/activity")
    assert [each["action"] for each in done] == ["create", "deploy"]
    assert done[1]["revision"] == row.revision.name
    assert done[1]["build"] == row.deploy_id
    assert done[1]["user"]["self"] is True
    assert api("GET", "/me/activity") == done
