"""Passwords of any characters arrive as they are, and are seen by nobody else."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotcloud.environment import Environment, Secret, explain, url
from dotcloud.errors import DotcloudError

ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
# What can stand unescaped in a URL: no percent sign, for which no rule can know, and no blank that a reader strips.
UNESCAPED = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "!#$&'()*+,-./:;<=>?@[]^_`{|}~\""), min_size=1
)
PARTS = {"DOTCLOUD_PROJECT": "ramen", "DOTCLOUD_DB_SQL_HOST": "h", "DOTCLOUD_DB_SQL_PORT": "1"}
MARK = "Zq7Xw9-secret-Zq7Xw9"


@given(ANY, ANY)
def test_an_escaped_url_gives_back_its_login(user, password):
    address = url.Address("postgresql", "h", "5432", user, password, "d")

    assert url.parse(url.compose(address)) == address


@given(UNESCAPED)
def test_an_unescaped_password_is_what_stands_between_the_first_colon_and_the_last_at(password):
    one = default({"DATABASE_URL": f"postgres://u:{password}@h:5432/d?sslmode=require"})

    assert (one["PASSWORD"], one["HOST"], one["PORT"], one["NAME"]) == (password, "h", 5432, "d")


@given(ANY)
def test_a_password_of_its_own_variable_is_not_touched(password):
    assert default(PARTS | {"DOTCLOUD_DB_SQL_PASSWORD": password})["PASSWORD"] == password


@given(ANY)
@settings(max_examples=30)
def test_a_cache_has_its_password_beside_the_address(password):
    cache = Environment.load({"DOTCLOUD_C_REDIS_HOST": "h", "DOTCLOUD_C_REDIS_PASSWORD": password}).caches()["default"]

    assert cache["OPTIONS"] == {"password": password}
    assert cache["LOCATION"] == "redis://h/0"


@given(ANY)
def test_keywords_of_libpq_hold_any_password(password):
    quoted = password.replace("\\", "\\\\").replace("'", "\\'")

    one = default({"AZURE_POSTGRESQL_CONNECTIONSTRING": f"host=h dbname=d user=u password='{quoted}'"})
    assert one["PASSWORD"] == password


@given(ANY)
def test_pairs_of_ado_hold_any_password(password):
    doubled = password.replace('"', '""')

    one = default({"POSTGRESQLCONNSTR_x": f'Server=h;Database=d;User Id=u;Password="{doubled}";Port=5432'})
    assert (one["PASSWORD"], one["PORT"]) == (password, 5432)


@pytest.mark.parametrize(
    "environ",
    [
        PARTS | {"DOTCLOUD_DB_SQL_PASSWORD": MARK, "DOTCLOUD_DB_SQL_URL": f"pgsql://root:{MARK}@other:2"},
        {"DATABASE_URL": f"postgres://u:{MARK}@h:port/d"},
        {"DATABASE_URL": f"postgres://u:{MARK}/@h/d?sslpassword={MARK}&password={MARK}"},
        {"DATABASE_URL": f"postgres://h:5432/d?user=u&password=p@{MARK}"},
        {"DATABASE_URL": MARK, "REDIS_URL": f"redis://{MARK}@h"},
        {"DATABASE_URL": f"{MARK}://x"},
        {"PLATFORM_RELATIONSHIPS": MARK, "PLATFORM_PROJECT_ENTROPY": MARK},
        {"VCAP_SERVICES": f'{{"password": "{MARK}"'},
        {"AZURE_POSTGRESQL_CONNECTIONSTRING": f"user=u password={MARK} '"},
        {"RDS_HOSTNAME": "h", "RDS_PORT": MARK, "RDS_PASSWORD": MARK, "RDS_DB_NAME": "d"},
        {"POSTGRES_PASSWORD": MARK, "PGHOST": "h", "PGDATABASE": "d", "PGPASSWORD": MARK, "SECRET_KEY": MARK},
        {"DEBUG": MARK, "X_SECRET": json.dumps({"engine": "postgres", "host": "h", "password": MARK})},
    ],
)
def test_no_part_of_a_secret_shows(environ):
    env = Environment.load(environ)

    told = [explain.text(env), json.dumps(explain.report(env)), repr(env), repr(env.services), repr(env.variables)]
    told += [repr(env.problems), *map(str, env.problems), *(str(error) for error in refusals(env))]
    assert not [text for text in told if "Zq7Xw9" in text]


def test_a_secret_is_equal_to_its_like_and_shows_nothing():
    secret = Secret(MARK)

    assert secret == Secret(MARK)
    assert secret != Secret("other")
    assert (str(secret), f"{secret:>5}", repr(secret), str(Secret())) == ("***", "  ***", "Secret('***')", "")
    assert secret.reveal() == MARK


def default(environ):
    return Environment.load(environ).databases()["default"]


def refusals(env):
    for ask in (env.databases, env.caches, lambda: env.flag("DEBUG")):
        try:
            ask()
        except DotcloudError as error:
            yield error
