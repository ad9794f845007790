"""What a site can do to others, and to the platform: attacks that must fail."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from dotcloud import process as programs
from dotcloud.errors.build import BuildStopped, DidNotStart
from dotcloud.platform import services
from dotcloud.platform.api import peer
from dotcloud.platform.build import virtualenv
from dotcloud.platform.build.service import _make_executable
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.deploy.instance import read_of_site
from dotcloud.platform.deploy.readiness import wait_until_ready
from dotcloud.platform.layout import Home, ReleaseFolder
from dotcloud.platform.supervise import Supervisor, unprivileged
from tests.integration.platform.conftest import eventually
from tests.integration.platform.releases import make_release, process
from tests.integration.platform.test_services import Row
from tests.waiting import PATIENCE, is_alive

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up rights"),
]
Inside = Callable[..., str]


@pytest.fixture
def victim(home: Home, supervisor: Supervisor, virtual_environment: Path) -> Iterator[psutil.Process]:
    """A process of another application, with a secret among its variables."""
    other = make_release(home, "other", virtual_environment)
    with subprocess.Popen(supervisor.foreground(process(other, "/bin/sleep", "60"))) as child:
        eventually(lambda: "sleep" in " ".join(psutil.Process(child.pid).cmdline()))
        yield psutil.Process(child.pid)
        child.kill()


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _has_no_rights(pid: int) -> None:
    user, status = unprivileged(), _status(pid)
    assert user
    assert set(status["Uid"].split()) == {str(user.uid)}
    assert set(status["Gid"].split()) == {str(user.gid)}
    assert status["Groups"].split() == [str(user.gid)]
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


def _landlock_keeps_signals() -> bool:
    import ctypes

    return int(ctypes.CDLL(None).syscall(444, None, 0, 1)) >= 6


# --- sites ---


def test_a_site_has_no_rights(victim: psutil.Process) -> None:
    _has_no_rights(victim.pid)


def test_variables_of_another_site_cannot_be_read(inside: Inside, victim: psutil.Process) -> None:
    assert inside(f"cat /proc/{victim.pid}/environ") == ""


def test_another_site_cannot_be_entered(inside: Inside, victim: psutil.Process) -> None:
    proc = f"/proc/{victim.pid}"
    assert inside(f"ls {proc}/root {proc}/cwd/; cat {proc}/maps {proc}/fd/0; readlink {proc}/exe {proc}/fd/1") == ""


@pytest.mark.skipif(not _landlock_keeps_signals(), reason="it takes Linux 6.12")
def test_another_site_cannot_be_killed(inside: Inside, victim: psutil.Process) -> None:
    inside(f"kill -9 {victim.pid}")
    assert victim.status() == psutil.STATUS_SLEEPING


def test_a_site_signals_its_own(inside: Inside) -> None:
    assert inside("sleep 30 & kill -9 $! && wait $!; echo $?") == "137"


def test_no_way_to_the_supervisor_or_the_api(inside: Inside, home: Home, supervisor: Supervisor) -> None:
    supervisor.apply("mysite.default.www.0@d9", [])
    inside("true")
    assert (home.circus / "endpoint.sock").exists()
    with socket.socket(socket.AF_UNIX) as api:
        api.bind(str(home.socket))
        assert inside(f"ls {home.circus} {home.socket} {home.database} {home.root}/run") == ""


def test_shared_memory_of_another_is_not_seen(inside: Inside) -> None:
    secret = Path("/dev/shm/dotcloud-trust-test")
    secret.write_text("x")
    secret.chmod(0o666)
    try:
        assert inside("ls /dev/shm; echo x > /dev/shm/own && ls /dev/shm") == "own"
    finally:
        secret.unlink()


def test_the_link_to_its_virtual_environment_opens_no_other_folder(
    inside: Inside, release: ReleaseFolder, home: Home
) -> None:
    closed = home.root / "closed"
    (closed / "inner" / "bin").mkdir(parents=True)
    (closed / "inner" / "secret").write_text("secret")
    closed.chmod(0o700)
    release.env.unlink()
    release.env.symlink_to(closed / "inner")
    assert inside(f"cat {closed}/inner/secret ~/env/secret") == ""


def test_what_a_person_set_is_not_filled_in(inside: Inside, release: ReleaseFolder) -> None:
    odd = "{home} {pid}\nsecond=line é \\ ' \" $HOME"
    release.environment_json.write_text(json.dumps({"ODD": odd}))
    assert inside("python -c \"import os; print(os.environ['ODD'])\"") == odd


def test_a_process_can_open_many_files_and_the_platform_does_not_care(inside: Inside) -> None:
    code = "import os; [os.dup(1) for _ in range(5000)]; print(len(os.listdir('/proc/self/fd')))"
    assert int(inside(f'ulimit -n 10000; python -c "{code}"') or 0) > 5000


# --- data services: a site commands its database ---


@pytest.fixture
def database(home: Home, supervisor: Supervisor) -> Callable[[str], list[str]]:
    """Runs a line of shell by way of the site's database."""
    row = Row("postgresql")
    services.ensure(row, home, supervisor)
    address = {"host": "127.0.0.1", "port": row.port, "user": "root", "password": row.password, "dbname": "postgres"}

    def run(line: str) -> list[str]:
        with psycopg.connect(**address, autocommit=True) as connection:
            connection.execute("CREATE TEMP TABLE seen (line text)")
            quoted = f"({line}) 2>/dev/null || true".replace("'", "''")
            connection.execute(
                f"COPY seen FROM PROGRAM '{quoted}' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
            )
            return [line for (line,) in connection.execute("SELECT line FROM seen")]

    return run


