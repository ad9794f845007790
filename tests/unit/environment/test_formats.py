"""One row per platform, in the shape of its own variables; one expectation: what Django is given."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from dotcloud.environment import Environment, Kind

PASSWORD = "B61J14)]U4^L}.najnyE"  # the shape of password in dotCloud's own documentation


def encoded(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def endpoint(**given: Any) -> dict[str, Any]:
    base = {"scheme": "pgsql", "host": "db.internal", "port": 5432, "username": "main", "password": "p@:/w"}
    return base | {"path": "main", "query": {"is_master": True}, "type": "postgresql:16"} | given


def vcap(label: str, tags: list[str], **credentials: Any) -> dict[str, str]:
    entry = {"name": "My-DB", "label": label, "plan": "free", "tags": tags, "credentials": credentials}
    return {"VCAP_SERVICES": json.dumps({label: [entry], "autoscaler": [{"name": "x", "credentials": {"url": "h"}}]})}


DOTCLOUD = {
    "DOTCLOUD_PROJECT": "ramen",
    "DOTCLOUD_SERVICE_NAME": "www",
    "DOTCLOUD_DB_SQL_HOST": "db.example",
    "DOTCLOUD_DB_SQL_PORT": "42801",
    "DOTCLOUD_DB_SQL_LOGIN": "root",
    "DOTCLOUD_DB_SQL_PASSWORD": PASSWORD,
    "DOTCLOUD_DB_SQL_URL": f"pgsql://root:{PASSWORD}@db.example:42801",
    "DOTCLOUD_DB_SSH_HOST": "db.example",
    "DOTCLOUD_DB_SSH_PORT": "42800",
    "DOTCLOUD_DB_SSH_URL": "ssh://postgres@db.example:42800",
}
# environ -> (engine, user, password, host, port, name) of the default database
DATABASES: dict[str, tuple[dict[str, str], tuple[str, str, str, str, int | str, str]]] = {
    "dotcloud": (DOTCLOUD, ("postgresql", "root", PASSWORD, "db.example", 42801, "ramen")),
    "dotcloud, an url alone": (
        {"DOTCLOUD_PROJECT": "ramen", "DOTCLOUD_DATA_SQL_URL": f"pgsql://root:{PASSWORD}@h:1"},
        ("postgresql", "root", PASSWORD, "h", 1, "ramen"),
    ),
    "dotcloud mysql": (
        {
            "DOTCLOUD_PROJECT": "ramen",
            "DOTCLOUD_DATA_MYSQL_HOST": "h",
            "DOTCLOUD_DATA_MYSQL_PORT": "3307",
            "DOTCLOUD_DATA_MYSQL_LOGIN": "root",
            "DOTCLOUD_DATA_MYSQL_PASSWORD": "pw",
        },
        ("mysql", "root", "pw", "h", 3307, "ramen"),
    ),
    "dotcloud, a service called my_sql": (
        {"DOTCLOUD_PROJECT": "ramen", "DOTCLOUD_MY_SQL_SQL_URL": "pgsql://root:pw@h:1"},
        ("postgresql", "root", "pw", "h", 1, "ramen"),
    ),
    "heroku": (
        {"DYNO": "web.1", "DATABASE_URL": "postgres://u:pw@ec2.example:5432/d1"},
        ("postgresql", "u", "pw", "ec2.example", 5432, "d1"),
    ),
    "dokku": (
        {
            "DATABASE_URL": "postgres://lolipop:SOME_PASSWORD@dokku-postgres-lolipop:5432/lolipop",
            "DOKKU_POSTGRES_LOLIPOP_NAME": "/lolipop/DATABASE",
            "DOKKU_POSTGRES_LOLIPOP_PORT": "tcp://172.17.0.1:5432",
            "DOKKU_POSTGRES_LOLIPOP_PORT_5432_TCP_ADDR": "172.17.0.1",
        },
        ("postgresql", "lolipop", "SOME_PASSWORD", "dokku-postgres-lolipop", 5432, "lolipop"),
    ),
    "platform.sh": (
        {"PLATFORM_APPLICATION_NAME": "app", "PLATFORM_RELATIONSHIPS": encoded({"database": [endpoint()]})},
        ("postgresql", "main", "p@:/w", "db.internal", 5432, "main"),
    ),
    "platform.sh mysql, the master second": (
        {
            "PLATFORM_RELATIONSHIPS": encoded(
                {
                    "db": [
                        endpoint(scheme="mysql", host="replica", query={"is_master": False}),
                        endpoint(scheme="mysql", host="master", port="3306"),
                    ]
                }
            )
        },
        ("mysql", "main", "p@:/w", "master", 3306, "main"),
    ),
    "platform.sh, json without base64": (
        {"PLATFORM_RELATIONSHIPS": json.dumps({"database": [endpoint()]})},
        ("postgresql", "main", "p@:/w", "db.internal", 5432, "main"),
    ),
    "platform.sh, base64 in lines": (
        {"PLATFORM_RELATIONSHIPS": base64.encodebytes(json.dumps({"database": [endpoint()]}).encode()).decode()},
        ("postgresql", "main", "p@:/w", "db.internal", 5432, "main"),
    ),
    "upsun flex": (
        {
            "PLATFORM_APPLICATION_NAME": "app",
            "DATABASE_SCHEME": "pgsql",
            "DATABASE_HOST": "database.internal",
            "DATABASE_PORT": "5432",
            "DATABASE_USERNAME": "main",
            "DATABASE_PASSWORD": "p#?w",
            "DATABASE_PATH": "main",
        },
        ("postgresql", "main", "p#?w", "database.internal", 5432, "main"),
    ),
    "cloud foundry, uri": (
        vcap("elephantsql", ["postgres"], uri="postgres://u:pw@h:5433/d"),
        ("postgresql", "u", "pw", "h", 5433, "d"),
    ),
    "cloud foundry, parts beside an escaped uri": (
        vcap("p.mysql", [], uri="mysql://u:p%40w@h:3306/d?reconnect=true", hostname="h", username="u", password="p@w"),
        ("mysql", "u", "p@w", "h", 3306, "d"),
    ),
    "cloud foundry, parts": (
        vcap("postgresql-10", [], hostname="h", port=5432, user="u", password="p@w", dbname="d", sslmode="require"),
        ("postgresql", "u", "p@w", "h", 5432, "d"),
    ),
    "cloud foundry, jdbc": (
        vcap("user-provided", [], jdbcUrl="jdbc:postgresql://h:5432/d?user=u&password=p%40w&sslmode=require"),
        ("postgresql", "u", "p@w", "h", 5432, "d"),
    ),
    "elastic beanstalk": (
        {
            "RDS_HOSTNAME": "x.rds.example",
            "RDS_PORT": "5432",
            "RDS_DB_NAME": "ebdb",
            "RDS_USERNAME": "ebroot",
            "RDS_PASSWORD": "p/w",
        },
        ("postgresql", "ebroot", "p/w", "x.rds.example", 5432, "ebdb"),
    ),
    "elastic beanstalk mysql": (
        {
            "RDS_HOSTNAME": "h",
            "RDS_PORT": "3306",
            "RDS_DB_NAME": "ebdb",
            "RDS_USERNAME": "u",
            "RDS_PASSWORD": "p",
        },
        ("mysql", "u", "p", "h", 3306, "ebdb"),
    ),
    "copilot": (
        {
            "CLUSTER_SECRET": json.dumps(
                {"engine": "postgres", "host": "h", "port": 5432, "dbname": "d", "username": "u", "password": '"}='}
            )
        },
        ("postgresql", "u", '"}=', "h", 5432, "d"),
    ),
    "copilot, written over several lines": (
        {"DB_SECRET": json.dumps({"engine": "mysql", "host": "h", "dbname": "d", "password": "p"}, indent=2)},
        ("mysql", "", "p", "h", "", "d"),
    ),
    "azure service connector": (
        {
            "AZURE_POSTGRESQL_CONNECTIONSTRING": "dbname=d host=h.postgres.database.azure.com port=5432 "
            r"sslmode=require user=u password='a=b \'c\' \\ d;e'"
        },
        ("postgresql", "u", r"a=b 'c' \ d;e", "h.postgres.database.azure.com", 5432, "d"),
    ),
    "azure service connector, plain value": (
        {"AZURE_POSTGRESQL_CONNECTIONSTRING": "dbname = d host=h port=5432 user=u password=a=b;c="},
        ("postgresql", "u", "a=b;c=", "h", 5432, "d"),
    ),
    "azure, one variable for each part": (
        {
            "AZURE_POSTGRESQL_NAME": "d",
            "AZURE_POSTGRESQL_HOST": "h",
            "AZURE_POSTGRESQL_USER": "u",
            "AZURE_POSTGRESQL_PASSWORD": "p",
        },
        ("postgresql", "u", "p", "h", "", "d"),
    ),
    "azure mysql": (
        {
            "AZURE_MYSQL_NAME": "d",
            "AZURE_MYSQL_HOST": "h",
            "AZURE_MYSQL_USER": "u",
            "AZURE_MYSQL_PASSWORD": "p",
        },
        ("mysql", "u", "p", "h", "", "d"),
    ),
    "azure app service, postgresql as npgsql writes it": (
        {"POSTGRESQLCONNSTR_Main": 'Server=h;Database=d;Port=5432;User Id=u;Password="a;b=""c";Ssl Mode=Require;'},
        ("postgresql", "u", 'a;b="c', "h", 5432, "d"),
    ),
    "azure app service, mysql": (
        {"MYSQLCONNSTR_localdb": "Database=localdb;Data Source=127.0.0.1:54321;User Id=azure;Password=p=w"},
        ("mysql", "azure", "p=w", "127.0.0.1", 54321, "localdb"),
    ),
    "azure app service, a custom url": (
        {"CUSTOMCONNSTR_main": "postgresql://u:pw@h/d"},
        ("postgresql", "u", "pw", "h", "", "d"),
    ),
    "clever cloud": (
        {
            "POSTGRESQL_ADDON_URI": "postgresql://u:p%40w@h:5432/d",
            "POSTGRESQL_ADDON_HOST": "h",
            "POSTGRESQL_ADDON_PORT": "5432",
            "POSTGRESQL_ADDON_DB": "d",
            "POSTGRESQL_ADDON_USER": "u",
            "POSTGRESQL_ADDON_PASSWORD": "p@w",
            "POSTGRESQL_ADDON_DIRECT_HOST": "direct",
            "POSTGRESQL_ADDON_DIRECT_PORT": "6432",
        },
        ("postgresql", "u", "p@w", "h", 5432, "d"),
    ),
    "clever cloud mysql": (
        {"MYSQL_ADDON_URI": "mysql://u:p@h:3306/d"},
        ("mysql", "u", "p", "h", 3306, "d"),
    ),
    "scalingo": (
        {
            "SCALINGO_POSTGRESQL_URL": "postgresql://u:pw@h:31000/d?sslmode=prefer",
            "DATABASE_URL": "$SCALINGO_POSTGRESQL_URL",
        },
        ("postgresql", "u", "pw", "h", 31000, "d"),
    ),
    "fly": (
        {"FLY_APP_NAME": "app", "DATABASE_URL": "postgres://u:p@app-db.flycast:5432/db?sslmode=disable"},
        ("postgresql", "u", "p", "app-db.flycast", 5432, "db"),
    ),
    "railway, libpq": (
        {
            "PGHOST": "h",
            "PGPORT": "5433",
            "PGUSER": "u",
            "PGPASSWORD": "p w",
            "PGDATABASE": "d",
            "PGSSLMODE": "require",
        },
        ("postgresql", "u", "p w", "h", 5433, "d"),
    ),
    "cloud run, a unix socket": (
        {"DATABASE_URL": "postgres://u:pw@//cloudsql/Project:europe-west1:inst/d"},
        ("postgresql", "u", "pw", "/cloudsql/Project:europe-west1:inst", "", "d"),
    ),
    "cloud run, libpq's form": (
        {"DATABASE_URL": "postgresql:///d?host=/cloudsql/p:r:i&user=me@x&password=p%40w"},
        ("postgresql", "me@x", "p@w", "/cloudsql/p:r:i", "", "d"),
    ),
    "openshift": (
        {
            "DATABASE_SERVICE_NAME": "my-pg",
            "MY_PG_SERVICE_HOST": "172.30.1.2",
            "MY_PG_SERVICE_PORT": "5432",
            "DATABASE_ENGINE": "postgresql",
            "DATABASE_NAME": "default",
            "DATABASE_USER": "django",
            "DATABASE_PASSWORD": "p",
        },
        ("postgresql", "django", "p", "172.30.1.2", 5432, "default"),
    ),
    "containers, with kubernetes' link for a port": (
        {
            "POSTGRES_HOST": "postgres",
            "POSTGRES_PORT": "tcp://10.0.0.1:5432",
            "POSTGRES_USER": "u",
            "POSTGRES_PASSWORD": "p",
            "POSTGRES_DB": "d",
        },
        ("postgresql", "u", "p", "postgres", 5432, "d"),
    ),
    "divio": (
        {"DEFAULT_DATABASE_DSN": "postgres://u:p@h:5432/d"},
        ("postgresql", "u", "p", "h", 5432, "d"),
    ),
    "a driver in the scheme": (
        {"DATABASE_URL": "postgresql+psycopg://u:p@h:5432/d"},
        ("postgresql", "u", "p", "h", 5432, "d"),
    ),
    "quotes left by an env file": (
        {"DATABASE_URL": '"postgres://u:p@h:5432/d"'},
        ("postgresql", "u", "p", "h", 5432, "d"),
    ),
    "an address of version 6": (
        {"DATABASE_URL": "postgres://u:p@[2001:db8::1]:5432/d"},
        ("postgresql", "u", "p", "2001:db8::1", 5432, "d"),
    ),
    "two hosts, one behind the other": (
        {"DATABASE_URL": "postgres://u:p@h1:5432,h2:5433/d?target_session_attrs=read-write"},
        ("postgresql", "u", "p", "h1,h2", "5432,5433", "d"),
    ),
}


@pytest.mark.parametrize(("environ", "expected"), DATABASES.values(), ids=DATABASES)
def test_the_default_database(environ, expected):
    databases = Environment.load(environ).databases()

    one = databases["default"]
    told = (one["ENGINE"].rpartition(".")[2], *(one[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")))
    assert told == expected
    assert list(databases) == ["default"]


# environ -> (location, password or None)
CACHES: dict[str, tuple[dict[str, str], tuple[str, str | None]]] = {
    "dotcloud": (
        {
            "DOTCLOUD_CACHE_REDIS_HOST": "h",
            "DOTCLOUD_CACHE_REDIS_PORT": "6380",
            "DOTCLOUD_CACHE_REDIS_LOGIN": "root",
            "DOTCLOUD_CACHE_REDIS_PASSWORD": PASSWORD,
        },
        ("redis://h:6380/0", PASSWORD),
    ),
    "dotcloud, an url": ({"DOTCLOUD_SHM_REDIS_URL": "redis://redis:p@h:1"}, ("redis://h:1/0", "p")),
    "heroku": ({"DYNO": "web.1", "REDIS_URL": "rediss://:p@h:6380"}, ("rediss://h:6380/0", "p")),
    "heroku, both": (
        {"REDIS_URL": "redis://h:p@host:6379", "REDIS_TLS_URL": "rediss://:p@host:6380"},
        ("rediss://host:6380/0", "p"),
    ),
    "dokku": ({"REDIS_URL": "redis://:p@dokku-redis-x:6379"}, ("redis://dokku-redis-x:6379/0", "p")),
    "platform.sh": (
        {"PLATFORM_RELATIONSHIPS": encoded({"cache": [{"scheme": "redis", "host": "h", "port": 6379, "path": None}]})},
        ("redis://h:6379/0", None),
    ),
    "upsun flex": (
        {"PLATFORM_PROJECT": "x", "REDISCACHE_SCHEME": "redis", "REDISCACHE_HOST": "h", "REDISCACHE_PORT": "6379"},
        ("redis://h:6379/0", None),
    ),
    "cloud foundry": (vcap("p.redis", [], host="h", port=6379, password="p/w"), ("redis://h:6379/0", "p/w")),
    "azure": ({"AZURE_REDIS_CONNECTIONSTRING": "rediss://:k%3D@n.example:6380/1"}, ("rediss://n.example:6380/1", "k=")),
    "azure, as stackexchange.redis writes it": (
        {"AZURE_REDIS_CONNECTIONSTRING": "n.example:6380,password=k=,ssl=True,defaultDatabase=0"},
        ("rediss://n.example:6380/0", "k="),
    ),
    "clever cloud": (
        {"REDIS_HOST": "h", "REDIS_PORT": "3179", "REDIS_PASSWORD": "p", "REDIS_URL": "redis://:p@h:3179"},
        ("redis://h:3179/0", "p"),
    ),
    "scalingo": ({"SCALINGO_REDIS_URL": "redis://:p@h:1", "REDIS_URL": "redis://:p@h:1"}, ("redis://h:1/0", "p")),
    "divio": ({"CACHE_URL": "redis://h:6379/3"}, ("redis://h:6379/3", None)),
}


@pytest.mark.parametrize(("environ", "expected"), CACHES.values(), ids=CACHES)
def test_the_default_cache(environ, expected):
    caches = Environment.load(environ).caches()

    one = caches["default"]
    assert one["BACKEND"] == "django.core.cache.backends.redis.RedisCache"
    assert (one["LOCATION"], one.get("OPTIONS", {}).get("password")) == expected
    assert list(caches) == ["default"]


def test_no_row_of_the_tables_has_a_problem():
    rows = [*DATABASES.items(), *CACHES.items()]

    assert {name: env.problems for name, (environ, _) in rows if (env := Environment.load(environ)).problems} == {}


def test_heroku_signs_its_own_certificates_for_redis():
    rediss = {"REDIS_URL": "rediss://:p@h:6380"}

    assert Environment.load(rediss | {"DYNO": "web.1"}).caches()["default"]["OPTIONS"]["ssl_cert_reqs"] is None
    assert "ssl_cert_reqs" not in Environment.load(rediss).caches()["default"]["OPTIONS"]


def test_a_login_behind_the_question_mark_may_hold_an_at_sign():
    one = Environment.load({"DATABASE_URL": "postgres://h:5432/d?user=u@h&password=p@w"}).databases()["default"]

    assert (one["USER"], one["PASSWORD"], one["HOST"], one["PORT"]) == ("u@h", "p@w", "h", 5432)


def test_options_of_an_url_reach_django():
    env = Environment.load({"DATABASE_URL": "postgres://u:p@h/d?sslmode=require&currentSchema=site"})

    assert env.databases()["default"]["OPTIONS"] == {"sslmode": "require", "options": "-c search_path=site"}


def test_options_of_dj_database_url_reach_django():
    env = Environment.load({"DATABASE_URL": "postgres://u:p@h/d"})

    one = env.databases(conn_max_age=600, conn_health_checks=True, ssl_require=True)["default"]
    assert (one["CONN_MAX_AGE"], one["CONN_HEALTH_CHECKS"], one["OPTIONS"]) == (600, True, {"sslmode": "require"})


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("postgres://h/d?sslmode=prefer", {"sslmode": "require"}),
        ("mysql://h/d?charset=utf8mb4", {"charset": "utf8mb4", "ssl_mode": "REQUIRED"}),
        ("sqlite:///db.sqlite3", {}),
    ],
)
def test_tls_is_required_in_the_words_of_the_engine(address, options):
    for databases in (
        Environment.load({"DATABASE_URL": address}).databases(ssl_require=True),
        Environment.load({}).databases(default=address, ssl_require=True),
    ):
        assert databases["default"].get("OPTIONS", {}) == options


def test_sslmode_of_a_connection_string_is_kept():
    env = Environment.load({"AZURE_POSTGRESQL_CONNECTIONSTRING": "host=h dbname=d user=u sslmode=require"})

    assert env.databases()["default"]["OPTIONS"] == {"sslmode": "require"}


def test_a_file_per_key_is_a_service_binding(tmp_path):
    keys = {"type": "postgresql", "host": "h", "port": "5432", "username": "u", "password": "p@w\n", "database": "d"}
    write(tmp_path / "my-db", keys)
    write(tmp_path / "no-type", {"host": "other"})
    write(tmp_path / "cache", {"type": "redis", "uri": "redis://:p@r:6379"})

    env = Environment.load({"SERVICE_BINDING_ROOT": str(tmp_path)})

    one = env.databases()["default"]
    assert (one["HOST"], one["PORT"], one["USER"], one["PASSWORD"], one["NAME"]) == ("h", 5432, "u", "p@w", "d")
    assert env.caches()["default"]["LOCATION"] == "redis://r:6379/0"


def test_vcap_services_may_stand_in_a_file(tmp_path):
    path = tmp_path / "vcap.json"
    path.write_text(vcap("x", ["postgres"], uri="postgres://u:p@h/d")["VCAP_SERVICES"])

    env = Environment.load({"VCAP_SERVICES_FILE_PATH": str(path)})

    assert env.databases()["default"]["HOST"] == "h"


def test_a_password_may_stand_in_a_file(tmp_path):
    (tmp_path / "pw").write_text("p@w\n")
    parts = {"POSTGRES_HOST": "h", "POSTGRES_DB": "d", "POSTGRES_USER": "u"}

    env = Environment.load(parts | {"POSTGRES_PASSWORD_FILE": str(tmp_path / "pw")})

    assert env.databases()["default"]["PASSWORD"] == "p@w"


MONGO = {"MONGO_URL": "mongodb://u:p@m:1/d"}


def test_other_services_are_listed_and_in_no_setting():
    env = Environment.load(
        {"DOTCLOUD_M_MONGODB_URL": "mongodb://root:p@h1:1,h2:2", "DOTCLOUD_S_SMTP_HOST": "h"} | MONGO
    )

    assert [service.scheme for service in env.choice(Kind.OTHER).used] == ["mongodb", "smtp", "mongodb"]
    assert env.problems == ()
    assert env.databases()["default"]["ENGINE"].endswith("sqlite3")


def write(folder, keys):
    folder.mkdir()
    for key, text in keys.items():
        (folder / key).write_text(text)
