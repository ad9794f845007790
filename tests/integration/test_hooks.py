"""Hooks as real processes, on real databases."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.postgres import Postgres
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "samples" / "site"


class Hooked:
    """A copy of the sample site, and its hook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(SAMPLE, folder)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def hook(self, text: str) -> None:
        self.write("postinstall", f"#!{sys.executable}\nfrom dotcloud import hooks\n{text}\n")

    def start(self, *names: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, self.folder / "postinstall", *names],
            cwd="/",
            env={**_clean(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *names: str, **variables: str) -> tuple[int, str]:
        child = self.start(*names, **variables)
        output, _ = child.communicate(timeout=60)
        return child.returncode, output

    def migration(self, name: str, operations: str, attributes: str = "") -> None:
        self.write(
            f"journal/migrations/{name}.py",
            "from django.db import migrations, models\n"
            "from django.contrib.postgres.operations import AddIndexConcurrently\n"
            "def fail(apps, schema_editor):\n"
            "    1 / 0\n"
            "def until_go(apps, schema_editor):\n"
            "    import os, time\n"
            "    while not os.path.exists('go'):\n"
            "        time.sleep(0.02)\n"
            "class Migration(migrations.Migration):\n"
            f"    {attributes}\n"
            "    dependencies = [('journal', '0002_entry')]\n"
            f"    operations = [{operations}]\n",
        )


def _clean() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def site(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path / "site")


def database_name(url: str) -> str:
    return url.rpartition("/")[2]


# --- eight at once ---


def test_eight_instances_on_a_new_server_do_everything_once(site: Hooked, postgres: Postgres) -> None:
    variables = {"DJANGO_SUPERUSER_USERNAME": "chief", "DJANGO_SUPERUSER_EMAIL": "chief@example.com"}
    outputs = _eight(site, postgres.url("from_nothing"), DJANGO_SUPERUSER_PASSWORD="never-to-be-seen", **variables)
    assert sum(", created" in text for text in outputs) == 1, outputs
    assert sum("migrations applied" in text for text in outputs) == 1
    assert sum("migrate: nothing to do" in text for text in outputs) == 7
    assert sum("admin: chief made" in text for text in outputs) == 1
    assert any("waiting up to 300 s for dotcloud migrate" in text for text in outputs)
    assert postgres.execute("SELECT count(*) FROM journal_entry", "from_nothing") == [(1,)]
    assert postgres.execute("SELECT username FROM auth_user", "from_nothing") == [("chief",)]


def test_an_index_built_concurrently_does_not_wait_for_those_who_wait(site: Hooked, postgres: Postgres) -> None:
    index = "AddIndexConcurrently('Entry', models.Index(fields=['process'], name='by_process'))"
    site.migration("0003_index", index, "atomic = False")
    outputs = _eight(site, postgres.new_database())
    assert sum("migrations applied" in text for text in outputs) == 1, outputs


def test_eight_instances_on_one_sqlite_file_migrate_once(site: Hooked) -> None:
    outputs = _eight(site, f"sqlite:///{site.folder}/shared.sqlite3")
    assert sum("migrations applied" in text for text in outputs) == 1, outputs


def test_eight_instances_in_one_folder_collect_one_after_the_other(site: Hooked) -> None:
    for number in range(300):
        site.write(f"journal/static/{number}.css", "p { color: red }")
    hashed = "{'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'}}"
    site.write("config/hashed.py", f"from config.settings import *\nSTORAGES = {hashed}\n")
    site.hook("hooks.run(hooks.static())")
    variables = {"DJANGO_SETTINGS_MODULE": "config.hashed", "STATIC_ROOT": f"{site.folder}/collected"}
    outputs = _eight(site, "sqlite:///:memory:", **variables)
    assert sum("301 files copied" in text for text in outputs) == 1, outputs


def _eight(site: Hooked, url: str, **variables: str) -> list[str]:
    children = [site.start(DATABASE_URL=url, DOTCLOUD_SERVICE_NAME="www", **variables) for _ in range(8)]
    try:
        outputs = [child.communicate(timeout=90)[0] for child in children]
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert [child.returncode for child in children] == [0] * 8, "\n".join(outputs)
    return outputs


# --- waiting ---


def test_a_database_that_comes_up_late_is_waited_for(site: Hooked, stopped_postgres: Postgres) -> None:
    waiting = f"waiting up to 60 s for default at 127.0.0.1:{stopped_postgres.port}/shop: Connection refused"
    child = site.start("databases", "migrate", DATABASE_URL=stopped_postgres.url("shop"))
    assert child.stdout is not None
    said = child.stdout.readline()
    stopped_postgres.start()
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0, said + output
    assert waiting in said
    assert ", created" in output


def test_a_server_that_is_starting_is_waited_for(site: Hooked) -> None:
    asked: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_starting_up, args=(server, asked), daemon=True).start()
        site.hook("hooks.run(hooks.databases(timeout=1))")
        url = f"postgres://owner:verysecret@127.0.0.1:{server.getsockname()[1]}/shop"
        status, output = site.run(DATABASE_URL=url)
    assert status == 1
    assert "did not come up within 1 s" in output
    assert len(asked) > 1
    assert "verysecret" not in output


