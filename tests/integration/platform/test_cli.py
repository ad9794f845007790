"""The command as a program, against a platform that it starts itself."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SITE = "www:\n  type: static\n"
COMMAND = (sys.executable, "-m", "dotcloud")


@dataclass
class Person:
    """Somebody who stands in a folder, with a platform of their own."""

    folder: Path
    variables: dict[str, str]

    def dotcloud(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *words], cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def get(self) -> str:
        address = self.dotcloud("url", "www").stdout.strip()
        with urllib.request.urlopen(address + "/", timeout=10) as response:
            return response.read().decode()

    def write(self, text: str, hook: str = "") -> None:
        (self.folder / "index.html").write_text(text)
        file = self.folder / "postinstall"
        file.unlink(missing_ok=True)
        if hook:
            file.write_text(f"#!/bin/sh\n{hook}\n")
            file.chmod(0o755)

    def on_a_terminal(self, *words: str, typed: bytes = b"", seconds: float = 60) -> tuple[int, str]:
        """The exit status, and everything the terminal was sent. What is typed comes after the first output."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execve(COMMAND[0], [*COMMAND, *words], self.variables)
        seen, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            if not seen and typed:
                os.write(terminal, typed)
            seen += part
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen.decode()


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    root = Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp"))
    (root / "My Site").mkdir()
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DOTCLOUD_")}
    made = Person(root / "My Site", {**outside, "DOTCLOUD_HOME": str(root / "home"), "TERM": "xterm"})
    (made.folder / "dotcloud.yml").write_text(SITE)
    yield made
    made.dotcloud("platform", "stop")
    shutil.rmtree(root)


@pytest.fixture
def live(person: Person) -> Person:
    """The site as it was pushed last, or for the first time."""
    person.write("one")
    person.dotcloud("push")
    return person


def test_nothing_has_to_be_configured(person: Person):
    person.write("first")
    assert "would be created" in person.dotcloud("push", "--dry-run").stdout
    lines = person.dotcloud("push", "-m", "the first").stdout.splitlines()
    assert lines[:2] == [
        "==> Created the application my-site, and connected this folder with it",
        "==> Pushing 2 files from . to my-site",
    ]
    assert re.match(r"--> revision push-\d+: 2 files", lines[2])
    assert re.fullmatch(r"==> my-site is live at http://127\.0\.0\.1:\d+  \(\d+\.\d s\)", lines[-1])
    assert person.get() == "first"
    assert person.dotcloud("app").stdout == "my-site\n"


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="sessions do not share the processors here")
def test_a_site_that_serves_gives_way_to_nobody(live: Person):
    pid = json.loads(live.dotcloud("status", "--json").stdout)["www.0"]["custom"]["pid"]
    assert Path(f"/proc/{pid}/autogroup").read_text().endswith(" nice 0\n")


def test_an_unchanged_push_starts_nothing(live: Person):
    before = json.loads(live.dotcloud("status", "--json").stdout)["www.0"]["custom"]["pid"]
    assert "Nothing has changed" in live.dotcloud("push").stdout
    assert json.loads(live.dotcloud("push", "--json").stdout)["state"] == "unchanged"
    assert json.loads(live.dotcloud("status", "--json").stdout)["www.0"]["custom"]["pid"] == before


def test_there_and_back(live: Person):
    live.write("two")
    changes = json.loads(live.dotcloud("push", "--dry-run", "--json").stdout)["changes"]
    assert changes["changed"] == ["index.html"]
    live.dotcloud("push", "-m", "the second")
    assert live.get() == "two"
    live.dotcloud("deploy", "previous")
    assert live.get() == "one"
    assert "the second" in live.dotcloud("revisions").stdout


def test_a_failed_hook_exits_2_and_the_old_release_serves(live: Person):
    live.write("broken", hook="echo no database >&2; exit 3")
    done = live.dotcloud("push", status=2)
    assert "no database" in done.stdout
    assert "serves as before" in done.stderr
    assert live.get() == "one"
    assert "no database" in live.dotcloud("dlogs", "latest", status=2).stdout


