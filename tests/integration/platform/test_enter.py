"""What a process of an instance can see, read and do."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import dotcloud
from dotcloud.errors.build import HookFailed
from dotcloud.platform.deploy.instance import run_hook
from dotcloud.platform.deploy.log import DeploymentLog, Place
from dotcloud.platform.layout import Home, InstanceFolder, ReleaseFolder
from dotcloud.platform.supervise import Supervisor, isolation, unprivileged
from dotcloud.platform.supervise.isolation import COMMAND, Isolation
from tests.integration.platform.conftest import eventually
from tests.integration.platform.releases import make_release, process
from tests.integration.reachable import for_everyone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up rights")


def test_what_cannot_be_run_is_told_in_words(supervisor: Supervisor, release: ReleaseFolder) -> None:
    (release.code / "hook").write_text("#!/no/such/interpreter\n")
    (release.code / "hook").chmod(0o755)
    reasons = {
        "nosuch": "there is no such program in the instance",
        "./hook": "the interpreter that ./hook names is not there",
    }
    for program, reason in reasons.items():
        command = supervisor.foreground(process(release, program))
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (127, f"dotcloud: cannot start {program}: {reason}\n")


def test_the_home_is_at_home_dotcloud(inside: Callable[[str], str], release: ReleaseFolder) -> None:
    assert inside("pwd; echo $HOME; ls ~") == (
        "/home/dotcloud/code\n/home/dotcloud\ncode\ncurrent\ndata\nenv\nenvironment.json\nrun\nvolatile"
    )


def test_data_is_written_where_the_next_release_finds_it(inside: Callable[[str], str], release: ReleaseFolder) -> None:
    inside("echo kept > ~/data/file")
    assert (InstanceFolder(release.instance).data / "file").read_text() == "kept\n"


def test_its_variables_are_those_of_the_instance_and_no_others(
    inside: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORM_SECRET", "x")
    names = {line.partition("=")[0] for line in inside("env").splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        *("DOTCLOUD_PROJECT", "SECRET", "HOME", "LANG", "LOGNAME", "PATH", "USER")
    }


def test_python_is_that_of_its_virtual_environment(inside: Callable[[str], str], virtual_environment: Path) -> None:
    assert inside("python -c 'import sys; print(sys.prefix)'") in ("/home/dotcloud/env", str(virtual_environment))


def test_its_virtual_environment_cannot_be_changed(inside: Callable[[str], str], virtual_environment: Path) -> None:
    inside(f"echo x > {virtual_environment}/planted; echo x > ~/env/planted")
    assert not (virtual_environment / "planted").exists()


def test_the_rest_of_the_platform_is_not_to_be_seen(
    inside: Callable[[str], str], home: Home, virtual_environment: Path
) -> None:
    other = make_release(home, "other", virtual_environment)
    (home.blobs / "abc").write_text("x")
    home.database.write_text("x")
    assert inside(f"ls {home.root}") == "applications\nbuilds"
    assert inside(f"ls {home.applications}") == "mysite"
    assert inside(f"cat {other.environment_json} 2>&1").endswith("No such file or directory")


def test_a_link_planted_in_the_home_shows_nothing_of_another(
    inside: Callable[[str], str], home: Home, release: ReleaseFolder, virtual_environment: Path
) -> None:
    other = make_release(home, "other", virtual_environment)
    release.env.unlink()
    release.env.symlink_to(other.root)
    assert inside("ls ~/env/") == ""
    assert inside(f"ls {home.applications}") == "mysite"


@as_root
def test_environment_json_is_read_with_the_rights_of_the_site(
    supervisor: Supervisor, release: ReleaseFolder, home: Home
) -> None:
    secret = home.root / "secret.json"
    secret.write_text('{"STOLEN": "1"}')
    secret.chmod(0o600)
    release.environment_json.unlink()
    release.environment_json.symlink_to(secret)
    command = supervisor.foreground(process(release, "env"))
    assert "STOLEN" not in subprocess.run(command, capture_output=True, text=True).stdout


@as_root
def test_other_users_of_the_machine_see_no_code_and_no_build(release: ReleaseFolder, virtual_environment: Path) -> None:
    for folder in (release.code, virtual_environment):
        looked = subprocess.run(["ls", folder], user=65534, group=65534, extra_groups=[], capture_output=True, cwd="/")
        assert b"Permission denied" in looked.stderr


@as_root
def test_it_runs_without_rights(inside: Callable[[str], str]) -> None:
    assert inside("id -u") == str(unprivileged().uid)
    assert inside("grep -E '^(CapEff|CapPrm|CapBnd)' /proc/self/status | cut -f2 | sort -u").splitlines()[0] == "0" * 16
    assert inside("touch /etc/planted 2>&1").endswith("Permission denied")


def test_another_instance_cannot_look_into_its_processes(
    supervisor: Supervisor, home: Home, release: ReleaseFolder, virtual_environment: Path
) -> None:
    supervisor.apply("g", [process(release, "/bin/sh", "-c", "exec sleep 600")])
    eventually(lambda: supervisor.status("g")[0].state == "up")
    pid = supervisor.status("g")[0].pid
    eventually(lambda: psutil.Process(pid).name() == "sleep")
    other = make_release(home, "other", virtual_environment)
    look = f"cat /proc/{pid}/environ; ls /proc/{pid}/root/home/dotcloud/; cat /proc/{pid}/mem; true"
    command = supervisor.foreground(process(other, "/bin/sh", "-c", look))
    assert subprocess.run(command, capture_output=True, text=True).stdout == ""


def test_a_signal_reaches_the_program_itself(supervisor: Supervisor, release: ReleaseFolder, home: Home) -> None:
    line = "trap 'echo caught; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    supervisor.apply("g", [process(release, "/bin/sh", "-c", line)])
    log = home.logs / "g:web.log"
    eventually(lambda: log.exists() and "ready" in log.read_text())
    assert psutil.Process(supervisor.status("g")[0].pid).name() == "sh"
    supervisor.remove("g")
    assert "caught" in log.read_text()


def test_a_broken_pipe_ends_a_program_as_it_should(inside: Callable[[str], str]) -> None:
    status = inside("exec 3>&1; { yes; echo $? >&3; } | head -1 >/dev/null")
    assert status == str(128 + signal.SIGPIPE)


def test_what_stands_back_does_so_with_its_whole_session(supervisor: Supervisor, release: ReleaseFolder) -> None:
    command = supervisor.foreground(process(release, "/bin/sh", "-c", "nice; cat /proc/self/autogroup", nice=3))
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, start_new_session=True)
    own = min(19, os.nice(0) + 3)  # the tests may run under nice themselves
    assert [line.rsplit(" ", 1)[-1] for line in done.stdout.split("\n") if line] in ([str(own), "3"], [str(own)])


def test_further_folders_are_shown_for_reading_or_writing(
    supervisor: Supervisor, home: Home, release: ReleaseFolder
) -> None:
    tree, build = home.root / "tree", home.root / "tree" / "build"
    build.mkdir(parents=True)
    (tree / "file").write_text("x")
    if unprivileged():
        os.chown(build, unprivileged().uid, unprivileged().gid)
    line = f"cat {tree}/file; echo y > {build}/made; touch {tree}/file"
    command = supervisor.foreground(process(release, "/bin/sh", "-c", line, visible=[tree], writable=[build]))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "x"
    assert (build / "made").exists()
    assert done.returncode != 0  # the touch


def test_a_hook_runs_to_its_end_or_to_its_first_failure(supervisor: Supervisor, release: ReleaseFolder) -> None:
    instance: Any = SimpleNamespace(
        code=release.code,
        home=release,
        folder=InstanceFolder(release.instance),
        built=SimpleNamespace(key="k"),
        deploy_id="d1",
        place=Place("www", 0),
    )
    path = release.instance / "log"
    with DeploymentLog(path) as log:
        run_hook(instance, "echo one && echo two\necho three", log, supervisor, unprivileged())
        with pytest.raises(HookFailed):
            run_hook(instance, "false\ntrue", log, supervisor, unprivileged())
    messages = [json.loads(line)["message"] for line in path.read_text().splitlines()]
    assert messages[1:4] == ["one", "two", "three"]


def test_without_namespaces_the_home_is_where_it_is(
    supervisor: Supervisor, home: Home, release: ReleaseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolation.isolation(home)
    isolation.remembered(home).write_text(json.dumps({"mode": "none", "user_namespace": False, "reason": "x"}))
    show = process(release, "/bin/sh", "-c", "echo $HOME; pwd; echo {home}")
    done = subprocess.run(supervisor.foreground(show), capture_output=True, text=True)
    assert done.stdout.splitlines() == [str(release.root), str(release.code), str(release.root)]


def test_what_is_missing_is_told() -> None:
    assert "see the whole disk" in Isolation("none", False, "unshare: Operation not permitted").missing
    assert "read each other's variables" in Isolation("root", False, "unshare: No space left on device").missing
    assert Isolation("root", True, "").missing == ""


# As a user without rights, through user namespaces


@pytest.fixture
def plain() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@as_root
@pytest.mark.skipif(not os.path.exists("/usr/bin/python3"), reason="needs a Python that others may run")
def test_a_plain_user_has_it_too(plain: Path) -> None:
    home = Home(plain)
    release = home.environment("mysite").service("www").instance(0).release("d1")
    for folder in (release.code, home.blobs, home.run):
        folder.mkdir(parents=True)
    release.environment_json.write_text('{"A": "1"}')
    isolation.remembered(home).write_text('{"mode": "user", "user_namespace": true}')
    uid = 65534
    spec = {
        "argv": ["/bin/sh", "-c", f"echo $A; pwd; ls {plain}; id -u; touch made"],
        "cwd": str(release.code),
        "env": {},
        "home": str(release.root),
        "instance": str(release.instance),
        "visible": [],
        "writable": [],
        "root": str(plain),
        "uid": uid,
        "gid": uid,
        "isolation": str(isolation.remembered(home)),
        "once": True,
    }
    (plain / "spec.json").write_text(json.dumps(spec))
    subprocess.run(["chown", "-R", f"{uid}:{uid}", str(plain)], check=True)
    enter = for_everyone(Path(dotcloud.__file__).parent) / "platform/enter/__main__.py"
    command = ["/usr/bin/python3", *COMMAND[1:-1], str(enter), str(plain / "spec.json")]
    done = subprocess.run(command, user=uid, group=uid, extra_groups=[], capture_output=True, text=True, cwd="/")
    assert done.stdout.splitlines() == ["1", "/home/dotcloud/code", "applications", str(uid)], done.stderr
    assert (release.code / "made").exists()


def test_the_signal_of_a_killed_program_is_its_own(supervisor: Supervisor, release: ReleaseFolder) -> None:
    command = supervisor.foreground(process(release, "/bin/sh", "-c", "kill -9 $$"))
    assert subprocess.run(command).returncode == -signal.SIGKILL
