"""Data services: made once, kept over restarts and crashes, never opened by another version."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import string
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg
import pytest

from dotcloud.errors.platform import NotScalable, OtherMajorVersion, ServerMissing, ServiceDidNotStart
from dotcloud.platform import lifecycle, services
from dotcloud.platform.layout import Home
from dotcloud.platform.services import postgresql, redis
from dotcloud.platform.supervise import Supervisor, spec, start, unprivileged
from tests.integration.platform.conftest import eventually, family, kill

GROUP = "mysite.default.db.0@data"


class Row:
    """A row of the platform's database, without one."""

    objects = SimpleNamespace(exclude=lambda **_: SimpleNamespace(values_list=lambda *_, **__: []))

    def __init__(self, kind: str, name: str = "db") -> None:
        self.name, self.type, self.instance_count, self.pk = name, kind, 1, 1
        self.port: int | None = None
        self.password = ""
        nothing = SimpleNamespace(order_by=lambda *_: SimpleNamespace(first=lambda: None))
        self.environment = SimpleNamespace(
            name="default",
            application=SimpleNamespace(name="mysite"),
            services=SimpleNamespace(filter=lambda **_: nothing),
        )
        self.saved: list[str] = []

    def save(self, update_fields: tuple[str, ...]) -> None:
        self.saved += update_fields


@pytest.fixture
def db(home: Home, supervisor: Supervisor) -> Row:
    row = Row("postgresql")
    services.ensure(row, home, supervisor)
    return row