def _starting_up(server: socket.socket, asked: list[int]) -> None:
    """Refuse every session with 57P03, in a language that no program matches against."""
    fields = b"SFATAL\0VFATAL\0C57P03\0Mil sistema di database si sta avviando\0\0"
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                length, code = struct.unpack("!ii", connection.recv(8))
                while code in (80877103, 80877104):  # SSLRequest, GSSENCRequest
                    connection.sendall(b"N")
                    length, code = struct.unpack("!ii", connection.recv(8))
                connection.recv(length - 8)
                asked.append(code)
                connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)


def test_a_wrong_password_fails_at_once(site: Hooked, postgres: Postgres) -> None:
    status, output = site.run("databases", DATABASE_URL=postgres.url(password="not the right one"))
    assert status == 1
    assert "is up, but does not let the user 'owner' in" in output
    assert "waiting" not in output
    assert "not the right one" not in output


def test_a_server_that_does_not_offer_tls_fails_at_once(site: Hooked, postgres: Postgres) -> None:
    status, output = site.run("databases", DATABASE_URL=f"{postgres.new_database()}?sslmode=require")
    assert status == 1
    assert "server does not support SSL" in output
    assert "waiting" not in output


def test_a_host_that_does_not_exist_fails_at_once(site: Hooked) -> None:
    status, output = site.run("databases", DATABASE_URL="postgres://u:verysecret@db.invalid:5432/shop")
    assert status == 1
    assert "The host 'db.invalid' of the database 'default' does not exist." in output
    assert "verysecret" not in output


def test_a_user_who_may_not_create_is_told_the_statement(site: Hooked, postgres: Postgres) -> None:
    postgres.execute("CREATE ROLE modest LOGIN PASSWORD 'modest-password'")
    url = postgres.url("nowhere", user="modest", password="modest-password")
    status, output = site.run("databases", DATABASE_URL=url)
    assert status == 1
    assert 'CREATE DATABASE "nowhere" OWNER "modest";' in output
    assert "modest-password" not in output


def test_a_missing_database_is_created_whatever_its_name(site: Hooked, postgres: Postgres) -> None:
    status, output = site.run("databases", DATABASE_URL=postgres.url("say%20%22hi%22%20100%25s"))
    assert status == 0, output
    assert postgres.execute("SELECT current_database()", "say%20%22hi%22%20100%25s") == [('say "hi" 100%s',)]


def test_a_database_we_may_not_enter_is_a_refusal(site: Hooked, postgres: Postgres) -> None:
    postgres.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-password'")
    name = database_name(postgres.new_database())
    postgres.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    status, output = site.run(
        "databases", DATABASE_URL=postgres.url(name, user="stranger", password="stranger-password")
    )
    assert status == 1
    assert "does not let the user 'stranger' in" in output


# --- migrating ---


def test_a_hook_can_run_twice(site: Hooked, postgres: Postgres, tmp_path: Path) -> None:
    variables = {"DATABASE_URL": postgres.new_database(), "STATIC_ROOT": str(tmp_path / "static")}
    first = site.run(**variables)
    second = site.run(**variables)
    assert (first[0], second[0]) == (0, 0), first[1] + second[1]
    assert "1 file copied" in first[1]
    assert "migrate: nothing to do" in second[1]
    assert "0 files copied" in second[1]
    assert len(second[1].splitlines()) == 4


