"""Real projects from the package index, and the few files that each of them needs to be pushed.

None of their code is here: the source archives are fetched by name and kept outside the tree. ``made`` lays a project
out as a developer would have it: a git repository with some of its requirements as submodules of a private server.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration import real_packages

GIT = ["git", "-c", "protocol.file.allow=always", "-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
NOT_IN_REPOSITORIES = ("PKG-INFO", "*.egg-info")

POSTINSTALL = """\
#!/bin/sh
''':'; exec "$HOME/env/bin/python" "$0" "$@" # '''
from dotcloud import hooks
hooks.run(hooks.databases(), hooks.migrate(), hooks.static(){more})
"""
MANAGE = """\
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")
execute_from_command_line(sys.argv)
"""
ENVIRONMENT = """
from dotcloud.environment import Environment

env = Environment.load()
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.allowed_hosts()
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins()
DATABASES = env.databases(name="{name}")
"""


def unpack(release: str, target: Path) -> None:
    real_packages.unpack(fetch(release), target)


@dataclass(frozen=True)
class Project:
    """A project and what is added to it.

    :param release: the requirement it is fetched by.
    :param private: releases that become submodules below vendor/.
    :param files: written over the tree, path -> text; a text that begins with ``+`` is put behind what is there.
    :param pages: path -> a text that the page has to contain.
    :param assets: what the front page loads, which has to be served too.
    """

    name: str
    release: str
    private: tuple[str, ...]
    files: dict[str, str]
    pages: dict[str, str]
    assets: tuple[str, ...]
    needs: tuple[str, ...] = ()
    source: Callable[[str, Path], None] = field(default=unpack)


def fetch(release: str) -> Path:
    """The source archive of ``name==version``, downloaded once."""
    name = release.partition("==")[0]
    folder = real_packages.downloads() / release.replace("==", "-")
    if not list(folder.glob("*.tar.gz")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name]
        # pip looks into an archive by running its setup.py, and old ones import what new releases have dropped.
        constraints = real_packages.downloads() / "constraints.txt"
        constraints.write_text("setuptools<81\n")
        _from_index([*command, "--dest", str(folder), release], {"PIP_CONSTRAINT": str(constraints)})
    return next(folder.glob("*.tar.gz"))


class IndexSilent(Exception):
    """The package index cannot be reached from here."""


def _from_index(command: list[str], variables: dict[str, str]) -> None:
    """:raises IndexSilent: it does not answer."""
    try:
        run(command, env=os.environ | variables)
    except AssertionError as error:
        if re.search(r"name resolution|Connection refused|Failed to establish|dns error|timed out", str(error)):
            raise IndexSilent(str(error)[-300:]) from None
        raise


def mezzanine_project(release: str, target: Path) -> None:
    """What ``mezzanine-project company`` writes."""
    tools = real_packages.downloads() / f"{release.replace('==', '-')}-venv"
    if not (tools / "bin" / "mezzanine-project").exists():
        run([sys.executable, "-m", "uv", "venv", "--quiet", "--clear", str(tools)])
        install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(tools)]
        _from_index([*install, release, "setuptools"], {})
    target.mkdir(parents=True)
    run([str(tools / "bin" / "mezzanine-project"), "company", str(target)])


def made(project: Project, folder: Path) -> Path:
    """The project in ``folder/<name>``; the private server is ``folder/server`` and can go away afterwards."""
    root = folder / project.name
    project.source(project.release, root)
    for path, text in project.files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.read_text() + text[1:] if text.startswith("+") else text)
        file.chmod(0o755 if file.name == "postinstall" else 0o644)
    git(root, "init", "--quiet", "--initial-branch=main")
    for release in project.private:
        git(root, "submodule", "--quiet", "add", _repository(release, folder / "server"), f"vendor/{_name(release)}")
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", "To be pushed")
    return root


def _name(release: str) -> str:
    return release.partition("==")[0]


def _repository(release: str, server: Path) -> str:
    """A bare repository on the private server, with one commit and its tag."""
    name, version = release.split("==")
    work = server / f"{name}-work"
    server.mkdir(parents=True, exist_ok=True)
    unpack(release, work)
    for pattern in NOT_IN_REPOSITORIES:
        for path in work.rglob(pattern):
            run(["rm", "-rf", str(path)])
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all", "--force")
    git(work, "commit", "--quiet", "--message", f"Release {version}")
    git(work, "tag", version)
    git(server, "clone", "--quiet", "--bare", str(work), f"{name}.git")
    return str(server / f"{name}.git")


def git(folder: Path, *arguments: str) -> str:
    return run([*GIT, *arguments], cwd=folder)


def run(command: list[str], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def get(url: str) -> tuple[int, str, str]:
    """Status, content type, text."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode("utf-8", "replace")