def test_a_mistake_exits_1(live: Person):
    assert "does not exist" in live.dotcloud("info", "nope", status=1).stderr
    assert "Fix:" in live.dotcloud("-A", "nope", "info", status=1).stderr


def test_a_variable_is_there_after_the_deployment(live: Person):
    live.dotcloud("env", "set", "GREETING=it's $HOME")
    assert live.dotcloud("run", "www", "--", "sh", "-c", 'echo "$GREETING"').stdout == "it's $HOME\n"
    assert "GREETING=it's $HOME" in live.dotcloud("env").stdout
    live.dotcloud("env", "unset", "GREETING")
    assert "GREETING" not in live.dotcloud("env", "list").stdout


def test_scale_and_restart(live: Person):
    live.dotcloud("scale", "www=2")
    assert set(json.loads(live.dotcloud("status", "--json").stdout)) == {"www.0", "www.1"}
    assert "www.0, www.1" in live.dotcloud("run", "www", "true", status=1).stderr
    live.dotcloud("restart", "www.1")
    live.dotcloud("scale", "www=1")
    assert live.get() == "one"


def test_run_has_the_status_of_the_command(live: Person):
    live.dotcloud("run", "www", "--", "sh", "-c", "exit 7", status=7)
    assert live.dotcloud("run", "www", "echo", "a  b", "*").stdout == "a  b *\n"


def test_run_is_a_terminal(live: Person):
    status, seen = live.on_a_terminal("run", "www", typed=b"tty; stty size; exit 5\n")
    assert "/dev/pts/" in seen
    assert "not a tty" not in seen
    assert status == 5


def test_a_terminal_shows_what_runs(live: Person):
    live.write("three", hook="sleep 1; echo ready")
    status, seen = live.on_a_terminal("push")
    assert status == 0
    assert "⠋" in seen or "⠙" in seen
    assert "\x1b[32m==>\x1b[0m my-site is live at" in seen
    assert seen.count("\x1b[?25l") == seen.count("\x1b[?25h")  # the cursor is back


def test_no_colour_where_none_is_wanted(live: Person):
    live.variables["NO_COLOR"] = "1"
    try:
        _, seen = live.on_a_terminal("list")
    finally:
        del live.variables["NO_COLOR"]
    assert "\x1b" not in seen


def test_ctrl_c_leaves_the_deployment_alone(live: Person):
    live.write("four", hook="echo begun; until [ -e ~/data/go ]; do sleep 0.02; done")
    with subprocess.Popen(
        [*COMMAND, "push"],
        cwd=live.folder,
        env=live.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as push:
        assert any("begun" in line for line in push.stdout)
        push.send_signal(signal.SIGINT)
        told = push.communicate(timeout=20)[1]
    assert push.returncode == 130
    live.dotcloud("run", "www", "--", "sh", "-c", "touch ~/data/go")
    command = re.search(r"dotcloud (dlogs \w+)$", told, re.MULTILINE)[1]
    live.dotcloud(*command.split())
    assert live.get() == "four"


def test_logs_of_what_runs(live: Person):
    live.get()
    lines = live.dotcloud("logs", "-N", "-n", "20", "www").stdout
    assert "GET / " in lines
    assert all(re.match(r"\[www\.[01]\] ", line) for line in lines.splitlines())


def test_an_environment_beside(live: Person):
    live.write("five")
    live.dotcloud("push", "-e", "staging")
    assert live.get() == "one"
    assert "staging" in live.dotcloud("environments").stdout
    live.dotcloud("destroy", "-e", "staging", status=1)  # nobody can be asked
    live.dotcloud("destroy", "-e", "staging", "--yes")
    assert live.get() == "one"


def test_destroying_another_application_leaves_this_one(person: Person):
    person.dotcloud("create", "other")
    person.dotcloud("destroy", "-A", "other", "-y")
    assert "other" not in person.dotcloud("list").stdout
    assert person.dotcloud("app").stdout == "my-site\n"


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["app"]])
def test_it_starts_in_a_fifth_of_a_second(live: Person, words):
    def seconds() -> float:
        """Of the processor's time: what else the machine does is not counted."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        live.dotcloud(*words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.2
