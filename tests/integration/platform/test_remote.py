"""A box that only ssh reaches, and that reaches nobody: everything a site is comes with the push."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.box import DOTCLOUD
from tests.integration.platform import remote_box
from tests.integration.platform.remote_box import BOX, PORT, SERVER, Remote, git
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(bool(remote_box.missing()), reason=remote_box.missing())


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with remote_box.remote(tmp_path_factory.mktemp("remote")) as made:
        yield made


@pytest.fixture(scope="module")
def shop(remote: Remote) -> Path:
    """The starter on the laptop; its private package is a submodule from the git server."""
    root = remote.folder / "shop"
    made = subprocess.run([DOTCLOUD, "new", "shop"], cwd=remote.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    package = remote.folder / "package"
    shutil.move(root / "vendor" / "django_company", package)
    git(remote.laptop, package, "init", "--quiet", "--initial-branch=main")
    git(remote.laptop, package, "add", "--all")
    git(remote.laptop, package, "commit", "--quiet", "--message", "Our package")
    git(
        remote.laptop, remote.folder, "clone", "--quiet", "--bare", str(package), str(remote.folder / "git/company.git")
    )
    git(remote.laptop, root, "add", "--all")
    git(remote.laptop, root, "submodule", "--quiet", "add", f"git://{SERVER}/company.git", "vendor/django_company")
    git(remote.laptop, root, "commit", "--quiet", "--message", "A private package")
    return root


@pytest.fixture(scope="module")
def started(remote: Remote) -> None:
    done = remote.ssh("UV_OFFLINE=1 UV_FIND_LINKS=$HOME/wheels env/bin/dotcloud platform start")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def pushed(remote: Remote, shop: Path, started: None) -> str:
    """What the first push said."""
    done = remote.dotcloud("--endpoint", remote.endpoint, "push", cwd=shop)
    assert done.returncode == 0, done.stdout + done.stderr
    remote.variables["DOTCLOUD_ENDPOINT"] = remote.endpoint
    return done.stdout + done.stderr


# --- before the platform is there ---


def test_the_box_reaches_nobody(remote: Remote, shop: Path):
    assert git(remote.laptop, shop, "ls-remote", f"git://{SERVER}/company.git").stdout
    refused = git(remote.box, shop, "ls-remote", f"git://{SERVER}/company.git", check=False)
    assert "unreachable" in refused.stderr


@pytest.mark.parametrize(
    ("endpoint", "what", "fix"),
    [
        (f"ssh://stranger@{BOX}:{PORT}", f"stranger@{BOX} does not let you in.", "ssh-copy-id"),
        (f"ssh://joe@{BOX}:2223", "No ssh server answers", "ssh -p 2223"),
        ("ssh://no-such-host.invalid", "There is no host 'no-such-host.invalid'", "endpoint"),
        (f"ssh://joe@{SERVER}:{PORT}", "No ssh server answers", f"joe@{SERVER}"),
        ("http://box", "is not an endpoint", "ssh://user@host"),
    ],
)
def test_what_cannot_work_is_told(remote: Remote, shop: Path, endpoint: str, what: str, fix: str):
    done = remote.dotcloud("--endpoint", endpoint, "push", cwd=shop)
    assert done.returncode == 1
    assert what in done.stderr
    assert fix in done.stderr.partition("Fix:")[2]
    assert "Traceback" not in done.stderr
    assert not (shop / ".dotcloud").exists()


def test_no_platform_there(remote: Remote, shop: Path):
    if remote.home.joinpath(".local/share/dotcloud").exists():
        pytest.skip("another test has started it")
    done = remote.dotcloud("--endpoint", remote.endpoint, "push", cwd=shop)
    assert done.returncode == 1
    assert f"No platform runs at {remote.user}@{BOX}" in done.stderr
    assert f"Fix: ssh -p {PORT} {remote.user}@{BOX} dotcloud platform start" in done.stderr


# --- the site ---


def test_the_push_carries_everything(remote: Remote, pushed: str):
    assert "(2 private packages)" in pushed
    assert f"shop on {remote.endpoint}" in pushed
    assert "django-company 1.4.2" in pushed
    assert "is live at http://127.0.0.1:8000 on the box" in pushed
    page = remote.box.run("curl", "-m", "5", "-s", "http://127.0.0.1:8000/")
    assert "django-company" in page.stdout


def test_nothing_has_changed(remote: Remote, shop: Path, pushed: str):
    done = remote.dotcloud("push", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed" in done.stdout + done.stderr


def test_the_address_is_the_boxs_and_how_to_reach_it_is_told(remote: Remote, shop: Path, pushed: str):
    done = remote.dotcloud("url", cwd=shop)
    assert done.stdout == "www: http://127.0.0.1:8000\n"
    assert f"ssh -N -L 8000:127.0.0.1:8000 -p {PORT} {remote.user}@{BOX}" in done.stderr


def test_open_brings_the_site_here(remote: Remote, shop: Path, pushed: str):
    browser, page = remote.folder / "browser", remote.folder / "page"
    browser.write_text(f'#!/bin/sh\ncurl -m 5 -s -o {page}.new "$1"; mv {page}.new {page}\n')
    browser.chmod(0o755)
    opened = remote.start("open", cwd=shop, BROWSER=f"{browser} %s")
    try:
        until(lambda: page.exists() or opened.poll() is not None)
        assert opened.poll() is None, opened.communicate()
        assert "django-company" in page.read_text()
    finally:
        opened.send_signal(signal.SIGINT)
    said = opened.communicate(timeout=PATIENCE)[0]
    assert opened.returncode == 0, said
    assert "until Ctrl-C" in said


@pytest.mark.parametrize(
    ("arguments", "status", "printed"),
    [
        (["www", "--", "python", "-c", "import sys; print('a  b', sys.argv[1:]); sys.exit(7)", "it's $HOME", ""], 7,
         'a  b ["it\'s $HOME", \'\']'),
        (["www", "manage.py", "shell", "-v", "0", "-c", "from django.conf import settings as it; print(it.DEBUG)"], 0,
         "False"),
        (["www", "--", "sh", "-c", "kill -9 $$"], 137, ""),
        (["db", "--", "psql", "-At", "-c", "select count(*) > 5 from django_migrations"], 0, "t"),
    ],
    ids=["python", "manage.py", "killed", "psql"],
)  # fmt: skip
def test_run(remote: Remote, shop: Path, pushed: str, arguments: list[str], status: int, printed: str):
    done = remote.dotcloud("run", *arguments, cwd=shop)
    assert (done.returncode, done.stdout.strip()) == (status, printed), done.stderr


def test_a_shell_on_a_real_terminal(remote: Remote, shop: Path, pushed: str):
    command = remote.laptop.command(DOTCLOUD, "run", "www", "manage.py", "shell", "-v", "0")
    child, terminal = pty.fork()
    if not child:
        os.chdir(shop)
        os.execvpe(command[0], command, remote.variables | {"TERM": "dumb", "PYTHON_BASIC_REPL": "1"})
    said = _until(terminal, b">>> ", b"")
    os.write(terminal, b"import os; print('on', os.isatty(0), os.getcwd(), 6 * 7)\r")
    said = _until(terminal, b" 42\r\n>>> ", said)
    os.write(terminal, b"\x04")
    _until(terminal, None, said)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert b"on True" in said


def _until(terminal: int, wanted: bytes | None, said: bytes) -> bytes:
    """Read until that appears, or to the end."""
    end = time.monotonic() + PATIENCE
    while wanted is None or wanted not in said:
        assert time.monotonic() < end, said
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            assert wanted is None, said
            return said
        said += more
    return said


def test_logs(remote: Remote, shop: Path, pushed: str):
    done = remote.dotcloud("logs", "--no-follow", "www", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "[www.0] web:" in done.stdout


# --- the connection breaks ---


def test_cut_in_the_middle_of_an_upload(remote: Remote, shop: Path, pushed: str):
    (shop / "film").write_bytes(os.urandom(1 << 20) * 192)
    pushing = remote.start("push", cwd=shop)
    parts = remote.home / ".local/share/dotcloud/blobs/parts"
    try:
        until(lambda: any(parts.iterdir()) or pushing.poll() is not None)
        assert pushing.poll() is None, pushing.communicate()
        assert remote.cut()
        said = pushing.communicate(timeout=60)[0]
    finally:
        pushing.kill()
    assert pushing.returncode == 1, said
    assert "Error: The platform at ssh://" in said
    assert "Fix:" in said
    assert "Traceback" not in said
    assert (
        remote.box.run(
            "curl", "-m", "5", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8000/"
        ).stdout
        == "200"
    )
    (shop / "film").unlink()
    done = remote.dotcloud("push", cwd=shop)
    assert "Nothing has changed" in done.stdout + done.stderr


def test_cut_while_a_deployment_is_followed(remote: Remote, shop: Path, pushed: str):
    (shop / "new.txt").write_text("new")
    said = ""
    with remote.start("push", cwd=shop) as pushing:
        assert pushing.stdout
        for line in pushing.stdout:
            said += line
            if "[db] postgresql is ready" in line:
                assert remote.cut()
    assert pushing.returncode == 1, said
    assert "The connection to the log was lost" in said
    assert "goes on without it" in said
    again = said.partition("Fix: dotcloud ")[2].split()
    assert again[:1] == ["dlogs"], said
    log = remote.dotcloud(*again, cwd=shop)
    assert log.returncode == 0, log.stderr
    assert "postgresql is ready" in log.stdout + log.stderr
    assert remote.dotcloud("run", "www", "--", "cat", "new.txt", cwd=shop).stdout == "new"


# --- the end ---


def test_stopped_over_ssh_nothing_is_left(remote: Remote, shop: Path, pushed: str):
    done = remote.ssh("env/bin/dotcloud platform stop")
    assert done.returncode == 0, done.stderr
    until(lambda: not _left(remote), lambda: _left(remote))


def _left(remote: Remote) -> list[str]:
    return [line for line in remote.processes() if "sshd" not in line]
