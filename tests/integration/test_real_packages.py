"""Real packages under vendor/: pushed from a laptop to a box that cannot reach the servers they come from."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration import real_packages
from tests.integration.box import DOTCLOUD, Box, make_box, run
from tests.integration.real_packages import PACKAGES, Real

ROOT = Path(__file__).parents[2]
STARTER = ("manage.py", "wsgi.py", "myproject", "vendor", "src", "pyproject.toml", "setup.py", "README.md", "LICENSE")
GIT = ["git", "-c", "protocol.file.allow=always", "-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
# What the forced sources of an archive would tell a backend instead of git.
NOT_IN_REPOSITORIES = ("PKG-INFO", "*.egg-info", ".git_archival.txt")

# What a platform supplies: the site runs as it does in production.
PLATFORM = {
    "DOTCLOUD_SERVICE_HTTP_URL": "http://127.0.0.1/",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "127.0.0.1",
    "DEBUG": "0",
}
SETTINGS = f"""\
from myproject.settings import *

INSTALLED_APPS += {[real.app for real in PACKAGES if real.app]!r}
MIDDLEWARE += ["debug_toolbar.middleware.DebugToolbarMiddleware"]
ROOT_URLCONF = "site_urls"
Q_CLUSTER = {{"name": "site", "orm": "default", "timeout": 30, "retry": 60}}
"""
URLS = """\
from django.urls import include, path
from debug_toolbar.toolbar import debug_toolbar_urls

urlpatterns = [
    path("api-auth/", include("rest_framework.urls")),
    path("", include("myproject.urls")),
    *debug_toolbar_urls(),
]
"""


@dataclass
class Laptop:
    """A clone of the starter with the packages in it, and the private server their repositories are on."""

    project: Path
    server: Path
    archives: dict[str, Path]

    def make(self) -> None:
        self.project.mkdir(parents=True)
        self._copy_starter()
        git(self.project, "init", "--quiet", "--initial-branch=main")
        vendor = self.project / "vendor"
        for real in PACKAGES:
            if real.form == "archive":
                shutil.copy(self.archives[real.name], vendor)
            elif real.form == "folder":
                real_packages.unpack(self.archives[real.name], vendor / real.name)
            elif real.form == "submodule":
                self._submodule(real.name, [real])
        self._submodule("speedups", [real for real in PACKAGES if real.form == "nested"])
        (self.project / "site_settings.py").write_text(SETTINGS)
        (self.project / "site_urls.py").write_text(URLS)
        (self.project / "requirements.txt").write_text("Django>=5.2,<5.3\ngunicorn>=23\nwhitenoise>=6.9\n.\n")
        git(self.project, "add", "--all", "--force")
        done = run([DOTCLOUD, "vendor", "lock"], cwd=self.project)
        assert done.returncode == 0, done.stderr
        git(self.project, "add", "--all", "--force")
        git(self.project, "commit", "--quiet", "--message", "The starter with private packages")

    def _copy_starter(self) -> None:
        for path in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
            if path.split("/")[0] in STARTER and (ROOT / path).is_file():
                (self.project / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, self.project / path)

    def _submodule(self, name: str, packages: list[Real]) -> None:
        """A bare repository on the server, with the packages' history of one commit and a tag, as a submodule."""
        work = self.server / f"{name}-work"
        self.server.mkdir(exist_ok=True)
        if len(packages) == 1:
            real_packages.unpack(self.archives[name], work)
        else:
            (work / "python").mkdir(parents=True)
            for real in packages:
                real_packages.unpack(self.archives[real.name], work / "python" / real.name)
        for pattern in NOT_IN_REPOSITORIES:
            for path in work.rglob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        git(work, "init", "--quiet", "--initial-branch=main")
        git(work, "add", "--all", "--force")
        git(work, "commit", "--quiet", "--message", "Import")
        git(work, "tag", packages[0].version)
        git(self.server, "clone", "--quiet", "--bare", str(work), f"{name}.git")
        shutil.rmtree(work)
        git(self.project, "submodule", "--quiet", "add", str(self.server / f"{name}.git"), f"vendor/{name}")

    def push(self, box: Path) -> None:
        """What a push carries: the tracked files, submodules included, and no ``.git``."""
        for path in git(self.project, "ls-files", "-z", "--recurse-submodules").split("\0"):
            if path:
                (box / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.project / path, box / path, follow_symlinks=False)


