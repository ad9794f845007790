"""Whatever is killed at whatever moment of a deployment: the site answers, its data is there, the next push works."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dotcloud.platform.layout import Home
from tests.integration.platform.conftest import eventually
from tests.integration.platform.faulty_box import NAME, UNTIL_RELEASED, Box, Visitor, end, make_box

STEPS = ("checkout", "prebuild", "build", "service", "install", "postinstall", "start", "switch", "end")
VICTIMS = ("deployment", "API", "circusd", "reboot")
# One step of each victim always; the whole matrix with: pytest -m faults
QUICK = {("deployment", "start"), ("API", "postinstall"), ("circusd", "build"), ("reboot", "install")}
EVERY = [
    pytest.param(victim, step, marks=() if (victim, step) in QUICK else pytest.mark.faults)
    for victim in VICTIMS
    for step in STEPS
]
HANGING = """
import sys
from dotcloud.platform import lifecycle
from dotcloud.platform.layout import Home
lifecycle.set_up_django(Home.default())
from dotcloud.platform.deploy import instance, main
from dotcloud.platform.models import Deployment, Environment
instance.HOOK_PATIENCE = 1.0
environment = Environment.objects.get()
revision = environment.revisions.order_by("-pk").first()
sys.exit(main.deploy(Deployment.objects.create(environment=environment, revision=revision).deploy_id))
"""


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A platform with a site that answers."""
    made = make_box()
    try:
        made.settle_port()
        made.push(made.write())
        made.insert_row()
        yield made
    finally:
        end(made)


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """What happened, as the table of docs/faults.md; DOTCLOUD_FAULT_TABLE names the file it is written to."""
    lines: list[str] = []
    yield lines
    if path := os.environ.get("DOTCLOUD_FAULT_TABLE"):
        head = "| killed | at the step | the site meanwhile | that push | the next push |\n|---|---|---|---|---|\n"
        Path(path).write_text(head + "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize(("victim", "step"), EVERY)
def test_killed(box: Box, table: list[str], victim: str, step: str):
    old, rows = str(box.version), box.rows()
    new, known = box.write(boot=0.2, hook="sleep 0.2"), box.known_logs()
    with Visitor(box) as visitor:
        pushing = box.start("push")
        box.wait_for_step(step, known)
        box.kill(victim)
        if victim == "reboot":
            box.platform("start")
        printed, _ = pushing.communicate(timeout=120)
        box.dotcloud("status", status=None)  # the next word somebody types brings a killed supervisor back
        eventually(lambda: _answers(box), 20)
    assert visitor.answers <= {old, new}
    served = new if pushing.returncode == 0 else box.live_version(old, new)
    eventually(lambda: {box.get() for _ in range(10)} == {served}, 20)
    assert box.rows() == rows
    box.insert_row()
    box.push(box.write())
    assert box.left_behind() == []
    table.append(
        f"| {victim} | {step} | {visitor.told()} | {_outcome(pushing, printed)}, "
        f"{'the new' if served == new else 'the old'} release serves | succeeds |"
    )
    if victim in ("deployment", "API"):
        assert not visitor.failed, visitor.told()


def _answers(box: Box) -> bool:
    try:
        return bool(box.get())
    except OSError:
        return False


def _outcome(pushing: subprocess.Popen[str], printed: str) -> str:
    if pushing.returncode == 0:
        return "succeeds"
    said = [line for line in printed.splitlines() if line.startswith("Error: ")]
    return f"exit {pushing.returncode}: {said[-1].removeprefix('Error: ') if said else 'nothing said'}"


def test_a_build_ends_with_its_deployment(box: Box):
    file = box.project / "dotcloud.yml"
    box.write()
    file.write_text(file.read_text().replace("sleep 0.2", "sleep 777 | cat"))
    known = box.known_logs()
    pushing = box.start("push")
    box.wait_for_step("prebuild", known)
    eventually(lambda: _running("sleep", "777"))
    box.kill("deployment")
    pushing.communicate(timeout=60)
    eventually(lambda: not _running("sleep", "777"))


def _running(*command: str) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == list(command)]


def test_a_client_that_disconnects_leaves_its_deployment_to_end(box: Box):
    new, known = box.write(hook="sleep 1"), box.known_logs()
    pushing = box.start("push")
    box.wait_for_step("postinstall", known)
    pushing.kill()
    eventually(lambda: box.get() == new, 30)
    assert box.left_behind() == []


@pytest.fixture
def held(box: Box) -> Iterator[subprocess.Popen[str]]:
    """A push whose hook goes on until ``box.release()``."""
    box.write(hook=UNTIL_RELEASED)
    known = box.known_logs()
    pushing = box.start("push")
    box.wait_for_step("postinstall", known)
    yield pushing
    (box.home.environment(NAME).service("www").instance(0).data / "go").unlink(missing_ok=True)


