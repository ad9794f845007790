"""``python -m dotcloud.environment``, as a person and as a program read it."""

from __future__ import annotations

import json
import os

import pytest

from dotcloud.environment import Environment, __main__, explain, variables

ENVIRON = {
    "DOTCLOUD_PROJECT": "ramen",
    "DOTCLOUD_DB_SQL_HOST": "db.example",
    "DOTCLOUD_DB_SQL_PORT": "42801",
    "DOTCLOUD_DB_SQL_LOGIN": "root",
    "DOTCLOUD_DB_SQL_PASSWORD": "hidden-hidden-hidden",
    "DOTCLOUD_WWW_HTTP_HOST": "ramen.example",
    "DATABASE_URL": "postgres://u:hidden@old.example:5432/site?sslmode=require&sslpassword=hidden",
}
TEXT = """\
Environment: dotCloud
  project       no manage.py or dotcloud.yml upward from here
  file          none
  process       7 names, over those of the file

Databases
  default       postgresql://root:***@db.example:42801/ramen
                dotCloud: DOTCLOUD_DB_SQL_{HOST,PORT,LOGIN,PASSWORD} (the
                process)

Caches
  none described: the memory of each process

Set aside
  database      postgresql://u:***@old.example:5432/site?sslmode=require&sslpassword=***
                URL: DATABASE_URL (the process)
                the platform's own service 'db' comes first

Settings
  secret key    derived from the password of 'db'
  allowed hosts ramen.example, localhost, 127.0.0.1, [::1]
  https         always: dotCloud speaks it to the world
  debug         off: this is dotCloud

Problems
  warning       DATABASE_URL leads elsewhere than the platform's own database
                'db', which is used [contradiction]
    fix         unset DATABASE_URL; or DEFAULT_DATABASE=DATABASE_URL to use it"""


@pytest.fixture(autouse=True)
def no_platform_home(tmp_path, monkeypatch):
    monkeypatch.setattr(variables, "PLATFORM_HOME", str(tmp_path / "no-such-home"))


def test_the_text_as_a_person_reads_it():
    assert explain.text(Environment.load(ENVIRON)) == TEXT


def test_the_text_fits_80_columns_addresses_apart():
    assert [line for line in TEXT.splitlines() if len(line) > 80 and "://" not in line] == []


def test_the_report_as_a_program_reads_it():
    told = json.loads(json.dumps(explain.report(Environment.load(ENVIRON))))

    assert told["databases"][0]["alias"] == "default"
    assert told["databases"][0]["variables"] == [name for name in ENVIRON if "DB_SQL" in name]
    assert told["set_aside"][0]["reason"] == "the platform's own service 'db' comes first"
    assert [problem["code"] for problem in told["problems"]] == ["contradiction"]


def test_a_database_without_a_name_is_named_by_the_settings():
    env = Environment.load(
        {"DOTCLOUD_SERVICE_NAME": "www", "DOTCLOUD_DB_SQL_URL": "pgsql://root:long-password-of-16@h:1"}
    )

    assert "its name is the one settings.py gives: databases(name=…)" in explain.text(env)
    assert not explain.report(env)["databases"][0]["named"]
    assert explain.errors(env) == []


def test_a_missing_key_is_not_held_against_the_database():
    told = explain.text(Environment.load({"DYNO": "web.1", "REDIS_URL": "x"}))

    assert "none described: SQLite" in told
    assert "Caches\n  none that can be used" in told


@pytest.mark.parametrize(
    ("environ", "status"),
    [({}, 0), (ENVIRON, 0), ({"DATABASE_URL": "x"}, 1), ({"DYNO": "web.1"}, 1), ({"DEFAULT_DATABASE": "x"}, 1)],
)
def test_the_exit_status_tells_whether_settings_would_be_refused(environ, status, monkeypatch, capsys, tmp_path):
    for name in [*os.environ]:
        monkeypatch.delenv(name)
    for name, value in (environ | {"HOME": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)

    assert __main__.main([]) == status
    assert __main__.main(["--json"]) == status
    assert list(tmp_path.iterdir()) == []
    capsys.readouterr()


def test_a_file_that_is_missing_is_said_plainly(capsys):
    assert __main__.main(["--file", "/nowhere.json"]) == 1
    assert "Error: /nowhere.json cannot be read" in capsys.readouterr().err
