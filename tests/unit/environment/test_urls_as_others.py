"""Thousands of addresses, read as libpq and dj-database-url read them.

Two differences are meant, and left out of what is generated: ``+`` behind the question mark (a plus for libpq, a blank
for dj-database-url), and a bare slash in a database's name, which is the folder of a socket here.
"""

from __future__ import annotations

from urllib.parse import quote

import dj_database_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from dotcloud.environment import Environment, url

_SIGNS = "@:/?#[]%&=!$'()*,;~-._ +\"<>^`{|}\\é☃"
_TEXT = st.text(st.sampled_from("ab01AZ" + _SIGNS), min_size=1, max_size=12)
_SAFE = st.sampled_from(["", "~-._", "!$'()*,;~-._", "=&!$'()*,;~-._"])  # what programs leave as it is differs
_ESCAPED = st.builds(lambda text, safe: quote(text, safe=safe), _TEXT, _SAFE)
_NAMES = st.sampled_from(["h", "db.example.com", "10.0.0.1", "[::1]", "[2001:db8::7]", "a-b.internal"])
_PORTS = st.sampled_from(["", ":5432", ":1"])
# Bare, as people write them: every sign that does not end a value.
_VALUES = st.text(st.sampled_from("ab01@:/?,;!$'()*~-._"), min_size=1, max_size=12)
_KEYS = st.sampled_from(["application_name", "sslmode", "options", "connect_timeout", "sslrootcert"])
_QUERIES = st.dictionaries(_KEYS, _VALUES, max_size=3)


@st.composite
def _addresses(draw, scheme: str) -> str:
    """A URL whose login, place and name are escaped as RFC 3986 has it, and whose options are not."""
    user, password = draw(st.none() | _ESCAPED), draw(st.none() | _ESCAPED)
    login = "" if user is None else f"{user}@" if password is None else f"{user}:{password}@"
    options = "&".join(f"{key}={value}" for key, value in draw(_QUERIES).items())
    name = draw(_ESCAPED)
    return f"{scheme}://{login}{draw(_NAMES)}{draw(_PORTS)}/{name}{options and '?'}{options}"


def _parts(address: str) -> dict[str, str]:
    found = url.parse(address)
    own = {"host": found.host, "port": found.port, "user": found.user, "password": found.password}
    return {key: value for key, value in (own | {"dbname": found.database} | dict(found.options)).items() if value}


def _settings(answer: dict[str, object]) -> dict[str, object]:
    """What of the settings of a database says where it is, and with which options."""
    parts = {key: str(answer[key]) for key in ("ENGINE", "HOST", "PORT", "USER", "PASSWORD", "NAME")}
    return parts | {"OPTIONS": {key: str(value) for key, value in answer.get("OPTIONS", {}).items()}}


@settings(max_examples=2000, deadline=None)
@given(_addresses("postgresql"))
def test_an_address_of_postgresql_is_read_as_libpq_reads_it(address):
    assert _parts(address) == conninfo_to_dict(address)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(["postgres", "postgis", "mysql"]).flatmap(_addresses))
def test_an_address_becomes_the_settings_that_dj_database_url_makes_of_it(address):
    one = Environment.load({"DATABASE_URL": address}).databases()["default"]

    assert _settings(one) == _settings(dj_database_url.parse(address))


@settings(max_examples=500, deadline=None)
@given(_NAMES, _PORTS, st.sampled_from(["", "/d"]), _KEYS, _VALUES)
def test_a_place_without_a_login_ends_at_the_question_mark(host, port, path, key, value):
    found = url.parse(f"postgres://{host}{port}{path}?{key}={value}")

    assert (found.host, found.port, found.user, found.password) == (host.strip("[]"), port.strip(":"), "", "")
    assert found.options == ((key, value),)


@settings(max_examples=500, deadline=None)
@given(_TEXT, _TEXT, _NAMES, _PORTS, _TEXT, st.dictionaries(_KEYS, _TEXT, max_size=3))
def test_what_is_composed_is_read_back(user, password, host, port, name, options):
    whole = url.Address(
        "postgresql", host.strip("[]"), port.strip(":"), user, password, name, tuple(sorted(options.items()))
    )

    assert url.parse(url.compose(whole)) == whole


@pytest.mark.parametrize("path", ["", "/"])
def test_an_address_without_a_name_has_none(path):
    assert url.parse(f"postgres://u:p@h{path}?sslmode=require").database == ""