def test_static_files_may_go_to_a_storage_without_a_folder(site: Hooked) -> None:
    site.write(
        "config/remote.py",
        "from config.settings import *\n"
        "STORAGES = {'staticfiles': {'BACKEND': 'django.core.files.storage.InMemoryStorage'}}\n",
    )
    status, output = site.run("static", DJANGO_SETTINGS_MODULE="config.remote")
    assert status == 0
    assert "1 file copied to the site's storage" in output


def test_the_folder_of_the_static_files_is_told_as_seen_from_the_project(site: Hooked) -> None:
    status, output = site.run("static", STATIC_ROOT=f"{site.folder}/staticfiles")
    assert status == 0
    assert output.startswith("==> static: 1 file copied to staticfiles (")


def test_a_failing_migration_is_named_with_its_line(site: Hooked, postgres: Postgres) -> None:
    site.migration("0003_fails", "migrations.RunPython(fail)")
    status, output = site.run("migrate", DATABASE_URL=postgres.new_database())
    assert status == 1
    assert "The migration journal.0003_fails failed on 'default': ZeroDivisionError: division by zero" in output
    assert "at journal/migrations/0003_fails.py:4 in fail" in output
    assert "It was rolled back" in output
    assert "Traceback" not in output


def test_a_traceback_is_shown_on_request(site: Hooked, postgres: Postgres) -> None:
    site.migration("0003_fails", "migrations.RunPython(fail)")
    status, output = site.run("migrate", DATABASE_URL=postgres.new_database(), DOTCLOUD_TRACEBACK="1")
    assert status == 1
    assert "Traceback (most recent call last)" in output
    assert "1 / 0" in output


