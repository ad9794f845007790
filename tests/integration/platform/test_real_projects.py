"""Real projects from the package index, pushed with as few changes as they need (docs/real-projects.md)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from dotcloud.platform import lifecycle
from dotcloud.platform.layout import Home
from tests.integration.box import DOTCLOUD
from tests.integration.platform.real_projects import GRAPHITE, MEZZANINE, PATCHMAN, IndexSilent, Project, get, made

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--window-size=1200,800", "--virtual-time-budget=8000"),
)
KINDS = {".css": "text/css", ".js": ("text/javascript", "application/javascript")}


@dataclass
class Site:
    """A project on a platform of its own."""

    project: Project
    root: Path
    home: Home
    said: str
    url: str

    def dotcloud(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return dotcloud(self.home, self.root, *arguments)


def dotcloud(home: Home, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DOTCLOUD_", "DJANGO_"))}
    environment["DOTCLOUD_HOME"] = str(home.root)
    command = [DOTCLOUD, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)


# The quickest one always; all three with `pytest -m real`.
ALL = [MEZZANINE, *(pytest.param(one, marks=pytest.mark.real) for one in (PATCHMAN, GRAPHITE))]


@pytest.fixture(scope="module", params=ALL, ids=["mezzanine", "patchman", "graphite"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    project: Project = request.param
    lacking = [program for program in project.needs if not shutil.which(program)]
    if lacking:
        pytest.skip(f"{', '.join(lacking)}: not installed")
    try:
        root = made(project, tmp_path_factory.mktemp("real"))
    except IndexSilent as error:
        pytest.skip(str(error))
    shutil.rmtree(root.parent / "server")  # the private git server is out of reach from here on
    home = Home(Path("/tmp") / f"dcr-{os.getpid()}-{project.name}")
    try:
        done = dotcloud(home, root, "push")
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout + done.stderr
        url = re.search(r"is live at (\S+)", said)
        assert url, said
        yield Site(project, root, home, said, url[1])
    finally:
        lifecycle.stop_platform(home)
        shutil.rmtree(home.root, ignore_errors=True)


def test_its_private_packages_came_with_it(site: Site):
    assert f"({len(site.project.private)} private packages)" in site.said
    for release in site.project.private:
        assert release.replace("==", " ") in site.said


def test_its_pages_answer(site: Site):
    for path, text in site.project.pages.items():
        status, _, body = get(site.url + path)
        assert status == 200
        assert text in body, path


def test_everything_its_front_page_loads_is_served(site: Site):
    """Style sheets, scripts and images, each with a type that a browser takes."""
    _, _, page = get(site.url + next(iter(site.project.pages)))
    links = re.findall(r"""<(?:link|script|img)\b[^>]*?\b(?:href|src)=["']([^"']+)["']""", page)
    own = {urljoin(site.url, link) for link in [*links, *site.project.assets]}
    own = {link for link in own if urlsplit(link).netloc == urlsplit(site.url).netloc and "feed" not in link}
    assert len(own) >= 3, own
    for link in own:
        status, kind, _ = get(link)
        assert status == 200, link
        assert kind.startswith(KINDS.get(Path(urlsplit(link).path).suffix, "")), link


def test_it_runs_on_the_platforms_database(site: Site):
    code = "from django.db import connection; print(connection.vendor, connection.settings_dict['USER'])"
    approot = "webapp" if (site.root / "webapp").is_dir() else "."
    assert (site.root / approot / "manage.py").exists()
    done = site.dotcloud("run", "www", "manage.py", "shell", "-c", code)
    assert done.stdout.split()[-2:-1] == ["postgresql"], done.stderr


def test_a_second_push_changes_nothing(site: Site):
    done = site.dotcloud("push")
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed" in done.stdout + done.stderr


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium")
def test_a_browser_draws_it(site: Site, tmp_path: Path):
    """A picture with much in it, kept where ``DOTCLOUD_TEST_SHOTS`` says for somebody to look at."""
    folder = Path(os.environ.get("DOTCLOUD_TEST_SHOTS") or tmp_path)
    picture = folder / f"real-{site.project.name}.png"
    address = site.url + next(iter(site.project.pages))
    command = [str(CHROMIUM), *BROWSER, f"--user-data-dir={tmp_path}/profile", f"--screenshot={picture}", address]
    subprocess.run(command, capture_output=True, timeout=120)
    assert picture.stat().st_size > 15_000


def test_its_worker_takes_tasks_from_redis(site: Site):
    if site.project is not PATCHMAN:
        pytest.skip("it has no worker")
    code = "from patchman.celery import app; print(app.control.ping(timeout=5))"
    done = site.dotcloud("run", "www", "manage.py", "shell", "-c", code)
    assert "'ok': 'pong'" in done.stdout, done.stderr
    logs = site.dotcloud("logs", "--no-follow", "worker").stdout
    assert "celery:" in logs
    assert "beat:" in logs


def test_what_it_keeps_in_data_stays(site: Site):
    """graphite's metrics: written, a new release, still there, and drawn."""
    if site.project is not GRAPHITE:
        pytest.skip("it keeps nothing")
    code = (
        "import os, time, whisper; from django.conf import settings; path = settings.WHISPER_DIR + 'visits.wsp'; "
        "whisper.create(path, [(60, 60)]); whisper.update(path, 42, time.time())"
    )
    assert site.dotcloud("run", "www", "manage.py", "shell", "-c", code).returncode == 0
    (site.root / "README.md").write_text("changed")
    assert site.dotcloud("push").returncode == 0
    until = time.monotonic() + 10
    while "42.0" not in get(f"{site.url}/render?target=visits&format=json&from=-10min&noCache=1")[2]:
        assert time.monotonic() < until
        time.sleep(0.5)
    with urllib.request.urlopen(f"{site.url}/render?target=visits", timeout=30) as answer:
        assert answer.headers["Content-Type"] == "image/png"