def test_a_database_shows_nothing_of_other_applications(
    database: Callable[[str], list[str]], home: Home, victim: psutil.Process
) -> None:
    other = next(home.applications.glob("other/default/services/www/instances/0/releases/*/environment.json"))
    assert database(f"cat {other}; ls {home.database} {home.builds} {home.circus}") == []
    assert database(f"cat /proc/{victim.pid}/environ; ls /proc/{victim.pid}/root") == []
    assert database("grep -E 'Uid|NoNewPrivs' /proc/self/status | tr '\\t' ' '") == [
        f"Uid: {' '.join([str(unprivileged().uid)] * 4)}",  # type: ignore[union-attr]
        "NoNewPrivs: 1",
    ]
    if _landlock_keeps_signals():
        database(f"kill -9 {victim.pid}")
        assert victim.status() == psutil.STATUS_SLEEPING


# --- builds: what they leave, root must not stumble over ---


@pytest.fixture
def tools(home: Home, supervisor: Supervisor) -> Tools:
    made = Tools(home, supervisor, home.root / "library.whl", unprivileged(), "mysite")
    made.cache.mkdir(parents=True)
    return made


def test_a_build_runs_without_rights(tools: Tools, home: Home, virtual_environment: Path) -> None:
    tools.folder.mkdir()
    (tools.folder / "env").symlink_to(virtual_environment)
    command = tools.isolated(["/bin/sleep", "60"], Path("/"), [], [], {})
    with subprocess.Popen(command) as child:
        eventually(lambda: "sleep" in " ".join(psutil.Process(child.pid).cmdline()))
        _has_no_rights(child.pid)
        child.kill()


def test_each_application_has_a_cache_of_its_own(tools: Tools, home: Home) -> None:
    assert tools.cache != Tools(home, tools.supervisor, tools.library, tools.user, "other").cache
    assert tools.begin_cache()
    assert not tools.begin_cache()