def test_who_has_the_lock_for_too_long_is_named(site: Hooked, postgres: Postgres) -> None:
    url = postgres.new_database()
    site.migration("0003_long", "migrations.RunPython(until_go)")
    first = site.start("migrate", DATABASE_URL=url, DOTCLOUD_SERVICE_NAME="www", DOTCLOUD_SERVICE_ID="0")
    until(lambda: postgres.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
    site.hook("hooks.run(hooks.migrate(wait=0.5))")
    status, output = site.run(DATABASE_URL=url)
    assert status == 1
    assert "being migrated by dotcloud migrate www.0, pid" in output
    (site.folder / "go").touch()
    assert first.communicate(timeout=PATIENCE)[0].count("4 migrations applied") == 0
    assert first.returncode == 0


def test_a_lost_lock_is_an_error(site: Hooked, postgres: Postgres) -> None:
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    site.migration("0003_cut", f'migrations.RunSQL("{terminate}")')
    status, output = site.run("migrate", DATABASE_URL=postgres.new_database())
    assert status == 1
    assert "The migration lock on 'default' was lost" in output


def test_sigterm_ends_the_migration_and_frees_the_lock(site: Hooked, postgres: Postgres) -> None:
    site.migration("0003_long", "migrations.RunSQL('SELECT pg_sleep(600)')")
    child = site.start("migrate", DATABASE_URL=postgres.new_database())
    locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
    sleeping = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(600)'"
    until(lambda: postgres.execute(sleeping))
    child.send_signal(signal.SIGTERM)
    output, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 128 + signal.SIGTERM
    assert "Stopped by SIGTERM" in output
    until(lambda: not postgres.execute(locks))


def test_a_killed_hook_leaves_nobody_migrating(site: Hooked, postgres: Postgres) -> None:
    site.migration("0003_long", "migrations.RunPython(lambda apps, editor: __import__('time').sleep(600))")
    child = site.start("migrate", DATABASE_URL=postgres.new_database())
    locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
    until(lambda: postgres.execute(locks))
    child.kill()
    child.communicate(timeout=PATIENCE)
    until(lambda: not postgres.execute(locks))


# --- the site ---


def test_two_databases_are_migrated_and_a_replica_is_left_alone(site: Hooked) -> None:
    more = (
        'DATABASES["books"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "books.sqlite3"}\n'
        'DATABASES["copy"] = {**DATABASES["default"], "TEST": {"MIRROR": "default"}}\n'
    )
    site.write("config/settings.py", (site.folder / "config/settings.py").read_text() + more)
    status, output = site.run("databases", "migrate")
    assert status == 0, output
    assert "books: 12" not in output
    assert output.count("migrations applied") == 2
    assert "copy: left alone" in output


def test_broken_settings_are_one_line_and_a_place(site: Hooked) -> None:
    site.write("config/settings.py", "import os\n\nDEBUG = os.environ['NOT_THERE']\n")
    status, output = site.run()
    assert status == 1
    assert "The site does not load with config.settings: KeyError: 'NOT_THERE'" in output
    assert "at config/settings.py:3" in output
    assert "Fix: set the variable NOT_THERE" in output
    assert "Traceback" not in output


def test_a_module_that_is_not_installed_is_named(site: Hooked) -> None:
    site.write("journal/models.py", "import not_installed_here\n")
    status, output = site.run()
    assert status == 1
    assert "add the package that has 'not_installed_here' to requirements.txt" in output


def test_a_broken_database_url_does_not_show_its_password(site: Hooked) -> None:
    status, output = site.run("databases", DATABASE_URL="postgres://owner:pass#word/hidden@127.0.0.1:5432/shop")
    assert status == 1
    assert "word/hidden" not in output
    assert "hidden" not in output


def test_what_the_site_prints_is_shown_and_does_not_disturb(site: Hooked) -> None:
    settings = (site.folder / "config/settings.py").read_text()
    site.write(
        "config/settings.py", settings + 'print("loading", SECRET_KEY)\nimport sys; sys.stdout.write("no newline")\n'
    )
    status, output = site.run("databases", SECRET_KEY="never-to-be-seen")
    assert status == 0, output
    assert "    loading ***" in output
    assert "no newline" in output


def test_the_site_finishes_what_it_does_at_the_end(site: Hooked) -> None:
    settings = (site.folder / "config/settings.py").read_text()
    at_the_end = """
import atexit, threading, time
from pathlib import Path
atexit.register(Path("exited").touch)
threading.Thread(target=lambda: (time.sleep(0.5), Path("sent").touch())).start()
"""
    site.write("config/settings.py", settings + at_the_end)
    status, output = site.run("databases")
    assert status == 0, output
    assert (site.folder / "exited").exists()
    assert (site.folder / "sent").exists()


def test_a_process_that_dies_says_so(site: Hooked) -> None:
    site.write("journal/models.py", "import os\nprint('last words', flush=True)\nos._exit(7)\n")
    status, output = site.run("migrate")
    assert status == 1
    assert "ended in the middle of it, with status 7" in output
    assert "last words" in output


def test_admin_is_made_once_and_its_password_stays_secret(site: Hooked) -> None:
    variables = {
        "DJANGO_SUPERUSER_USERNAME": "chief",
        "DJANGO_SUPERUSER_EMAIL": "chief@example.com",
        "DJANGO_SUPERUSER_PASSWORD": "never-to-be-seen",
    }
    first, second = site.run(**variables), site.run(**variables)
    assert "admin: chief made" in first[1]
    assert "admin: chief exists, left alone" in second[1]
    assert "never-to-be-seen" not in first[1] + second[1]


def test_without_variables_the_admin_step_says_how(site: Hooked) -> None:
    status, output = site.run("migrate", "admin")
    assert status == 0
    assert "==> admin: skipped: DJANGO_SUPERUSER_* not set; or run: manage.py createsuperuser (" in output
    _, output = site.run("admin", DJANGO_SUPERUSER_USERNAME="chief")
    assert "skipped: DJANGO_SUPERUSER_PASSWORD not set" in output


CUSTOM_USER = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

class Manager(BaseUserManager):
    def create_superuser(self, **fields):
        user = self.model(**{**fields, "password": ""})
        user.set_password(fields["password"])
        user.save(using=self._db)

class Member(AbstractBaseUser):
    email = models.EmailField(unique=True)
    badge = models.CharField(max_length=20)
    objects = Manager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["badge"]
"""


@pytest.fixture
def custom(site: Hooked) -> Hooked:
    shutil.rmtree(site.folder / "journal/migrations")
    site.write("journal/models.py", CUSTOM_USER)
    settings = (site.folder / "config/settings.py").read_text()
    site.write("config/settings.py", settings + 'AUTH_USER_MODEL = "journal.Member"\n')
    make = "hooks.command('python manage.py makemigrations journal', name='make')"
    site.hook(f"hooks.run({make}, hooks.migrate(), hooks.admin())")
    return site


def test_a_custom_user_model_has_variables_of_its_own(custom: Hooked) -> None:
    variables = {"DJANGO_SUPERUSER_EMAIL": "a@example.com", "DJANGO_SUPERUSER_PASSWORD": "never-to-be-seen"}
    status, output = custom.run(**variables)
    assert status == 1
    assert "DJANGO_SUPERUSER_BADGE is not set" in output
    status, output = custom.run("admin", DJANGO_SUPERUSER_BADGE="12", **variables)
    assert status == 0, output
    assert "a@example.com made" in output


# --- the hook itself ---


def test_a_hook_without_a_virtual_environment_on_the_path_finds_it(site: Hooked) -> None:
    shutil.copy(ROOT / "postinstall", site.folder / "postinstall")
    (site.folder / ".venv/bin").mkdir(parents=True)
    (site.folder / ".venv/bin/python3").symlink_to(sys.executable)
    (site.folder / ".venv/pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (site.folder / ".venv/lib").symlink_to(Path(sys.prefix) / "lib")
    done = subprocess.run(
        [site.folder / "postinstall", "databases", "migrate"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "migrations applied" in done.stderr


def test_a_hook_without_the_library_says_what_to_type(tmp_path: Path) -> None:
    shutil.copy(ROOT / "postinstall", tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    done = subprocess.run([tmp_path / "postinstall"], env=_clean(), capture_output=True, text=True)
    assert done.returncode == 1
    fix = "python3 -m venv .venv && .venv/bin/pip install ."
    assert done.stderr == f"Error: No module named 'dotcloud'. Fix: {fix}\n"


def test_a_reader_that_has_had_enough_is_no_error(site: Hooked) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, site.folder / "postinstall", "--list"]
    done = subprocess.run(command, env=_clean(), stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.stderr == ""


def test_the_hook_lists_its_steps(site: Hooked) -> None:
    shutil.copy(ROOT / "postinstall", site.folder / "postinstall")
    status, output = site.run("--list")
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == ["vendor", "databases", "migrate", "static", "admin"]


def test_a_hook_can_be_a_link_with_another_name(site: Hooked) -> None:
    (site.folder / "bin").mkdir()
    (site.folder / "bin/post_compile").symlink_to("../postinstall")
    done = subprocess.run(
        [sys.executable, "bin/post_compile", "migrate"], cwd=site.folder, env=_clean(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


INSTALLING = """
import os, sys, sysconfig, types
from pathlib import Path

def install(root, requirements=()):
    '''Stands in for the real one: puts a module and its metadata into the virtual environment, once.'''
    folder = Path(sysconfig.get_path("purelib"))
    new = not (folder / "fresh_module.py").exists()
    if new:
        (folder / "fresh-1.0.dist-info").mkdir()
        (folder / "fresh_module.py").write_text("VERSION = 1")
        (folder / "fresh.pth").write_text(str(root.parent / "plain"))
    item = types.SimpleNamespace(action="built" if new else "unchanged")
    return types.SimpleNamespace(packages=[item])

stub = types.ModuleType("dotcloud.vendor.install")
stub.install = install
sys.modules["dotcloud.vendor.install"] = stub

def uses_it():
    import fresh_module, plain_module
    return f"sees {fresh_module.VERSION} and {plain_module.__name__} in process {os.getpid()}"

hooks.run(hooks.vendor(), uses_it)
"""


def test_what_vendor_installed_is_seen_by_the_steps_after_it(site: Hooked, tmp_path: Path) -> None:
    site.hook(INSTALLING)
    (site.folder / "vendor").mkdir()
    site.write("plain/plain_module.py", "")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    packages = next((tmp_path / "venv").glob("lib/python*/site-packages"))
    (packages / "dotcloud.pth").write_text(f"{ROOT / 'src'}\n")
    command = [tmp_path / "venv/bin/python", "../site/postinstall"]
    for action in ("built", "unchanged"):
        done = subprocess.run(command, cwd=site.folder, env=_clean(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = done.stderr.splitlines()
        assert len(lines) == 2, lines
        assert f"vendor: 1 package (1 {action})" in lines[0]
        assert "uses_it: sees 1 and plain_module" in lines[1]
