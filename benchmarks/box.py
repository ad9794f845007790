"""A platform of its own for a measurement, a project to push to it, and the same site started by hand."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import packages

COMMAND = str(Path(sys.executable).parent / "dotcloud")
PATIENCE = 900.0  # seconds that one command may take
PACKAGES = 2  # generated ones, beside the one that a new project has
MADE = shutil.ignore_patterns("__pycache__", "staticfiles")  # by the hook
WORKERS = 4  # as many as a service has that asks for no other number
VIEW = """\
from django.http import HttpResponse


def version(request):
    return HttpResponse("version {number}\\n", content_type="text/plain")
"""


def environment(**more: str) -> dict[str, str]:
    """Ours, without what would make Python compile everything at each start, or would lead to another platform."""
    hidden = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH")
    kept = {name: text for name, text in os.environ.items() if name not in hidden and not name.startswith("DOTCLOUD_")}
    return {**kept, **more}


def call(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[float, str]:
    """Run one program to its end: wall seconds, and what it printed.

    :raises SystemExit: it failed; what it printed is shown.
    """
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nfailed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout + done.stderr


@dataclass
class Project:
    """A site with a view that tells its version, its packages under vendor/, and PostgreSQL."""

    folder: Path
    number: int = 0

    @classmethod
    def new(cls, folder: Path, env: Mapping[str, str]) -> Project:
        call([COMMAND, "new", folder.name], folder.parent, env)
        packages.generate(folder / "vendor", PACKAGES)
        urls = folder / folder.name / "urls.py"
        text = urls.read_text().replace("urlpatterns = [", 'urlpatterns = [\n    path("version", views.version),')
        urls.write_text(text + f"\nfrom {folder.name} import views  # noqa: E402\n")
        project = cls(folder)
        project.edit()
        urls.write_text(_import_first(urls.read_text(), f"from {folder.name} import views"))
        return project

    def edit(self) -> str:
        """Change the view, and return what it answers from now on."""
        self.number += 1
        (self.folder / self.folder.name / "views.py").write_text(VIEW.format(number=self.number))
        return f"version {self.number}\n"

    def grow(self, count: int) -> None:
        """Add files that the site never opens."""
        for index in range(count):
            file = self.folder / "archive" / f"{index // 100:03d}" / f"{index % 100:02d}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{index}\n" * 20)


def _import_first(text: str, line: str) -> str:
    """The import in its place among the others."""
    text = text.replace(f"\n{line}  # noqa: E402\n", "")
    return text.replace("from django.urls import include, path\n", f"from django.urls import include, path\n\n{line}\n")


@dataclass
class Box:
    """A platform in a folder of its own, and what a person types against it."""

    home: Path
    env: dict[str, str]

    def dotcloud(self, project: Path, *words: str) -> tuple[float, str]:
        return call([COMMAND, *words], project, self.env)

    def push(self, project: Project, answer: str) -> float:
        """Push, and see that the new version is what answers."""
        seconds, _ = self.dotcloud(project.folder, "push")
        found = get(self.port(project), "/version")
        if found != answer:
            sys.exit(f"after the push the site answers {found!r} in place of {answer!r}")
        return seconds

    def port(self, project: Project) -> int:
        _, printed = self.dotcloud(project.folder, "url")
        return int(re.findall(r":(\d+)", printed)[0])

    def memory(self) -> int:
        """Bytes (PSS) of circusd and the API with all their own processes: not of sites and databases."""
        _, printed = self.dotcloud(self.home, "platform", "status", "--json")
        return int(json.loads(printed)["memory"])

    def release(self, project: Project) -> Path:
        """The home of the newest release of the site."""
        pattern = f"applications/{project.folder.name}/default/services/www/instances/0/releases/*"
        return max(self.home.glob(pattern), key=lambda path: path.stat().st_mtime)

    def stop(self) -> None:
        call([COMMAND, "platform", "stop"], self.home, self.env)


@contextmanager
def running() -> Iterator[tuple[Box, Path]]:
    """A platform, and a folder for projects; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dcb-", dir="/tmp"))  # short: the names of sockets have a limit
    folder.chmod(0o755)
    home = folder / "h"
    home.mkdir()
    box = Box(home, environment(DOTCLOUD_HOME=str(home)))
    try:
        call([COMMAND, "platform", "start"], folder, box.env)
        yield box, folder
    finally:
        box.stop()
        shutil.rmtree(folder, ignore_errors=True)


class ByHand:
    """The site without a platform: a copy of its code, the same virtual environment, the same variables."""

    def __init__(self, box: Box, project: Project) -> None:
        release = box.release(project)
        self.python = str((release / "env").resolve() / "bin" / "python")
        self.variables = environment(**json.loads((release / "environment.json").read_text()))
        self.folder = project.folder.parent
        self.source = self.folder / "pushed"
        shutil.copytree(release / "code", self.source, ignore=MADE, symlinks=True)

    def floor(self) -> float:
        """Seconds of what no platform can avoid: migrate --check, collectstatic, gunicorn until it answers."""
        code = self._copy("floor")
        spent = sum(
            call([self.python, "manage.py", *words], code, self.variables)[0]
            for words in (["migrate", "--check"], ["collectstatic", "--noinput", "--verbosity", "0"])
        )
        started = time.perf_counter()
        with self._gunicorn(code, None):
            return spent + time.perf_counter() - started

    @contextmanager
    def serving(self, name: str, access_log: bool) -> Iterator[int]:
        code = self._copy(name)
        call([self.python, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], code, self.variables)
        with self._gunicorn(code, self.folder / "access.log" if access_log else None) as port:
            time.sleep(1)  # until all workers are there
            yield port

    def _copy(self, name: str) -> Path:
        """What was pushed, and nothing that a hook made of it."""
        code = self.folder / f"by-hand-{name}"
        shutil.rmtree(code, ignore_errors=True)
        shutil.copytree(self.source, code, symlinks=True)
        return code

    @contextmanager
    def _gunicorn(self, code: Path, access_log: Path | None) -> Iterator[int]:
        port = _free_port()
        command = [self.python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        command += ["--workers", str(WORKERS), "--threads", "1", "--worker-class", "gthread", "--log-level", "warning"]
        command += ["--keep-alive", "5", *(["--access-logfile", str(access_log)] if access_log else [])]
        with subprocess.Popen([*command, "wsgi:application"], cwd=code, env=self.variables) as server:
            try:
                _wait_for(port)
                yield port
            finally:
                server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            get(port, "/version")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def get(port: int, path: str) -> str:
    """The body of an answer, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()
