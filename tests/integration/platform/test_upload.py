"""Uploads to a real platform: started by the client itself, and reached through a real sshd."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dotcloud.client.endpoint import connect
from dotcloud.client.files import File, collect
from dotcloud.client.upload import Revision, missing, upload
from dotcloud.errors import client as errors
from dotcloud.platform.layout import Home
from dotcloud.platform.store import Blobs, Manifest, checkout
from tests.waiting import PATIENCE, until

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "shop").mkdir(parents=True)
    (root / "dotcloud.yml").write_text("www:\n  type: python\n")
    for number in range(300):
        (root / "shop" / f"{number}.py").write_text(f"value = {number % 200}\n" * 50)
    (root / "run").write_text("#!/bin/sh\n")
    (root / "run").chmod(0o755)
    (root / "link").symlink_to("shop/0.py")
    return root


@pytest.fixture
def here(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The platform of this machine, not started yet."""
    monkeypatch.delenv("DOTCLOUD_ENDPOINT", raising=False)
    monkeypatch.setenv("DOTCLOUD_HOME", str(home.root))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return home


def push(name: str, files: list[File], endpoint: str | None = None) -> Revision:
    with connect(endpoint) as client:
        return upload(client, name, "default", files)


def test_the_platform_is_started_and_takes_what_it_lacks(here: Home, project: Path, tmp_path: Path):
    files = collect(project)
    with connect() as client:
        client.post("/applications", {"name": "shop"})
        assert len(missing(client, "shop", "default", files)) == 202
        first = upload(client, "shop", "default", files)
        assert missing(client, "shop", "default", files) == set()
        assert upload(client, "shop", "default", files).tree == first.tree
    manifest = Manifest.read(here.environment("shop").revision(first.name) / "manifest.json")
    tree = checkout(manifest, Blobs(here.blobs), tmp_path / "tree", writable=True)
    assert collect(tree) == [
        File(file.path, file.kind, file.size, file.sha256, file.target, file.source and str(tree / file.path))
        for file in files
    ]


def test_pushes_at_once_to_several_applications(here: Home, project: Path):
    files = collect(project)
    names = [f"shop{number}" for number in range(4)]
    with connect() as client:
        for name in names:
            client.post("/applications", {"name": name})
    with ThreadPoolExecutor(4) as pool:
        assert len({revision.tree for revision in pool.map(lambda name: push(name, files), names)}) == 1
    assert sum(path.is_file() for path in here.blobs.rglob("*")) == 202


def test_a_list_that_is_refused_leaves_nothing(here: Home, project: Path):
    (project / "out").symlink_to("/etc/passwd")
    with connect() as client:
        client.post("/applications", {"name": "shop"})
        with pytest.raises(errors.Refused, match="cannot be taken") as caught:
            upload(client, "shop", "default", collect(project))
        assert caught.value.details == ("out: is a link to /etc/passwd, outside of the project",)
        assert client.get("/applications/shop/revisions") == []
    assert not any(path.is_file() for path in here.blobs.rglob("*"))


