"""Which service is used when several are described."""

from __future__ import annotations

import pytest

from dotcloud.environment import Environment, Kind
from dotcloud.errors.environment import NoDatabaseNameError, UnknownServiceError, UnusableServicesError

PLATFORM = {
    "DOTCLOUD_PROJECT": "ramen",
    "DOTCLOUD_DATA_SQL_URL": "pgsql://root:pw@data:1",
    "DOTCLOUD_ARCHIVE_SQL_URL": "pgsql://root:pw@archive:2",
}
STALE = {"DATABASE_URL": "postgres://u:pw@stale:5432/d"}


def hosts(environ):
    return {alias: one["HOST"] for alias, one in Environment.load(environ).databases().items()}


def codes(environ):
    return [problem.code for problem in Environment.load(environ).problems]


def test_one_service_of_any_name_is_the_default():
    assert hosts({"DOTCLOUD_PROJECT": "x", "DOTCLOUD_MAINDB_SQL_URL": "pgsql://root:pw@h:1"}) == {"default": "h"}


def test_several_go_by_name_and_a_service_called_db_comes_first():
    assert hosts(PLATFORM) == {"default": "archive", "data": "data"}
    assert hosts(PLATFORM | {"DOTCLOUD_DB_SQL_URL": "pgsql://root:pw@db:3"}) == {
        "default": "db",
        "archive": "archive",
        "data": "data",
    }


def test_the_platforms_own_come_before_a_left_over_url_and_this_is_said():
    assert hosts(PLATFORM | STALE) == {"default": "archive", "data": "data"}
    assert codes(PLATFORM | STALE) == ["contradiction"]
    (aside,) = Environment.load(PLATFORM | STALE).choice(Kind.DATABASE).aside
    assert (aside.service.host, aside.reason) == ("stale", "the platform's own service 'archive' comes first")


@pytest.mark.parametrize("name", ["database", "DATABASE_URL"])
def test_default_database_names_another_one(name):
    chosen = PLATFORM | STALE | {"DEFAULT_DATABASE": name}

    assert hosts(chosen) == {"default": "stale", "archive": "archive", "data": "data"}
    assert codes(chosen) == []


def test_default_database_may_name_one_of_the_platforms():
    assert hosts(PLATFORM | {"DEFAULT_DATABASE": "data"}) == {"default": "data", "archive": "archive"}


def test_default_database_may_name_a_pool():
    pool = STALE | {"DATABASE_CONNECTION_POOL_URL": "postgres://u:pw@pool:5433/d"}

    assert hosts(pool) == {"default": "stale"}
    assert hosts(pool | {"DEFAULT_DATABASE": "DATABASE_CONNECTION_POOL_URL"}) == {
        "default": "pool",
        "database": "stale",
    }


def test_a_name_that_no_service_has_is_refused():
    with pytest.raises(UnknownServiceError, match="DEFAULT_DATABASE names a database"):
        hosts(PLATFORM | {"DEFAULT_DATABASE": "nowhere"})


def test_two_names_of_one_database_are_one():
    colour = {"HEROKU_POSTGRESQL_BLUE_URL": STALE["DATABASE_URL"]}
    (service,) = Environment.load(STALE | colour).choice(Kind.DATABASE).used

    assert service.sources == ("DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL")


def test_a_second_colour_goes_by_its_name():
    blue = {"HEROKU_POSTGRESQL_BLUE_URL": "postgres://u:pw@blue:5432/d"}

    assert hosts(STALE | blue) == {"default": "stale", "blue": "blue"}
    assert hosts(blue) == {"default": "blue"}


def test_loose_parts_count_when_there_is_nothing_else():
    parts = {"PGHOST": "pg", "PGDATABASE": "d", "PGUSER": "u"}

    assert hosts(parts) == {"default": "pg"}
    assert hosts(parts | STALE) == {"default": "stale"}


def test_pghost_alone_is_how_people_configure_psql():
    assert Environment.load({"PGHOST": "h", "PGUSER": "u"}).services == ()


def test_two_passwords_for_one_login_contradict():
    both = {"SCALINGO_POSTGRESQL_URL": "postgres://u:new@h:1/d", "DATABASE_URL": "postgres://u:old@h:1/d"}

    assert codes(both) == ["contradiction"]
    assert Environment.load(both).databases()["default"]["PASSWORD"] == "new"