def test_a_stopped_platform_leaves_no_deployment_behind(box: Box):
    old = box.get()
    box.write(hook="setsid sleep 888 & trap '' TERM; while :; do :; done")
    known = box.known_logs()
    pushing = box.start("push")
    box.wait_for_step("postinstall", known)
    eventually(lambda: _running("sleep", "888"), 30)
    box.platform("stop")
    assert not _running("sleep", "888")
    pushing.communicate(timeout=60)
    assert pushing.returncode != 0
    box.platform("start")
    eventually(lambda: box.get() == old, 60)
    box.push(box.write())
    assert box.left_behind() == []


def test_two_pushes_to_one_application_queue(box: Box, held: subprocess.Popen[str]):
    new = box.write()
    second = box.start("push")
    eventually(lambda: "waiting for" in str(box.log_lines()[-1:]), 60)
    box.release()
    printed, _ = second.communicate(timeout=60)
    assert "waiting for deployment" in printed
    assert (held.wait(10), second.returncode) == (0, 0)
    assert box.get() == new
    assert box.left_behind() == []


def test_a_push_that_waited_and_fails_leaves_what_went_live_meanwhile(box: Box, held: subprocess.Popen[str]):
    first = str(box.version)
    box.write(hook="false")
    second = box.start("push")
    eventually(lambda: "waiting for" in str(box.log_lines()[-1:]), 60)
    box.release()
    second.communicate(timeout=60)
    assert (held.wait(10), second.returncode) == (0, 2)
    assert box.get() == first


def test_pushes_to_two_environments_run_side_by_side(box: Box, held: subprocess.Popen[str]):
    box.write(more="")
    box.dotcloud("push", "-e", "staging")
    assert held.poll() is None
    box.release()
    assert held.wait(30) == 0
    box.dotcloud("destroy", "-e", "staging", "--yes")
    box.push(box.write())


def test_a_hook_that_hangs_is_ended(box: Box):
    old = box.get()
    box.write(hook="sleep 600")
    known = box.known_logs()
    pushing = box.start("push")
    box.wait_for_step("postinstall", known)
    box.kill("deployment")
    pushing.communicate(timeout=30)
    done = subprocess.run(
        [sys.executable, "-c", HANGING], env=box.variables, timeout=60, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "postinstall" in str(box.log_lines()[-1]["message"])
    assert box.get() == old
    box.push(box.write())
    assert box.left_behind() == []


@pytest.mark.faults
def test_a_database_that_is_down_stops_the_push_and_not_the_site(box: Box):
    old, rows = box.get(), box.rows()
    marker = next(box.home.root.glob(f"applications/{NAME}/default/services/db/data/**/PG_VERSION"))
    control = marker.with_name("global")
    control.rename(control.with_name("gone"))
    try:
        (database,) = box.supervisor.status(f"{NAME}.default.db.0@data")
        assert database.pid
        os.kill(database.pid, signal.SIGQUIT)
        box.write()
        printed = box.dotcloud("push", status=2)
        assert "db ends whenever it is started" in printed
        assert box.get() == old
    finally:
        control.with_name("gone").rename(control)
    assert box.rows() == rows
    box.push(box.write())


@pytest.mark.faults
def test_a_site_that_takes_long_to_start_is_waited_for(box: Box):
    new = box.write(boot=20)
    with Visitor(box) as visitor:
        box.push(new)
    assert not visitor.failed, visitor.told()
    box.push(box.write())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Box]:
    made = make_box()
    made.home.root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300m,mode=711", "tmpfs", str(made.home.root)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"a file system of its own cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield made
    finally:
        made.platform("stop")
        subprocess.run(["umount", str(made.home.root)], check=True)
        end(made)


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["upload", "build", "deployment"])
def test_a_full_disk(small_disk: Box, moment: str):
    box = small_disk
    box.push(box.write(more=""))
    box.write(more="")
    old = box.get()
    free = {"upload": 0.5, "build": 3, "deployment": 6.5}[moment]
    if moment == "build":
        (box.project / "requirements.txt").write_text("whitenoise\n")
    else:
        (box.project / "large").write_bytes(os.urandom(4 << 20))
    _fill(box.home, free)
    printed = box.dotcloud("push", status=None)
    assert "Traceback" not in printed
    assert "no space left" in printed.lower(), printed
    assert box.get() == old
    (box.home.root / "filler").unlink()
    (box.project / "large").unlink(missing_ok=True)
    box.push(box.write(more=""))
    assert box.left_behind() == []


def _fill(home: Home, free: float) -> None:
    """Leave this many megabytes."""
    status = os.statvfs(home.root)
    with open(home.root / "filler", "wb") as file:
        left = status.f_bavail * status.f_frsize - int(free * 2**20)
        while left > 0:
            left -= file.write(b"0" * min(left, 1 << 20))


@pytest.mark.faults
def test_a_port_that_somebody_took_while_the_platform_was_down(box: Box):
    box.platform("stop")
    with socket.create_server(("127.0.0.1", box.port)):
        box.platform("start")
        assert "down" in box.dotcloud("status", status=None)
        box.write()
        assert str(box.port) in box.dotcloud("push", status=2)
    box.platform("stop")
    box.platform("start")
    eventually(lambda: _answers(box), 20)
    box.push(box.write())
    assert box.left_behind() == []
