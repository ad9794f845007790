"""Services, instances, variables."""

from __future__ import annotations

import pytest

from dotcloud.platform.models import Service

from .conftest import status


def test_a_service_has_instances_and_ports(api, mysite, live):
    row = live(instances=2)
    shown = api("GET", f"{mysite}/services/www")
    assert [each["instance_id"] for each in shown["instances"]] == [0, 1]
    assert shown["instances"][0]["revision"] == row.revision.name
    assert shown["instances"][0]["ports"] == [{"name": "http", "url": "http://127.0.0.1:8000/"}]
    assert shown["domains"] == [{"domain": "127.0.0.1:8000"}]
    assert shown["runtime_config"] == {}


def test_a_service_that_was_never_live_has_no_address(api, mysite, live):
    row = live()
    Service.objects.create(environment=row.environment, name="api", type="custom", http_port=8003)
    shown = api("GET", f"{mysite}/services/api")
    assert (shown["domains"], shown["url"]) == ([], None)


def test_a_data_service_shows_where_it_answers(api, mysite, live):
    live()
    shown = api("GET", f"{mysite}/services/db")
    assert shown["instances"][0]["ports"] == [{"name": "sql", "url": "pgsql://root:pw@127.0.0.1:5000"}]


def test_scaling_is_kept_for_the_next_deployment(api, mysite, live):
    live()
    assert api("PATCH", f"{mysite}/services/www", {"instance_count": 3})["instance_count"] == 3
    assert api("PATCH", f"{mysite}/services/www", {"reserved_memory": 64 << 20})["reserved_memory"] == 64 << 20
    assert len(api("GET", f"{mysite}/services/www")["instances"]) == 1


def test_scaling_can_be_asked_about_first(api, mysite, live):
    live()
    api("PATCH", f"{mysite}/services/www", {"instance_count": 3, "check": True})
    assert api("GET", f"{mysite}/services/www")["instance_count"] == 1
    assert "from 1 to 64" in api.refused("PATCH", f"{mysite}/services/www", {"instance_count": 65, "check": True}, 400)


@pytest.mark.parametrize(
    ("service", "body", "reason"),
    [
        ("www", {"instance_count": 0}, "from 1 to 64"),
        ("www", {"instance_count": -1}, "from 1 to 64"),
        ("www", {"instance_count": 65}, "from 1 to 64"),
        ("www", {"reserved_memory": 1}, "from 32M to 64G"),
        ("db", {"instance_count": 2}, "holds the data"),
    ],
)
def test_what_cannot_be_scaled_is_refused(api, mysite, live, service, body, reason):
    live()
    assert reason in api.refused("PATCH", f"{mysite}/services/{service}", body, 400)


def test_status_tells_of_the_live_release(api, mysite, live, box):
    row = live()
    group = f"mysite.default.www.0@{row.deploy_id}"
    box.states[group] = [status("web", group, "crash-looping", last_lines=("boom",))]
    shown = api("GET", f"{mysite}/services/www/instances/0/status")
    assert shown["status"] == "crash-looping"
    assert shown["custom"]["last lines"] == ["boom"]


@pytest.mark.parametrize(
    ("states", "whole"),
    [(["up", "up"], "up"), (["up", "down"], "down"), (["up", "crash-looping"], "crash-looping"), ([], "down")],
)
def test_an_instance_is_up_when_all_its_processes_are(api, mysite, live, box, states, whole):
    row = live()
    group = f"mysite.default.www.0@{row.deploy_id}"
    box.states[group] = [status(f"p{number}", group, state) for number, state in enumerate(states)]
    assert api("GET", f"{mysite}/services/www/instances/0/status")["status"] == whole


def test_restart_is_of_one_instance(api, mysite, live, box):
    row = live(instances=2)
    api("PUT", f"{mysite}/services/www/instances/1/status", {"status": "restart"})
    assert box.restarted == [f"mysite.default.www.1@{row.deploy_id}"]


@pytest.mark.parametrize("number", ["1", "7"])
def test_an_instance_that_is_not_there_is_not_found(api, mysite, live, number):
    live()
    assert "does not exist" in api.refused("GET", f"{mysite}/services/www/instances/{number}/status", expect=404)


def test_an_instance_that_was_never_deployed_says_so(api, mysite, pushed):
    pushed()
    environment = Service.objects.model.environment.field.related_model.objects.get()
    Service.objects.create(environment=environment, name="www", type="python")
    assert "not deployed" in api.refused("GET", f"{mysite}/services/www/instances/0/status")


def test_a_data_service_has_a_console(api, mysite, live):
    live()
    console = {"argv": ["psql"], "cwd": "/", "env": {"PGPORT": "5000"}}
    assert api("GET", f"{mysite}/services/db/instances/0/exec") == console
    assert api("GET", f"{mysite}/services/db/instances/0/exec?arg=pg_dump&arg=-a")["argv"] == ["pg_dump", "-a"]


def test_memory_is_what_is_used_now(api, mysite, live, box):
    import os

    row = live()
    group = f"mysite.default.www.0@{row.deploy_id}"
    box.states[group] = [status("web", group)]
    object.__setattr__(box.states[group][0], "pid", os.getpid())
    (sample,) = api("GET", f"{mysite}/services/www/instances/0/metrics/memory?range=1h")
    assert sample[1] > 1 << 20


def test_variables_are_set_and_unset(api, mysite):
    api("PATCH", f"{mysite}/environment", {"A": "1", "B": "two words"})
    assert api("PATCH", f"{mysite}/environment", {"A": None, "GONE": None}) == {"B": "two words"}
    assert api("GET", f"{mysite}/environment") == {
        "B": "two words",
        "DOTCLOUD_ENVIRONMENT": "default",
        "DOTCLOUD_PROJECT": "mysite",
    }


def test_generated_variables_are_shown_and_a_persons_url_wins(api, mysite, live):
    live()
    api("PATCH", f"{mysite}/environment", {"DATABASE_URL": "mine"})
    shown = api("GET", f"{mysite}/environment")
    assert shown["DATABASE_URL"] == "mine"
    assert shown["DOTCLOUD_DB_SQL_URL"] == "pgsql://root:pw@127.0.0.1:5000"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DOTCLOUD_X", "1", "platform's own"),
        ("dotcloud_x", "1", "platform's own"),
        ("1A", "1", "a name is a letter"),
        ("A-B", "1", "a name is a letter"),
        ("A\n", "1", "a name is a letter"),
        ("A", 1, "is a text"),
        ("A", "hidden\0", "NUL"),
        ("A", "hidden\ud800", "half a character"),
        ("A", "hidden é" * 12_000, "at most 100,000 bytes"),
        ("A", "hidden" * 100_000, "at most 100,000"),
    ],
)
def test_bad_variables_are_refused_and_no_other_is_changed(api, mysite, name, value, reason):
    text = api.refused("PATCH", f"{mysite}/environment", {"GOOD": "1", name: value})
    assert reason in text
    assert "hidden" not in text
    assert "GOOD" not in api("GET", f"{mysite}/environment")


def test_environments_have_variables_of_their_own(api, mysite):
    api("PATCH", f"{mysite}/environment?environment=staging", {"A": "1"})
    assert "A" not in api("GET", f"{mysite}/environment")
    assert api("GET", f"{mysite}/environment?environment=staging")["DOTCLOUD_ENVIRONMENT"] == "staging"


def test_values_of_variables_are_in_no_event(api, mysite):
    api("PATCH", f"{mysite}/environment", {"TOKEN": "hidden"})
    assert "hidden" not in str(api("GET", f"{mysite}/activity"))
