"""Addresses as people and add-ons write them: nothing of them is lost, and nothing is read as something else."""

from __future__ import annotations

import pytest

from dotcloud.environment import Environment, explain
from dotcloud.errors.environment import UnusableServicesError


@pytest.mark.parametrize(
    ("address", "name", "options"),
    [
        ("sqlite:///db.sqlite3?timeout=30", "db.sqlite3", {"timeout": 30}),
        ("sqlite:////d/db?transaction_mode=IMMEDIATE", "/d/db", {"transaction_mode": "IMMEDIATE"}),
        ("sqlite:///db?init_command=PRAGMA%20a%3DWAL", "db", {"init_command": "PRAGMA a=WAL"}),
        ("sqlite://:memory:?timeout=30", ":memory:", {"timeout": 30}),
    ],
)
def test_options_of_sqlite_are_kept(address, name, options):
    one = Environment.load({"DATABASE_URL": address}).databases()["default"]

    assert (one["NAME"], one["OPTIONS"]) == (name, options)


@pytest.mark.parametrize("variable", ["CLEARDB_DATABASE_URL", "JAWSDB_URL", "JAWSDB_MARIA_URL"])
def test_a_database_of_an_addon_is_read(variable):
    env = Environment.load({variable: "mysql://u:p@addon.example/d"})

    assert env.databases()["default"]["HOST"] == "addon.example"
    both = env.load({variable: "mysql://u:p@addon.example/d", "DATABASE_URL": "postgres://u:p@h/d"})
    assert [one["HOST"] for one in both.databases().values()] == ["h", "addon.example"]


@pytest.mark.parametrize("variable", ["REDISCLOUD_URL", "REDISTOGO_URL"])
def test_a_cache_of_an_addon_is_read(variable):
    assert Environment.load({variable: "redis://:p@r:1"}).caches()["default"]["LOCATION"] == "redis://r:1/0"


@pytest.mark.parametrize("variable", ["DATABASE_PUBLIC_URL", "DIRECT_DATABASE_URL", "DATABASE_CONNECTION_POOL_URL"])
def test_another_way_to_a_service_is_used_where_it_is_the_only_one(variable):
    assert Environment.load({variable: "postgres://u:p@h/d"}).databases()["default"]["HOST"] == "h"


def test_of_several_other_ways_one_is_used():
    ways = {"DATABASE_PUBLIC_URL": "postgres://u:p@a/d", "DIRECT_DATABASE_URL": "postgres://u:p@b/d"}

    assert list(Environment.load(ways).databases()) == ["default"]


def test_the_only_way_to_a_service_that_cannot_be_read_is_an_error():
    with pytest.raises(UnusableServicesError, match="DATABASE_PUBLIC_URL"):
        Environment.load({"DATABASE_PUBLIC_URL": "nonsense"}).databases()


@pytest.mark.parametrize(
    "behind", ["application_name=a@b", "application_name=a:b@c:1/d", "x=1&options=-c a=u:p@h", "user=other@x"]
)
@pytest.mark.parametrize("login", ["u:p", "u:p?w", "u:p@w?x", "u:%3Fp%40"])
@pytest.mark.parametrize("place", ["h/d", "h:5432/d", "[::1]:5432/d", "h:1,h2:2/d"])
def test_signs_in_an_option_change_neither_host_nor_password(login, place, behind):
    plain = Environment.load({"DATABASE_URL": f"postgres://{login}@{place}"}).databases()["default"]
    other = Environment.load({"DATABASE_URL": f"postgres://{login}@{place}?{behind}"}).databases()["default"]

    keys = ("HOST", "PORT", "USER", "PASSWORD", "NAME")
    assert [other[key] for key in keys] == [plain[key] for key in keys]
    assert plain["NAME"] == "d"


def test_an_option_with_a_sign_needs_no_login():
    one = Environment.load({"DATABASE_URL": "postgres://h:5432/d?application_name=a@b"}).databases()["default"]

    assert (one["HOST"], one["USER"], one["OPTIONS"]) == ("h", "", {"application_name": "a@b"})


@pytest.mark.parametrize(
    ("address", "host", "name"),
    [
        ("postgres://u:p@/cloudsql/proj:region:inst/db", "/cloudsql/proj:region:inst", "db"),
        ("postgres://u:p@//cloudsql/proj:region:inst/db", "/cloudsql/proj:region:inst", "db"),
        ("postgres:///var/run/postgresql/db?user=u", "/var/run/postgresql", "db"),
        ("mysql://u:p@/cloudsql/proj:region:inst/db", "/cloudsql/proj:region:inst", "db"),
        ("postgres://u:p@/db?host=/cloudsql/a:b:c", "/cloudsql/a:b:c", "db"),
        ("postgres://u:p@%2Fvar%2Frun/db", "/var/run", "db"),
        ("postgres://u:p@/db", "", "db"),
    ],
)
def test_the_folder_of_a_socket_is_the_host(address, host, name):
    one = Environment.load({"DATABASE_URL": address}).databases()["default"]

    assert (one["HOST"], one["NAME"]) == (host, name)


@pytest.mark.parametrize("variable", ["PGHOST", "PGDATABASE", "PGUSER"])
def test_a_whole_url_in_place_of_a_part_is_reported_without_its_password(variable):
    env = Environment.load({"PGHOST": "h", "PGDATABASE": "d"} | {variable: "postgres://u:hidden@h/db"})

    with pytest.raises(UnusableServicesError) as caught:
        env.databases()
    assert variable in str(caught.value)
    assert "hidden" not in f"{caught.value} {env.problems} {env.services} {explain.text(env)} {explain.report(env)}"


@pytest.mark.parametrize(
    ("address", "location", "password"),
    [
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1", None),
        ("unix://:p@/run/redis.sock", "unix:///run/redis.sock?db=0", "p"),
        ("redis:///run/redis.sock", "unix:///run/redis.sock?db=0", None),
        ("redis:////run/a,b.sock", "unix:///run/a%2Cb.sock?db=0", None),
        ("redis:///1", "redis:///1", None),
    ],
)
def test_redis_behind_a_socket_is_asked_there(address, location, password):
    one = Environment.load({"REDIS_URL": address}).caches()["default"]

    assert (one["LOCATION"], one.get("OPTIONS", {}).get("password")) == (location, password)


@pytest.mark.parametrize(
    "address",
    [
        "redis+socket:///run/redis.sock",
        "rediss+sentinel://a:1,b:2/mymaster",
        "redis+sentinel://a/m",
        "redis+cluster://:hidden@a:1",
        "redis://a:1,b:2/0",
    ],
)
def test_servers_that_django_cannot_ask_are_reported(address):
    with pytest.raises(UnusableServicesError, match="give the address of one server") as caught:
        Environment.load({"REDIS_URL": address}).caches()
    assert "hidden" not in str(caught.value)