def query(row: Row, text: str) -> list[Any]:
    with psycopg.connect(services.variables(row)["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(text)
        return cursor.fetchall() if cursor.description else []


def server(supervisor: Supervisor) -> psutil.Process:
    return psutil.Process(supervisor.status(GROUP)[0].pid)


def test_postgresql_has_a_database_of_the_applications_name(db: Row) -> None:
    assert query(db, "SELECT current_database(), current_user") == [("mysite", "root")]
    assert {"password", "port"} <= set(db.saved)
    assert len(db.password) == 32
    assert set(db.password) <= set(string.ascii_letters + string.digits)


def test_postgresql_listens_on_loopback_and_wants_the_password(db: Row, supervisor: Supervisor) -> None:
    listening = {(one.laddr.ip, one.laddr.port) for one in server(supervisor).net_connections("inet")}
    assert listening == {("127.0.0.1", db.port)}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgres://root:wrong@127.0.0.1:{db.port}/mysite")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up rights")
def test_postgresql_runs_without_rights(db: Row, supervisor: Supervisor) -> None:
    assert server(supervisor).uids().real == unprivileged().uid


def test_the_password_is_in_no_argument_and_in_no_file_that_others_read(
    db: Row, home: Home, supervisor: Supervisor
) -> None:
    assert db.password not in " ".join(server(supervisor).cmdline() + list(server(supervisor).environ().values()))
    for folder, _, names in os.walk(home.root):
        for path in (Path(folder, name) for name in names):
            if path.is_file() and db.password.encode() in path.read_bytes():
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_what_is_there_is_not_made_again(db: Row, home: Home, supervisor: Supervisor) -> None:
    query(db, "CREATE TABLE entry (id int); INSERT INTO entry VALUES (1)")
    before = server(supervisor).pid
    services.ensure(db, home, supervisor)
    assert server(supervisor).pid == before
    assert query(db, "SELECT * FROM entry") == [(1,)]


def test_nothing_is_lost_when_the_server_is_killed(db: Row, home: Home, supervisor: Supervisor) -> None:
    query(db, "CREATE TABLE entry (id int); INSERT INTO entry VALUES (1)")
    os.kill(server(supervisor).pid, signal.SIGKILL)
    eventually(lambda: supervisor.status(GROUP)[0].restarts == 1)
    services.ensure(db, home, supervisor)
    assert query(db, "SELECT * FROM entry") == [(1,)]


def test_nothing_is_lost_when_everything_is_killed(db: Row, home: Home, supervisor: Supervisor) -> None:
    query(db, "CREATE TABLE entry (id int); INSERT INTO entry VALUES (1)")
    kill(family(home))
    eventually(lambda: not start.circus.is_running(home))
    services.ensure(db, home, supervisor)
    assert query(db, "SELECT * FROM entry") == [(1,)]


def test_a_server_that_outlived_circusd_is_ended_before_the_next_opens_its_data(
    db: Row, home: Home, supervisor: Supervisor
) -> None:
    orphan = server(supervisor)
    os.kill(spec.read_json(home.circus / "pid")["pid"], signal.SIGKILL)
    eventually(lambda: not start.circus.is_running(home))
    assert query(db, "SELECT 1") == [(1,)]
    services.ensure(db, home, supervisor)
    assert server(supervisor).pid != orphan.pid
    assert query(db, "SELECT 1") == [(1,)]


def test_a_server_that_nobody_supervises_is_ended_before_the_next_opens_its_data(
    db: Row, home: Home, supervisor: Supervisor
) -> None:
    supervisor.remove(GROUP)
    by_hand = subprocess.Popen(supervisor.foreground(postgresql.Postgres(db, home).process()))
    eventually(lambda: postgresql.Postgres(db, home).answers())
    services.ensure(db, home, supervisor)
    assert by_hand.wait(10) == 0
    assert query(db, "SELECT 1") == [(1,)]


def test_a_platform_that_moved_describes_its_services_anew(db: Row, home: Home, supervisor: Supervisor) -> None:
    lifecycle.stop_platform(home)
    (home.run / spec.STOPPED).unlink()
    place = spec.places(home, GROUP)[0]
    old = place.spec.read_text().replace(str(postgresql.bundled()[18]), "/gone")
    spec.write(place.spec, json.dumps({**json.loads(old), "digest": "of then"}))
    file = home.conf / f"group-{GROUP}.ini"
    file.write_text(file.read_text().replace(sys.executable, "/gone/python"))
    services.refresh(db, home)
    start.ensure(home)
    eventually(lambda: postgresql.Postgres(db, home).answers())
    assert "/gone" not in file.read_text() + place.spec.read_text()


def test_stop_ends_it_in_order_and_keeps_its_data(db: Row, home: Home, supervisor: Supervisor) -> None:
    query(db, "CREATE TABLE entry (id int)")
    lifecycle.stop_platform(home)
    log = (home.environment("mysite").service("db").logs / "postgresql.log").read_text()
    assert log.rstrip().endswith("database system is shut down")
    (home.run / spec.STOPPED).unlink()
    services.ensure(db, home, supervisor)
    assert query(db, "SELECT * FROM entry") == []


def test_a_half_made_data_folder_is_made_anew(home: Home, supervisor: Supervisor) -> None:
    row = Row("postgresql")
    left = home.environment("mysite").service("db").root / "data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18")
    services.ensure(row, home, supervisor)
    assert query(row, "SELECT 1") == [(1,)]


def test_data_of_another_major_version_is_refused_and_left_alone(db: Row, home: Home, supervisor: Supervisor) -> None:
    supervisor.remove(GROUP)
    folder = home.environment("mysite").service("db").data
    (folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(OtherMajorVersion) as caught:
        services.ensure(db, home, supervisor)
    assert "pg_dumpall" in caught.value.fix
    assert str(postgresql.bundled()[16]) in caught.value.fix
    assert supervisor.groups() == []


def test_a_server_that_cannot_start_is_tried_at_once_when_somebody_asks(
    db: Row, home: Home, supervisor: Supervisor
) -> None:
    control = home.environment("mysite").service("db").data / "global"
    control.rename(control.with_name("gone"))
    os.kill(server(supervisor).pid, signal.SIGQUIT)
    with pytest.raises(ServiceDidNotStart, match="ends whenever it is started"):
        services.ensure(db, home, supervisor)
    control.with_name("gone").rename(control)
    services.ensure(db, home, supervisor)
    assert query(db, "SELECT 1") == [(1,)]


def test_the_console_needs_no_password(db: Row, home: Home) -> None:
    argv, variables = services.console(db, home)
    assert db.password not in " ".join([*argv, *variables.values()])
    for line in ([*argv, "-Atc", "SELECT 2"], ["psql", "-Atc", "SELECT 2"]):
        done = subprocess.run(["/usr/bin/env", *line], env=variables, capture_output=True, text=True)
        assert done.stdout == "2\n"
    dump = subprocess.run(["/usr/bin/env", "pg_dump"], env=variables, capture_output=True, text=True)
    assert "PostgreSQL database dump complete" in dump.stdout


def test_destroyed_is_gone(db: Row, home: Home, supervisor: Supervisor) -> None:
    services.destroy(db, home, supervisor)
    assert not home.environment("mysite").service("db").root.exists()
    assert supervisor.groups() == []


def test_a_data_service_is_not_scaled(home: Home, supervisor: Supervisor) -> None:
    row = Row("postgresql")
    row.instance_count = 2
    with pytest.raises(NotScalable):
        services.ensure(row, home, supervisor)


@pytest.mark.parametrize(("kind", "package"), [("redis", "redis-server"), ("mysql", "mariadb-server")])
def test_a_missing_server_is_told_with_its_package(
    home: Home, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, kind: str, package: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(ServerMissing, match="not on this box") as caught:
        services.ensure(Row(kind), home, supervisor)
    assert package in caught.value.fix


@pytest.mark.skipif(not any(map(shutil.which, redis.SERVERS)), reason="no Redis on this machine")
def test_redis_answers_both_logins_and_keeps_its_data(home: Home, supervisor: Supervisor) -> None:
    row = Row("redis")
    services.ensure(row, home, supervisor)
    told = services.variables(row)
    for login in (["-u", told["DOTCLOUD_DB_REDIS_URL"]], ["-p", str(row.port), "-a", row.password]):
        done = subprocess.run(["redis-cli", *login, "incr", "count"], capture_output=True, text=True)
        assert done.stdout.strip().isdigit(), done
    supervisor.restart(GROUP)
    services.ensure(row, home, supervisor)
    argv, variables = services.console(row, home)
    command = ["/usr/bin/env", *argv]
    done = subprocess.run(command, env=variables, input="get count\n", capture_output=True, text=True)
    assert "2" in done.stdout


@pytest.mark.skipif(not (shutil.which("mariadbd") or shutil.which("mysqld")), reason="no MariaDB on this machine")
def test_mysql_has_a_database_of_the_applications_name_and_keeps_its_data(home: Home, supervisor: Supervisor) -> None:
    row = Row("mysql")
    services.ensure(row, home, supervisor)
    argv, variables = services.console(row, home)
    line = "CREATE TABLE entry (id int); INSERT INTO entry VALUES (7)"
    subprocess.run([*argv, "-e", line], check=True, env=variables)
    supervisor.restart(GROUP)
    services.ensure(row, home, supervisor)
    line = "SELECT id, database() FROM entry"
    done = subprocess.run([*argv, "-Ne", line], env=variables, capture_output=True, text=True)
    assert done.stdout.split() == ["7", "mysite"]