def git(folder: Path, *arguments: str) -> str:
    done = run([*GIT, *arguments], cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Pushed:
    """The box after the install: what it said, and what it installed."""

    box: Box
    actions: dict[str, str]
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Pushed:
    folder = tmp_path_factory.mktemp("real")
    laptop = Laptop(folder / "laptop", folder / "server", real_packages.fetch())
    laptop.make()
    box = make_box(folder / "box", folder / "cache", **PLATFORM)
    laptop.push(box.folder)
    shutil.rmtree(laptop.server)
    shutil.rmtree(laptop.project)
    assert not list(box.folder.rglob(".git"))
    done = run(box.command("--json", "-r", str(box.folder / "requirements.txt")), box.env, cwd=box.folder)
    assert done.returncode == 0, done.stderr
    packages = json.loads(done.stdout)["packages"]
    return Pushed(
        box,
        {package["name"]: package["action"] for package in packages},
        {package["name"]: package["seconds"] for package in packages},
    )


@pytest.mark.parametrize("real", PACKAGES, ids=lambda real: f"{real.name} ({real.backend})")
def test_it_is_installed_and_can_be_imported(pushed: Pushed, real: Real) -> None:
    assert pushed.actions[real.name] == "built"
    assert pushed.box.version(real.name) == real.version
    pushed.box.says(f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'none'; import {real.module}")


@pytest.mark.parametrize("real", [real for real in PACKAGES if real.compiled], ids=lambda real: real.name)
def test_its_extension_is_compiled(pushed: Pushed, real: Real) -> None:
    assert pushed.box.says(f"import {real.compiled} as module; print(module.__file__)").endswith(".so")


def test_what_is_installed_goes_together(pushed: Pushed) -> None:
    done = run([sys.executable, "-m", "pip", "--python", pushed.box.python, "check"], pushed.box.env)
    assert done.returncode == 0, done.stdout


def test_every_package_came_from_vendor(pushed: Pushed) -> None:
    origins = {
        path.parent.name.partition("-")[0].replace("_", "-"): json.loads(path.read_text())["url"]
        for path in pushed.box.site_packages.glob("*.dist-info/direct_url.json")
    }
    assert {real.name for real in PACKAGES} <= origins.keys()


def test_installing_again_changes_nothing(pushed: Pushed) -> None:
    # requirements.txt names "." (the library), which is asked for again: its tree may have changed.
    actions = pushed.box.install()
    assert {actions[real.name] for real in PACKAGES} == {"unchanged"}


# --- the site ---


@pytest.fixture(scope="module")
def site(pushed: Pushed) -> Iterator[str]:
    """The starter with the Django apps of the packages switched on: migrated, and served by gunicorn."""
    env = {**pushed.box.env, "DJANGO_SETTINGS_MODULE": "site_settings"}
    for command in (["check"], ["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        done = run([pushed.box.python, "manage.py", *command], env, cwd=pushed.box.folder)
        assert done.returncode == 0, done.stderr
    with served(pushed.box, {**env, "HOME": str(pushed.box.folder)}) as url:
        yield url


@contextmanager
def served(box: Box, env: dict[str, str]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_inheritable(listening.fileno(), True)
        command = [box.python, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "wsgi:application"]
        log = (box.folder / "gunicorn.log").open("w")
        child = subprocess.Popen(
            command, cwd=box.folder, env=env, pass_fds=[listening.fileno()], stdout=log, stderr=subprocess.STDOUT
        )
        log.close()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            child.terminate()
            child.wait(timeout=20)


@pytest.mark.parametrize(
    ("path", "text"),
    [("/", "<html"), ("/admin/login/", "Log in"), ("/api-auth/login/", "REST framework"), ("/healthz", "")],
)
def test_the_site_answers(site: str, path: str, text: str) -> None:
    with urllib.request.urlopen(site + path, timeout=30) as answer:
        assert answer.status == 200
        assert text in answer.read().decode()


@pytest.mark.parametrize("table", ["taggit_tag", "django_q_task"])
def test_the_apps_tables_are_there(site: str, pushed: Pushed, table: str) -> None:
    code = f"import sqlite3; print(sqlite3.connect('db.sqlite3').execute('SELECT count(*) FROM {table}').fetchone())"
    assert pushed.box.says(code) == "(0,)"