PATCHMAN = Project(
    name="patchman",
    release="patchman==4.0.21",
    private=("version-utils==0.3.2", "django-taggit==4.0.0"),
    files={
        "dotcloud.yml": """\
www:
  type: python
worker:
  type: python-worker
  processes:
    celery: celery --app patchman worker --pool solo --loglevel info
    beat: celery --app patchman beat --scheduler django_celery_beat.schedulers:DatabaseScheduler
db:
  type: postgresql
redis:
  type: redis
""",
        "postinstall": POSTINSTALL.format(more=""),
        "manage.py": MANAGE.format(settings="patchman.settings"),
        "wsgi.py": "from patchman.wsgi import application\n",
        "requirements.txt": "+\npsycopg[binary]\nwhitenoise\n",
        "etc/patchman/local_settings.py": "+"
        + ENVIRONMENT.format(name="patchman")
        + """
CACHES = env.caches()
CELERY_BROKER_URL = env.get("REDIS_URL")
RUN_GUNICORN = True  # the project's own switch: static files by whitenoise, pages from / on
# Bootstrap comes from the project's own packages, so that the pages are whole without the internet.
BOOTSTRAP3 = {
    "css_url": "/static/rest_framework/css/bootstrap.min.css",
    "javascript_url": "/static/rest_framework/js/bootstrap.min.js",
    "jquery_url": "/static/admin/js/vendor/jquery/jquery.min.js",
}
""",
    },
    pages={"/login/": "Patchman", "/admin/login/": "Log in", "/api/": "machine-architecture"},
    assets=("/static/rest_framework/css/bootstrap.min.css",),
    needs=("redis-server",),
)

MEZZANINE = Project(
    name="mezzanine",
    release="mezzanine==6.1.1",
    private=("filebrowser-safe==1.1.1", "grappelli-safe==1.1.1"),
    source=mezzanine_project,
    files={
        "dotcloud.yml": """\
www:
  type: python
  environment:
    DJANGO_SETTINGS_MODULE: company.settings
  config:
    python_version: 3.11  # the last that has imp
db:
  type: postgresql
""",
        "postinstall": POSTINSTALL.format(
            more=', hooks.command("python manage.py loaddata mezzanine_required mezzanine_optional")'
        ),
        "wsgi.py": "from company.wsgi import application\n",
        "requirements.txt": "mezzanine==6.1.1\npsycopg2-binary\nwhitenoise\nsetuptools<81\n",
        "company/local_settings.py": ENVIRONMENT.format(name="company")
        + """
NEVERCACHE_KEY = SECRET_KEY[::-1]
MIDDLEWARE = ("whitenoise.middleware.WhiteNoiseMiddleware", *MIDDLEWARE)
""",
    },
    pages={"/": "Congratulations", "/admin/login/": "Log in", "/blog/": "Blog"},
    assets=(),
    needs=("python3.11",),
)

GRAPHITE = Project(
    name="graphite",
    release="graphite-web==1.1.10",
    private=("whisper==1.1.10", "django-tagging==0.5.0"),
    files={
        "dotcloud.yml": """\
www:
  type: python
  approot: webapp
  systempackages: [libcairo2]
db:
  type: postgresql
""",
        "webapp/postinstall": POSTINSTALL.format(more=""),
        "webapp/manage.py": MANAGE.format(settings="graphite.settings"),
        "webapp/wsgi.py": "from graphite.wsgi import application\n",
        "webapp/requirements.txt": """\
Django>=3.2,<3.3
pytz
pyparsing
cairocffi
urllib3
six
psycopg2-binary
whitenoise<6
""",
        "webapp/graphite/local_settings.py": ENVIRONMENT.format(name="graphite")
        + """
import os

STORAGE_DIR = os.path.expanduser("~/data/graphite")  # the metrics: the one folder that stays from push to push
os.makedirs(os.path.join(STORAGE_DIR, "log", "webapp"), exist_ok=True)
os.makedirs(os.path.join(STORAGE_DIR, "whisper"), exist_ok=True)
""",
    },
    pages={"/": "Graphite", "/admin/login/": "Log in", "/render?format=json&target=randomWalk(%22x%22)": "datapoints"},
    assets=("/static/js/browser.js", "/static/css/default.css", "/static/img/graphite.png"),
)

PROJECTS = {project.name: project for project in (PATCHMAN, MEZZANINE, GRAPHITE)}
