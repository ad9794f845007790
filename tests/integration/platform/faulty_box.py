"""A platform with a site and its database, of which somebody kills things; who answers meanwhile, and what is left."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil
import psycopg

from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Supervisor, records, spec
from tests.integration.platform.conftest import eventually

NAME = "faulty"
COMMAND = (sys.executable, "-m", "dotcloud")
PLATFORM = (sys.executable, "-m", "dotcloud.platform")
BUILD_FILE = """\
www:
  type: python
  prebuild: sleep 0.2
  config: {{workers: 2}}
{more}
"""
DATABASE = "db:\n  type: postgresql\n"
HOOK = "#!/bin/sh\n{line}\n"
UNTIL_RELEASED = "until [ -e ~/data/go ]; do sleep 0.02; done"
SITE = """\
import os, time
time.sleep({boot})
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"{version}"]
"""


@dataclass
class Box:
    """A DOTCLOUD_HOME of its own, and a project that is pushed there."""

    home: Home
    project: Path
    version: int = 0
    port: int = 0
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("DOTCLOUD_")}
        return {**kept, "DOTCLOUD_HOME": str(self.home.root)}

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.home, wake=False)

    # --- what a person does ---

    def write(self, boot: float = 0, hook: str = "true", more: str = DATABASE) -> str:
        """A new version of the site; what it answers."""
        self.version += 1
        (self.project / "dotcloud.yml").write_text(BUILD_FILE.format(more=more))
        (self.project / "wsgi.py").write_text(SITE.format(version=self.version, boot=boot))
        (self.project / "postinstall").write_text(HOOK.format(line=hook))
        (self.project / "postinstall").chmod(0o755)
        return str(self.version)

    def dotcloud(self, *words: str, status: int | None = 0) -> str:
        done = subprocess.run(
            [*COMMAND, *words], cwd=self.project, env=self.variables, capture_output=True, text=True, timeout=180
        )
        assert status in (None, done.returncode), done.stdout + done.stderr
        return done.stdout + done.stderr

    def push(self, version: str) -> None:
        """Push, and find the new version answering."""
        printed = self.dotcloud("push")
        self.port = int(self.dotcloud("url", "www").rpartition(":")[2])
        assert self.get() == version, printed

    def start(self, *words: str) -> subprocess.Popen[str]:
        """The command, under way."""
        child = subprocess.Popen(
            [*COMMAND, *words],
            cwd=self.project,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(child)
        return child

    def settle_port(self) -> None:
        """A port that no other platform on this machine takes while nobody holds it."""
        self.platform("start")
        self.port = Supervisor(self.home).listen(f"{NAME}.default.www", port=random.randrange(12000, 19000))

    def platform(self, word: str) -> None:
        subprocess.run([*PLATFORM, word], env=self.variables, check=True, timeout=120, capture_output=True)

    def get(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as response:
            return str(response.read().decode())

    # --- what it looks like inside ---

    def log_lines(self) -> list[dict[str, object]]:
        """The entries of the newest deployment."""
        logs = list(self.home.environment(NAME).deployments.glob("*.jsonl"))
        newest = max(logs, key=lambda path: path.stat().st_ctime_ns)
        return [json.loads(line) for line in newest.read_text().splitlines() if line.endswith("}")]

    def wait_for_step(self, step: str, known: set[str], seconds: float = 60) -> None:
        """Return as soon as a deployment that is not known has begun this step; ``end``: has said that it is done."""
        end = time.monotonic() + seconds
        sign = '"status"' if step == "end" else f'"step": "{step}"'
        while time.monotonic() < end:
            for log in self.home.environment(NAME).deployments.glob("*.jsonl"):
                if log.name not in known and sign in log.read_text():
                    return
            time.sleep(0.001)
        raise AssertionError(f"no deployment came to {step!r}")

    def release(self) -> None:
        """Let a hook that is ``UNTIL_RELEASED`` end."""
        (self.home.environment(NAME).service("www").instance(0).data / "go").touch()

    def known_logs(self) -> set[str]:
        return {log.name for log in self.home.environment(NAME).deployments.glob("*.jsonl")}

    def deployments(self) -> list[psutil.Process]:
        """The processes of deployments that are under way."""
        return [one for one in self._ours() if one.cmdline()[1:4] == ["-m", "dotcloud.platform", "deploy"]]

    def _ours(self) -> Iterator[psutil.Process]:
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.environ().get("DOTCLOUD_HOME") == str(self.home.root) or self._is_a_site(one):
                    yield one

    def _is_a_site(self, one: psutil.Process) -> bool:
        """This home's own: the number in the port's variable tells it from those of other tests."""
        told = one.environ()
        return told.get("DOTCLOUD_PROJECT") == NAME and bool(self.port) and told.get("PORT_HTTP") == str(self.port)

    def records(self) -> list[dict[str, object]]:
        return [spec.read_json(file) for file in (self.home.run / "processes").glob("*.json")]

    # --- what is done to it ---

    def kill(self, victim: str) -> None:
        """SIGKILL, and nothing that could be tidied up before."""
        if victim == "reboot":
            return self._kill_all()
        if victim == "deployment":
            found = self.deployments()
        else:
            record = spec.read_json(self.home.circus / "pid" if victim == "circusd" else self._api_record())
            leader = psutil.Process(int(record["pid"]))
            found = [leader, *(leader.children() if victim == "API" else ())]
        for one in found:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return None

    def _api_record(self) -> Path:
        return next((self.home.run / "processes").glob("platform*.json"))

    def _kill_all(self) -> None:
        """As a power cut does: everything of this home, whoever started it."""
        os.kill(int(spec.read_json(self.home.circus / "pid")["pid"]), signal.SIGKILL)
        for one in self.deployments():
            for child in (one, *one.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        records.kill_sessions({int(str(record["pid"])) for record in self.records() if "pid" in record})
        for one in list(self._ours()):
            with suppress(psutil.NoSuchProcess):
                one.kill()

    # --- what has to hold afterwards ---

    def insert_row(self) -> None:
        with self._connected() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (number serial)")
            connection.execute("INSERT INTO kept DEFAULT VALUES")

    def live_version(self, old: str, new: str) -> str:
        """What a push that failed, or was cut off, left live: what the platform says, not what answers."""
        told = json.loads(self.dotcloud("info", "--json"))["revision"]
        manifest = json.loads((self.home.environment(NAME).revision(told) / "manifest.json").read_text())
        (entry,) = [one for one in manifest if one["path"] == "wsgi.py"]
        content = SITE.format(version=new, boot=0.2).encode()
        return new if entry["sha256"] == hashlib.sha256(content).hexdigest() else old

    def rows(self) -> int:
        with self._connected() as connection:
            found = connection.execute("SELECT count(*) FROM kept").fetchone()
            return int(found[0]) if found else 0

    def _connected(self) -> psycopg.Connection:
        homes = self.home.root.glob(f"applications/{NAME}/default/services/www/instances/0/releases/*")
        # A deployment that was killed while it tidied up leaves half of a home to the next one.
        variables = next(file for home in homes if (file := home / "environment.json").exists())
        url = json.loads(variables.read_text())["DATABASE_URL"]
        end = time.monotonic() + 20  # after a power cut the server goes through its log first
        while True:
            try:
                return psycopg.connect(url, autocommit=True, connect_timeout=5)
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def left_behind(self) -> list[str]:
        """Whatever is there that nothing needs. A deployment that is over tidies up for a moment."""
        with suppress(AssertionError):
            eventually(self._is_tidy, 10)
        return self._leftovers()

    def _is_tidy(self) -> bool:
        with suppress(FileNotFoundError):  # it is being removed while we look
            return not self._leftovers()
        return False

    def _leftovers(self) -> list[str]:
        groups = [group for group in self.supervisor.groups(f"{NAME}.") if ".www." in group]
        live = groups[-1].rpartition("@")[2] if groups else ""
        releases = self.home.root.glob(f"applications/{NAME}/*/services/www/instances/*/releases/*")
        found = [f"group {group}" for group in groups[:-1]]
        found += [f"home {release.name}" for release in releases if release.name != live]
        found += [
            f"build {path.name}" for path in self.home.builds.iterdir() if path.is_dir() and not _is_complete(path)
        ]
        found += [f"part {path}" for path in self.home.root.glob("applications/*/*/**/.*.part")]
        found += [f"part {path}" for path in (self.home.blobs / "parts").glob("*")]
        found += [f"deployment {one.pid}" for one in self.deployments()]
        found += [f"process {' '.join(one.cmdline())}" for one in self._ours() if not self._is_known(one)]
        return found

    def _is_known(self, one: psutil.Process) -> bool:
        leaders = {record.get("pid") for record in self.records()} | {
            spec.read_json(self.home.circus / "pid").get("pid")
        }
        with suppress(ProcessLookupError):
            return os.getsid(one.pid) in leaders or one.pid in leaders
        return True


def _is_complete(build: Path) -> bool:
    return (build / "dotcloud-build.json").exists() or (build / "complete").exists()


class Visitor:
    """Asks the site again and again, each time anew, and notes how long nobody answered."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.answers: set[str] = set()
        self.failed = 0
        self.asked = 0
        self.longest = 0.0
        self._silent_since: float | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.wait(0.02):
            self.asked += 1
            begun = time.monotonic()
            try:
                self.answers.add(self.box.get())
                self._silent_since = None
            except OSError:
                self.failed += 1
                self._silent_since = self._silent_since or begun
                self.longest = max(self.longest, time.monotonic() - self._silent_since)

    def told(self) -> str:
        if not self.failed:
            return f"{self.asked} requests, all answered"
        return f"{self.failed} of {self.asked} requests failed, nobody answered for {self.longest:.1f} s"


def make_box() -> Box:
    """A home in a short path, and the project beside it."""
    folder = Path(tempfile.mkdtemp(prefix="dcf-", dir="/tmp"))
    project = folder / NAME
    project.mkdir()
    return Box(Home(folder / "h"), project)


def end(box: Box) -> None:
    for child in box.started:
        if child.poll() is None:
            child.kill()
        child.communicate()
    with suppress(subprocess.SubprocessError):
        box.platform("stop")
    shutil.rmtree(box.project.parent)
