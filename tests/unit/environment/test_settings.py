"""What settings.py asks for beside services: the key, the hosts, the switches."""

from __future__ import annotations

import base64
import json
import os
import stat

import pytest

from dotcloud.environment import Environment, secret_key, variables
from dotcloud.errors.environment import NoSecretKeyError, NotAFlagError, SecretKeyFileError

DOTCLOUD = {"DOTCLOUD_PROJECT": "ramen", "DOTCLOUD_SERVICE_NAME": "www"}
LONG = {"DOTCLOUD_DB_SQL_HOST": "h", "DOTCLOUD_DB_SQL_PASSWORD": "B61J14)]U4^L}.najnyE"}


@pytest.fixture(autouse=True)
def no_platform_home(tmp_path, monkeypatch):
    monkeypatch.setattr(variables, "PLATFORM_HOME", str(tmp_path / "no-such-home"))


@pytest.mark.parametrize("name", ["SECRET_KEY", "DJANGO_SECRET_KEY", "PLATFORM_PROJECT_ENTROPY"])
def test_a_variable_gives_the_key(name):
    assert Environment.load({name: "k", "DYNO": "x"}).secret_key() == "k"


def test_a_key_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("k\n")

    assert Environment.load({"SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key() == "k"


def test_on_dotcloud_the_key_follows_from_the_databases_password(tmp_path):
    one = Environment.load(DOTCLOUD | LONG | {"HOME": str(tmp_path / "a")}).secret_key()
    two = Environment.load(DOTCLOUD | LONG | {"DOTCLOUD_SERVICE_ID": "1"}).secret_key()

    assert one == two
    assert len(one) == 86
    assert one != Environment.load(DOTCLOUD | LONG | {"DOTCLOUD_DB_SQL_PASSWORD": "x" * 16}).secret_key()
    assert list(tmp_path.iterdir()) == []


def test_a_short_password_gives_no_key(tmp_path):
    short = DOTCLOUD | LONG | {"DOTCLOUD_DB_SQL_PASSWORD": "short", "HOME": str(tmp_path)}

    Environment.load(short).secret_key()
    assert os.path.exists(secret_key.key_file(short))


def test_elsewhere_a_missing_key_is_an_error_with_the_command():
    with pytest.raises(NoSecretKeyError, match="heroku config:set SECRET_KEY") as caught:
        Environment.load({"DYNO": "web.1", "DATABASE_URL": "postgres://u:p@h/d"}).secret_key()

    assert caught.value.what == "SECRET_KEY is not set on Heroku"


def test_on_a_laptop_the_key_is_made_once_outside_the_tree(tmp_path):
    environ = {"HOME": str(tmp_path)}

    assert Environment.load(environ).secret_key() == Environment.load(environ).secret_key()
    path = tmp_path / ".local/state/dotcloud/secret-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret-key"]


def test_a_key_cut_short_is_made_anew(tmp_path):
    path = tmp_path / "key"
    path.touch()

    assert len(secret_key.kept(str(path))) == 86


def test_a_home_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(SecretKeyFileError, match="set SECRET_KEY yourself"):
        Environment.load({"HOME": str(tmp_path / "file")}).secret_key()


HOSTS = {
    "stated": ({"ALLOWED_HOSTS": "a.example, B.example  .c.example"}, ["a.example", "b.example", ".c.example"]),
    "dotcloud": (
        {"DOTCLOUD_WWW_HTTP_HOST": "ramen.example", "DOTCLOUD_API_HTTP_HOST": "api.example:8080"},
        ["api.example", "ramen.example"],
    ),
    "render": ({"RENDER_EXTERNAL_HOSTNAME": "x.onrender.com"}, ["x.onrender.com"]),
    "fly": ({"FLY_APP_NAME": "x"}, ["x.fly.dev"]),
    "divio": (
        {"DOMAIN": "a.example", "DOMAIN_ALIASES": "b.example,c.example"},
        ["a.example", "b.example", "c.example"],
    ),
    "coolify": ({"COOLIFY_FQDN": "https://x.example:3000/"}, ["x.example"]),
    "ipv6": ({"ALLOWED_HOSTS": "2001:db8::1 [2001:db8::2]:80"}, ["[2001:db8::1]", "[2001:db8::2]"]),
    "cloud foundry": ({"VCAP_APPLICATION": json.dumps({"application_uris": ["x.cf.example"]})}, ["x.cf.example"]),
    "nothing": ({}, []),
    "nonsense": ({"PLATFORM_ROUTES": "x", "VCAP_APPLICATION": "{"}, []),
}
ROUTES = {
    "https://www.example.com/": {"type": "upstream", "upstream": "app:http"},
    "https://example.com/": {"type": "redirect", "to": "https://www.example.com/"},
    "https://other.example.com/": {"type": "upstream", "upstream": "other:http"},
}


@pytest.mark.parametrize(("environ", "expected"), HOSTS.values(), ids=HOSTS)
def test_the_hosts_a_platform_states(environ, expected):
    here = ["localhost", "127.0.0.1", "[::1]"]

    assert Environment.load(environ).allowed_hosts() == (expected + here if expected else [])


def test_routes_lead_to_one_application_or_another():
    routes = base64.b64encode(json.dumps(ROUTES).encode()).decode()
    env = Environment.load({"PLATFORM_ROUTES": routes, "PLATFORM_APPLICATION_NAME": "app"})

    assert env.allowed_hosts()[0] == "www.example.com"
    assert env.csrf_trusted_origins() == ["https://www.example.com"]


def test_origins_are_trusted_under_https_and_as_the_platform_gives_them():
    env = Environment.load(
        {
            "ALLOWED_HOSTS": ".b.example *",
            "DOTCLOUD_WWW_HTTP_HOST": "a.example",
            "DOTCLOUD_WWW_HTTP_URL": "http://a.example:8080/",
            "CSRF_TRUSTED_ORIGINS": "https://c.example",
        }
    )

    assert env.csrf_trusted_origins() == [
        "https://c.example",
        "https://*.b.example",
        "https://a.example",
        "http://a.example:8080",
    ]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, True),
        ({"DEBUG": "0"}, False),
        ({"DJANGO_DEBUG": "no"}, False),
        ({"DYNO": "web.1"}, False),
        ({"DYNO": "web.1", "DEBUG": "true"}, True),
        ({"DEBUG": "app:*"}, False),
        ({"DATABASE_URL": "postgres://u:p@db.example/d"}, False),
        ({"DATABASE_URL": "postgres://u:p@localhost/d"}, True),
        ({"SERVER_SOFTWARE": "gunicorn/23.0.0"}, False),
    ],
)
def test_debug_is_on_for_a_laptop_only_or_where_asked(environ, expected):
    assert Environment.load(environ).debug is expected


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_a_flag_is_on_or_off(text, expected):
    assert Environment.load({"F": text}).flag("F") is expected


def test_a_flag_that_is_not_set_is_its_default():
    assert Environment.load({}).flag("F") is False
    assert Environment.load({}).flag("F", default=True) is True


def test_a_flag_that_is_neither_is_an_error_without_its_value():
    with pytest.raises(NotAFlagError, match="F is neither on nor off"):
        Environment.load({"F": "hidden"}).flag("F")


def test_caches_without_a_service_are_the_memory_of_each_process():
    assert Environment.load({}).caches()["default"]["BACKEND"].endswith("LocMemCache")
