"""System checks: one fact per id, and silence for a site that is as it should be."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from dotcloud.environment import Environment

DATABASE = {"DATABASE_URL": "postgres://u:hidden@db.example/d"}
ON_PLATFORM = {"DYNO": "web.1", "SECRET_KEY": "k" * 60} | DATABASE
STATIC = ["django.contrib.staticfiles"]


def site(**given):
    """The settings that a check looks at, all of them in order."""
    settings = {
        "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
        "CACHES": {},
        "DEBUG": False,
        "SECRET_KEY": "k" * 60,
        "ALLOWED_HOSTS": ["www.example"],
        "INSTALLED_APPS": STATIC,
        "STATIC_ROOT": "/static",
        "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    }
    return SimpleNamespace(**settings | given)


def found(environ, **given):
    from dotcloud.django.checks import find

    return [(message.id, message) for message in find(Environment.load(environ), site(**given))]


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
ELSEWHERE = {"staticfiles": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
SITUATIONS = {
    "in order": (ON_PLATFORM, {}, []),
    "a malformed variable": (ON_PLATFORM | {"RDS_PASSWORD": "hidden"}, {}, ["dotcloud.E002"]),
    "a contradiction": ({"RDS_HOSTNAME": "h", "RDS_PASSWORD": "p"} | DATABASE, {}, ["dotcloud.W001"]),
    "sqlite beside a service": (ON_PLATFORM, {"DATABASES": SQLITE}, ["dotcloud.W003"]),
    "sqlite on a platform": ({"DYNO": "web.1"}, {"DATABASES": SQLITE}, ["dotcloud.W002"]),
    "debug": (ON_PLATFORM, {"DEBUG": True}, ["dotcloud.W004"]),
    "the key of startproject": (ON_PLATFORM, {"SECRET_KEY": "django-insecure-x"}, ["dotcloud.W005"]),
    "no hosts": (ON_PLATFORM, {"ALLOWED_HOSTS": []}, ["dotcloud.W006"]),
    "every host": (ON_PLATFORM, {"ALLOWED_HOSTS": ["*"]}, ["dotcloud.W006"]),
    "no place for static files": (ON_PLATFORM, {"STATIC_ROOT": None}, ["dotcloud.E004"]),
    "static files elsewhere": (ON_PLATFORM, {"STATIC_ROOT": None, "STORAGES": ELSEWHERE}, []),
    "no static files": (ON_PLATFORM, {"STATIC_ROOT": None, "INSTALLED_APPS": []}, []),
    "a laptop": ({}, {"DATABASES": SQLITE, "DEBUG": True, "ALLOWED_HOSTS": [], "STATIC_ROOT": None}, []),
}


@pytest.mark.parametrize(("environ", "given", "ids"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_situation_and_what_is_said_about_it(environ, given, ids):
    messages = found(environ, **given)

    assert [identity for identity, _ in messages] == ids
    assert all(message.hint for _, message in messages)
    assert "hidden" not in str(messages)


def test_redis_needs_its_package(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert [identity for identity, _ in found({}, CACHES=REDIS)] == ["dotcloud.E003"]


def test_a_key_written_in_the_settings_module_is_found(tmp_path, monkeypatch):
    path = tmp_path / "keyed.py"
    path.write_text(f"SECRET_KEY = '{'k' * 60}'\n")
    monkeypatch.setitem(sys.modules, "keyed", SimpleNamespace(__file__=str(path)))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "keyed")

    assert [identity for identity, _ in found(ON_PLATFORM)] == ["dotcloud.W005"]


def test_variables_that_cannot_be_read_are_one_message(tmp_path, monkeypatch):
    from dotcloud.django.checks import check_environment

    monkeypatch.setenv("DOTCLOUD_ENVIRONMENT_FILE", str(tmp_path / "none.json"))

    (message,) = check_environment()
    assert message.id == "dotcloud.E001"