class Box:
    """An sshd on loopback that lets the one who runs this test in, by a key of the test's own."""

    def __init__(self, folder: Path, sshd: str) -> None:
        self.folder = folder
        for name in ("host", "mine", "stranger"):
            keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name]
            subprocess.run(keygen, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(folder / "mine.pub", folder / "authorized")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = self._start(sshd)

    def _start(self, sshd: str) -> subprocess.Popen[bytes]:
        options = {
            "ListenAddress": "127.0.0.1",
            "Port": self.port,
            "HostKey": self.folder / "host",
            "AuthorizedKeysFile": self.folder / "authorized",
            "PidFile": "none",
            "StrictModes": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
        }
        lines = "".join(f"{name} {value}\n" for name, value in options.items())
        (self.folder / "sshd_config").write_text(lines)
        command = [sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        if os.geteuid() == 0:  # it wants a user and a folder of its own, which only it shall see
            (self.folder / "passwd").write_text(
                Path("/etc/passwd").read_text() + "sshd:*:64999:65534::/run/sshd:/bin/false\n"
            )
            mounts = f"mount -t tmpfs none /run && mkdir /run/sshd && mount --bind {self.folder}/passwd /etc/passwd"
            command = ["unshare", "--mount", "sh", "-c", f"{mounts} && exec {shlex.join(command)}"]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self._answers():
            log = (self.folder / "log").read_text()
            if self.process.poll() is not None or time.monotonic() > end:
                pytest.skip(f"sshd does not run here: {log.strip()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as knocking:
            return knocking.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def client(self, folder: Path, key: str = "mine", known: bool = True) -> None:
        """An ``ssh`` in ``folder`` that knows this host and has this key, whatever the person's own configuration."""
        hosts = folder / "known_hosts"
        public = (self.folder / "host.pub").read_text()
        hosts.write_text(f"[127.0.0.1]:{self.port} {public}" if known else "")
        config = f"IdentitiesOnly yes\nIdentityFile {self.folder / key}\nUserKnownHostsFile {hosts}\n"
        (folder / "ssh_config").write_text(config)
        ssh = folder / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh", path="/usr/bin:/bin")} -F {folder}/ssh_config "$@"\n')
        ssh.chmod(0o755)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    if SSHD is None:
        pytest.skip("there is no sshd")
    folder = tmp_path / "box"
    folder.mkdir()
    box = Box(folder, SSHD)
    box.wait()
    programs = tmp_path / "bin"
    programs.mkdir()
    box.client(programs)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    yield box
    box.stop()


def test_a_push_through_ssh(here: Home, box: Box, project: Path):
    with connect() as client:
        client.post("/applications", {"name": "shop"})
    files = collect(project)
    endpoint = f"ssh://127.0.0.1:{box.port}{here.root}"
    revision = push("shop", files, endpoint)
    assert (here.environment("shop").revision(revision.name) / "manifest.json").exists()
    with connect(endpoint) as client:
        assert client.ssh == ("ssh", "-p", str(box.port), "127.0.0.1")
        assert client.get("/applications/shop/revisions")[0]["revision"] == revision.name
        assert children_of_mine("ssh")
    assert not children_of_mine("ssh")


def children_of_mine(name: str) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        text = status.read_text()
        if f"Name:\t{name}\n" in text and f"PPid:\t{os.getpid()}\n" in text:
            found.append(int(status.parent.name))
    return found


def test_a_command_that_is_killed_leaves_no_ssh(here: Home, box: Box, tmp_path: Path):
    with connect():
        pass
    code = (
        "import os, sys\nfrom dotcloud.client.endpoint import connect\n"
        f"with connect('ssh://127.0.0.1:{box.port}{here.root}'):\n    print('up', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"up\n"
        config = str(tmp_path / "bin" / "ssh_config")
        assert ssh_processes(config)
        command.kill()
    until(lambda: not ssh_processes(config), "ssh lives on")


def ssh_processes(config: str) -> list[int]:
    """Clients of this test, by its own configuration file."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if config.encode() in arguments:
            found.append(int(file.parent.name))
    return found


def test_each_way_ssh_can_fail_is_told(here: Home, box: Box, tmp_path: Path, project: Path):
    url = f"ssh://127.0.0.1:{box.port}"
    with pytest.raises(errors.NoPlatformThere, match="No platform runs at"):
        connect(f"{url}{tmp_path}/nowhere")
    box.client(tmp_path / "bin", key="stranger")
    with pytest.raises(errors.SshLoginRefused):
        connect(url)
    box.client(tmp_path / "bin", known=False)
    with pytest.raises(errors.SshHostKey, match="is not known"):
        connect(url)
    box.client(tmp_path / "bin")
    (tmp_path / "bin/known_hosts").write_text(f"[127.0.0.1]:{box.port} {(box.folder / 'stranger.pub').read_text()}")
    with pytest.raises(errors.SshHostKey, match="another host key"):
        connect(url)
    box.stop()
    with pytest.raises(errors.SshUnreachable):
        connect(url)
    with pytest.raises(errors.SshNoHost):
        connect("ssh://no-such-host.invalid")


def test_a_socket_that_nobody_listens_at_is_told(here: Home, box: Box):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(here.socket))
    with connect(f"ssh://127.0.0.1:{box.port}{here.root}") as client, pytest.raises(errors.PlatformUnreachable):
        client.post("/applications", {"name": "shop"})


def test_an_upload_that_is_cut_leaves_nothing_and_can_be_done_again(here: Home, box: Box, project: Path):
    """The connection to the box breaks in the middle of an upload."""
    (project / "large").write_bytes(os.urandom(1 << 20) * 64)
    with connect() as client:
        client.post("/applications", {"name": "shop"})
    files = collect(project)
    cut = threading.Event()
    with connect(f"ssh://127.0.0.1:{box.port}{here.root}") as client:
        (ssh,) = children_of_mine("ssh")

        def progress(sent: int, total: int) -> None:
            if sent > total / 2 and not cut.is_set():
                cut.set()
                os.kill(ssh, 9)

        with pytest.raises(errors.PlatformUnreachable):
            upload(client, "shop", "default", files, progress=progress)
    with connect() as client:
        assert client.get("/applications/shop/revisions") == []
        assert upload(client, "shop", "default", files)
    assert not list((here.blobs / "parts").iterdir())
