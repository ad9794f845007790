"""Where the platform is: addresses, the one of this machine, and what ssh says."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from dotcloud.client import local, tunnel
from dotcloud.client.endpoint import connect
from dotcloud.errors import client as errors


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A DOTCLOUD_HOME with a short name, and no endpoint configured."""
    monkeypatch.delenv("DOTCLOUD_ENDPOINT", raising=False)
    with TemporaryDirectory(prefix="dotcloud-") as folder:
        monkeypatch.setenv("DOTCLOUD_HOME", folder)
        yield Path(folder)


def test_a_unix_socket(platform: Any):
    platform.answers["GET /x"] = {"object": 1}
    with connect(f"unix://{platform.path}") as client:
        assert client.get("/x") == 1
        assert client.ssh is None


def test_the_variable_names_the_endpoint(platform: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOTCLOUD_ENDPOINT", f"unix://{platform.path}")
    with connect() as client:
        assert client.path == platform.path


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://box", "neither unix:// nor ssh://"),
        ("box", "neither unix:// nor ssh://"),
        ("unix://run/api.sock", "has to be absolute"),
        ("unix:", "has to be absolute"),
        ("ssh://", "names no host"),
        ("ssh://box:ninety", "Port could not be cast"),
        ("ssh://-oProxyCommand=touch%20x", "not the name of a host"),
        ("ssh://-oProxyCommand=x@box", "not the name of a user"),
    ],
)
def test_what_is_no_endpoint(url: str, reason: str):
    with pytest.raises(errors.BadEndpoint, match=reason):
        connect(url)


@pytest.mark.parametrize("rest", ["box", "box:ninety"])
def test_a_password_is_refused_and_not_repeated(rest: str):
    with pytest.raises(errors.BadEndpoint, match="ssh takes no password") as refused:
        connect(f"ssh://joe:secret@{rest}")
    assert f"'ssh://joe@{rest}'" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_platform_elsewhere_is_not_looked_for_here(home: Path):
    with connect(f"unix://{home}/nobody.sock") as client, pytest.raises(errors.PlatformUnreachable) as silent:
        client.post("/x")
    assert "platform status" not in str(silent.value)
    assert "correct the endpoint" in silent.value.fix


def test_login_is_what_a_person_would_type():
    assert tunnel.login("", "box", "joe", 2222) == ("ssh", "-p", "2222", "joe@box")
    assert tunnel.login("", "box", None, None) == ("ssh", "box")
    assert tunnel.login("", "::1", None, None) == ("ssh", "::1")


def test_the_platform_of_this_machine_when_it_answers(home: Path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(home / "api.sock"))
        server.listen()
        with connect() as client:
            assert client.path == home / "api.sock"


def test_it_is_not_started_when_nobody_wants_that(home: Path):
    with pytest.raises(errors.PlatformUnreachable, match="nobody listens"):
        connect(start=False)


def start_with(monkeypatch: pytest.MonkeyPatch, program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_a_platform_that_does_not_start_says_why(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    start_with(monkeypatch, tmp_path / "python", "echo the port is taken >&2; exit 1")
    with pytest.raises(errors.PlatformNotStarted, match="did not start") as caught:
        connect()
    assert caught.value.details == ("the port is taken",)


def test_a_platform_that_is_not_installed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    start_with(monkeypatch, tmp_path / "python", "echo \"ModuleNotFoundError: No module named 'circus'\" >&2; exit 1")
    with pytest.raises(errors.PlatformNotInstalled, match="circus"):
        connect()


def test_it_says_for_what_one_waits(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    start_with(monkeypatch, tmp_path / "python", "exit 1")
    with pytest.raises(errors.PlatformNotStarted):
        connect()
    assert capsys.readouterr() == ("", "==> Starting the platform of this machine\n")


def test_a_platform_that_says_it_started_and_did_not(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    start_with(monkeypatch, tmp_path / "python", 'test "$1 $2 $3" = "-m dotcloud.platform start"')
    with pytest.raises(errors.PlatformNotStarted, match="did not start"):
        connect()


def test_where_the_platform_is_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("DOTCLOUD_HOME", raising=False)
    assert local.home() == tmp_path / "dotcloud"


@pytest.mark.parametrize(
    ("said", "leaf"),
    [
        ("ssh: Could not resolve hostname box: Name or service not known", errors.SshNoHost),
        ("ssh: connect to host box port 22: Connection refused", errors.SshUnreachable),
        ("ssh: connect to host box port 22: Connection timed out", errors.SshUnreachable),
        ("joe@box: Permission denied (publickey,password).", errors.SshLoginRefused),
        ("Received disconnect from 1.2.3.4: Too many authentication failures", errors.SshLoginRefused),
        ("No ED25519 host key is known for box.\nHost key verification failed.", errors.SshHostKey),
        ("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.", errors.SshHostKey),
        ("something new", errors.SshFailed),
        ("Welcome!\ndotcloud-no-socket:/srv/dotcloud", errors.NoPlatformThere),
    ],
)
def test_what_ssh_says(said: str, leaf: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:/usr/bin:/bin")
    with pytest.raises(leaf) as caught:
        connect("ssh://joe@box:22")
    assert "\nFix: " in str(caught.value)


def test_without_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.SshMissing):
        connect("ssh://box")