def test_a_build_after_the_first_is_shared_with_nobody(
    tools: Tools, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = virtualenv.Recipe("www", Path(sys.executable), home.root / "vendor", None, ())
    monkeypatch.setattr(virtualenv, "_build", _linking)
    other = Tools(home, tools.supervisor, tools.library, tools.user, "other")
    other.cache.mkdir(parents=True)
    keys = iter(["k1", "k1", "k2", "k2"])
    monkeypatch.setattr(virtualenv, "key_of_recipe", lambda *_: next(keys))
    first = virtualenv.make(recipe, tools, print)
    assert virtualenv.make(recipe, other, print).folder == first.folder  # made with an empty cache
    second = virtualenv.make(recipe, tools, print)
    assert virtualenv.make(recipe, other, print).folder != second.folder


def test_what_was_made_clean_is_used_from_then_on(tools: Tools, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = virtualenv.Recipe("www", Path(sys.executable), home.root / "vendor", None, ())
    monkeypatch.setattr(virtualenv, "_build", _linking)
    monkeypatch.setattr(virtualenv, "key_of_recipe", lambda *_: "k1")
    old = virtualenv.make(recipe, tools, print)
    clean = virtualenv.make(recipe, tools, print, clean=True)
    assert clean.folder != old.folder
    assert virtualenv.make(recipe, tools, print).folder == clean.folder


def _linking(folder: Path, recipe: virtualenv.Recipe, *_: object) -> tuple[str, str]:
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(recipe.python)
    return "acme 1.0", "1 built"


def test_a_build_cannot_make_root_write_elsewhere(tools: Tools, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    target = home.root / "precious"
    target.write_text("precious")

    def build(folder: Path, recipe: virtualenv.Recipe, *_: object) -> tuple[str, str]:
        told = _linking(folder, recipe)
        (folder / virtualenv.COMPLETE).symlink_to(target)
        (folder / "installed.txt").symlink_to(target)
        virtualenv._installed(folder)
        (folder / "open").touch()
        (folder / "open").chmod(0o4777)
        return told

    monkeypatch.setattr(virtualenv, "_build", build)
    monkeypatch.setattr(virtualenv, "key_of_recipe", lambda *_: "k1")
    made = virtualenv.make(virtualenv.Recipe("www", Path(sys.executable), home.root / "v", None, ()), tools, print)
    assert target.read_text() == "precious"
    left = (made.folder / "open").lstat()
    assert (left.st_uid, stat.S_IMODE(left.st_mode)) == (0, 0o755)


def test_a_build_cannot_change_its_interpreter(tools: Tools, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtualenv, "_build", lambda folder, *_: _linking(folder, SimpleNamespace(python="/bin/sh")))
    monkeypatch.setattr(virtualenv, "key_of_recipe", lambda *_: "k1")
    with pytest.raises(BuildStopped, match="interpreter"):
        virtualenv.make(virtualenv.Recipe("www", Path(sys.executable), home.root / "v", None, ()), tools, print)
    assert not (home.builds / "k1").exists()


def test_a_hook_is_made_executable_in_its_tree_alone(tmp_path: Path) -> None:
    precious, tree = tmp_path / "precious", tmp_path / "tree"
    tree.mkdir()
    for path in (precious, tree / "hook"):
        path.touch(0o600)
    (tree / "link").symlink_to(precious)
    (tree / "up").symlink_to("..")
    for name in ("hook", "link", "up/precious", str(precious), "absent"):
        _make_executable(tree, name)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (precious, tree / "hook")] == [0o600, 0o700]


# --- files of a site that the platform reads ---


def test_no_link_and_no_pipe_of_a_site_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to("secret")
    os.mkfifo(tmp_path / "pipe")
    assert [read_of_site(tmp_path / name) for name in ("secret", "link", "pipe", "absent")] == ["secret", "", "", ""]


def test_a_reason_planted_as_a_link_is_not_told(tmp_path: Path, supervisor: Supervisor) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "failed").symlink_to("secret")
    (tmp_path / "logs").mkdir()
    instance = SimpleNamespace(
        home=SimpleNamespace(run=tmp_path),
        built=SimpleNamespace(workers=1),
        place="www.0",
        ports=(),
        folder=SimpleNamespace(logs=tmp_path / "logs"),
    )
    with pytest.raises(DidNotStart) as caught:
        wait_until_ready(instance, "g", supervisor)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)


# --- hooks ---


def test_a_hook_that_leaves_a_process_behind_ends_all_the_same() -> None:
    lines: list[str] = []
    assert programs.stream(["/bin/sh", "-c", "sleep 600 & echo $!"], lines.append, timeout=PATIENCE) == 0
    eventually(lambda: not is_alive(int(lines[0])))


# --- the API ---


def test_only_the_platforms_own_user_and_root_may_enter() -> None:
    user = unprivileged()
    assert user
    assert [peer.may_enter(uid) for uid in (0, user.uid, 65534, -1)] == [True, False, False, False]
