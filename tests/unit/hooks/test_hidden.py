from __future__ import annotations

import base64
import json

import pytest

from dotcloud.errors import DotcloudError
from dotcloud.hooks.secrets import Veil, known, mask


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DJANGO_SUPERUSER_PASSWORD", "open sesame", "open sesame"),
        ("DOTCLOUD_DB_SQL_PASSWORD", "B61J14)]U4^L}.najnyE", "B61J14)]U4^L}.najnyE"),
        ("SECRET_KEY", "abcdef", "abcdef"),
        ("AUTH_TOKEN_2", "abcdef", "abcdef"),
        ("DATABASE_URL", "postgres://u:p%40ssword@h:5432/d", "p%40ssword"),
        ("DATABASE_URL", "postgres://u:p%40ssword@h:5432/d", "p@ssword"),
        ("DATABASE_URL", "postgres://u:first#second@h:5432/d", "second"),
        ("DATABASE_URL", "postgres://u:with@sign@h/d", "with@sign"),
        ("AZURE_POSTGRESQL_CONNECTIONSTRING", "host=h user=u password=abc=def dbname=d", "abc=def"),
    ],
)
def test_what_is_a_secret(name: str, value: str, secret: str) -> None:
    assert secret in known({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://h:5432/d"),
        ("DATABASE_URL", "sqlite:////data/db.sqlite3"),
        ("PASSWORD", "a"),
        ("USE_PASSWORD", "true"),
        ("DOTCLOUD_DB_SQL_HOST", "db.example.com"),
        ("SSH_KEY_FILE", "/home/me/key"),
    ],
)
def test_what_is_none(name: str, value: str) -> None:
    assert known({name: value}) == set()


def test_the_longest_secret_goes_first() -> None:
    assert mask("it is abcdef", ["abc", "abcdef"]) == "it is ***"


def test_credentials_in_a_platform_format_are_hidden() -> None:
    relationship = {
        "username": "u",
        "password": "deep-inside",
        "host": "h",
        "port": 5432,
        "path": "d",
        "scheme": "pgsql",
    }
    relationships = base64.b64encode(json.dumps({"database": [relationship]}).encode()).decode()
    veil = Veil({"PLATFORM_RELATIONSHIPS": relationships, "PLATFORM_PROJECT": "x"})
    assert veil("it was deep-inside") == "it was ***"


def test_a_veil_covers_every_part_of_an_error() -> None:
    error = DotcloudError("a hidden-word", "b hidden-word", "c hidden-word", ["d hidden-word"])
    Veil({"PASSWORD": "hidden-word"}).cover(error)
    assert "hidden-word" not in str(error) + repr(error)
    assert str(error).count("***") == 4