def test_parts_and_url_of_a_service_may_contradict():
    both = {"DOTCLOUD_DB_SQL_HOST": "a", "DOTCLOUD_DB_SQL_PASSWORD": "p", "DOTCLOUD_DB_SQL_URL": "pgsql://u:p@b:1"}

    assert codes(both) == ["contradiction"]


def test_a_host_without_a_password_is_used_and_said():
    environ = {"RDS_HOSTNAME": "h", "RDS_DB_NAME": "d", "RDS_USERNAME": "u"}

    assert hosts(environ) == {"default": "h"}
    assert codes(environ) == ["missing-part"]


@pytest.mark.parametrize(
    "broken",
    [
        {"DOTCLOUD_DB_SQL_PASSWORD": "p"},
        {"PLATFORM_RELATIONSHIPS": "x"},
        {"VCAP_SERVICES": "[1]"},
        {"VCAP_SERVICES": '{"x": [{"name": "db", "credentials": {"uri": "postgres://u:p@h:five/d"}}]}'},
        {"RDS_HOSTNAME": "h", "RDS_PORT": "five"},
        {"AZURE_POSTGRESQL_CONNECTIONSTRING": "nothing"},
        {"DATABASE_URL": "localhost/site"},
        {"DATABASE_URL": "prisma://u:p@h/d"},
        {"DATABASE_URL": "redis://:p@h"},
    ],
    ids=str,
)
def test_nothing_weaker_takes_the_place_of_a_broken_source(broken):
    with pytest.raises(UnusableServicesError) as caught:
        hosts({"PGHOST": "h", "PGDATABASE": "d"} | broken)

    assert next(iter(broken)).rpartition("_")[0] in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        {"DOKKU_ELASTICSEARCH_BLUE_URL": "http://dokku-elasticsearch-x:9200"},
        {"CUSTOMCONNSTR_Api": "https://api.example/"},
        {"CUSTOMCONNSTR_Storage": "BlobEndpoint=https://x.blob.example;SharedAccessSignature=s"},
        {"VCAP_SERVICES": '{"user-provided": [{"name": "mail", "credentials": {"uri": "https://mail.example"}}]}'},
    ],
    ids=str,
)
def test_what_is_no_database_or_cache_is_passed_over(other):
    assert codes(other) == []
    assert hosts(STALE | other) == {"default": "stale"}


def test_a_broken_weaker_source_does_no_harm():
    assert hosts(STALE | {"POSTGRES_HOST": "h", "POSTGRES_PORT": "five"}) == {"default": "stale"}


def test_a_server_without_a_database_takes_the_projects_name_or_the_one_given():
    server = {"DOTCLOUD_DB_SQL_URL": "pgsql://root:pw@h:1"}

    assert Environment.load(server).databases(name="site")["default"]["NAME"] == "site"
    with pytest.raises(NoDatabaseNameError, match="without the name of a database"):
        Environment.load(server).databases()


def test_two_services_of_one_name_stay_apart():
    environ = PLATFORM | {"RDS_HOSTNAME": "h", "RDS_PASSWORD": "p", "SCALINGO_MYSQL_URL": "mysql://u:p@m/d"}
    environ |= {"MYSQL_ADDON_URI": "mysql://u:p@m2/d"}

    assert list(hosts(environ)) == ["default", "data", "rds", "mysql", "mysql_scalingo"]


def test_without_a_service_the_database_is_a_file_in_the_project(tmp_path, monkeypatch):
    (tmp_path / "manage.py").touch()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")

    assert Environment.load({}).databases()["default"]["NAME"] == str(tmp_path / "db.sqlite3")
    assert Environment.load({}).databases(default="sqlite:///x.db")["default"]["NAME"] == "x.db"


def test_sqlite_addresses():
    one = Environment.load({"DATABASE_URL": "sqlite:////var/lib/a%20b@c.db"}).databases()["default"]

    assert (one["ENGINE"], one["NAME"]) == ("django.db.backends.sqlite3", "/var/lib/a b@c.db")
    assert Environment.load({"DATABASE_URL": "sqlite://:memory:"}).databases()["default"]["NAME"] == ":memory:"


def test_a_postgresql_service_file_is_left_to_libpq():
    one = Environment.load({"PGSERVICE": "site"}).databases()["default"]

    assert (one["NAME"], one["OPTIONS"]) == ("", {"service": "site"})
