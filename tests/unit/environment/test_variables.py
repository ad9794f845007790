"""Which files are read, in which order, and what is wrong with them."""

from __future__ import annotations

import json

import pytest

from dotcloud.environment import Environment, variables
from dotcloud.errors.environment import EnvironmentFileError, ValueFileError


@pytest.fixture(autouse=True)
def no_platform_home(tmp_path, monkeypatch):
    monkeypatch.setattr(variables, "PLATFORM_HOME", str(tmp_path / "no-such-home"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dotcloud.yml").touch()
    monkeypatch.chdir(folder)
    return folder


def write(folder, **values):
    folder.mkdir(exist_ok=True)
    path = folder / "environment.json"
    path.write_text(json.dumps(values))
    return str(path)


def test_the_process_stands_over_the_file(tmp_path):
    path = write(tmp_path, A="file", B="file")

    env = Environment.load({"A": "process"}, file=path)
    assert (env.get("A"), env.get("B"), env.get("C", "none")) == ("process", "file", "none")
    assert env.variables.origin("B") == path


def test_the_platforms_file_is_in_the_home_folder(tmp_path, project):
    write(project, WHERE="project")
    home = tmp_path / "home"
    write(home, WHERE="home", DOTCLOUD_PROJECT="ramen")

    env = Environment.load({"HOME": str(home)})
    assert env.get("WHERE") == "home"
    assert env.platform.name == "dotCloud"


def test_or_in_the_platforms_fixed_one(tmp_path, monkeypatch):
    monkeypatch.setattr(variables, "PLATFORM_HOME", str(tmp_path))
    write(tmp_path, WHERE="fixed")

    assert Environment.load({"HOME": str(tmp_path / "x")}).get("WHERE") == "fixed"


def test_a_developers_own_is_in_the_project_and_makes_no_platform(project):
    write(project, DOTCLOUD_PROJECT="ramen", DOTCLOUD_DB_SQL_URL="pgsql://root:pw@h:1")

    env = Environment.load({})
    assert env.databases()["default"]["HOST"] == "h"
    assert not env.on_platform
    assert env.debug


def test_a_developers_own_that_was_pushed_is_not_read_on_a_platform(project):
    write(project, DOTCLOUD_DB_SQL_URL="pgsql://root:pw@h:1")

    assert Environment.load({"DYNO": "web.1"}).file == ""


def test_a_variable_names_the_file(tmp_path, project):
    write(project, WHERE="project")
    path = write(tmp_path / "other", WHERE="named")

    assert Environment.load({"DOTCLOUD_ENVIRONMENT_FILE": path}).get("WHERE") == "named"


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    path = tmp_path / "environment.json"
    path.write_text('{"WHERE": "file"}', encoding="utf-8-sig")

    assert Environment.load({}, file=path).get("WHERE") == "file"


def test_numbers_are_texts_and_objects_are_json(tmp_path):
    path = write(tmp_path, PORT_HTTP=80, ON=True, NONE=None, VCAP_SERVICES={"a": []})

    env = Environment.load({}, file=path)
    assert (env.get("PORT_HTTP"), env.flag("ON"), "NONE" in env.variables) == ("80", True, False)
    assert env.get("VCAP_SERVICES") == '{"a": []}'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"A": "hidden', "is not JSON: Unterminated string starting at (line 1, column 7)"),
        (b'["hidden"]', "holds no JSON object"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[" * 100_000, "is not JSON that can be read"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_without_its_text(tmp_path, content, why):
    path = tmp_path / "environment.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(EnvironmentFileError) as caught:
        Environment.load({}, file=path)
    assert caught.value.what == f"{path} {why}"
    assert "hidden" not in str(caught.value)


def test_a_missing_secret_file_is_an_error():
    with pytest.raises(ValueFileError, match="/nowhere cannot be read") as caught:
        Environment.load({"POSTGRES_PASSWORD_FILE": "/nowhere"})
    assert "POSTGRES_PASSWORD_FILE" in str(caught.value)
    assert "JSON" not in str(caught.value)


def test_files_that_are_no_secrets_are_not_opened():
    Environment.load({"SSL_CERT_FILE": "/nowhere", "COVERAGE_FILE": "/nowhere", "LOG_FILE": "/nowhere"})
    Environment.load({"GEOIP_DATABASE_FILE": "/nowhere", "CITIES_DB_FILE": "/nowhere", "RUN_AS_USER_FILE": "/nowhere"})


def test_a_key_store_beside_a_service_binding_is_not_opened(tmp_path):
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "type").write_text("postgresql")
    (tmp_path / "db" / "host").write_text("h")
    (tmp_path / "db" / "truststore.p12").write_bytes(b"\x30\x82\xff")

    env = Environment.load({"SERVICE_BINDING_ROOT": str(tmp_path)})
    assert env.databases(name="d")["default"]["HOST"] == "h"
