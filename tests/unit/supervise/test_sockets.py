"""Which ports are free, and which were promised."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dotcloud.errors.platform import PathTooLong
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import ini, sockets


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.conf.mkdir(parents=True)
    sockets.parked(home).mkdir()
    return home


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert not sockets.is_free("127.0.0.1", port)
    assert sockets.is_free("127.0.0.1", port)


def test_a_promised_port_is_not_given_again(home: Home) -> None:
    first = sockets.pick(home, "127.0.0.1", 18000)
    sockets.file_of(home, "a").write_text(ini.inet_socket("a", "127.0.0.1", first))
    second = sockets.pick(home, "127.0.0.1", 18000)
    (sockets.parked(home) / "socket-b.ini").write_text(ini.inet_socket("b", "127.0.0.1", second))
    assert sockets.pick(home, "127.0.0.1", 18000) not in (first, second)


def test_a_unix_socket_has_no_port(home: Home) -> None:
    sockets.file_of(home, "api").write_text(ini.unix_socket("api", home.socket))
    assert sockets.declared(sockets.file_of(home, "api")) is None
    assert sockets.declared(sockets.file_of(home, "missing")) is None


def test_a_path_that_is_too_long() -> None:
    sockets.check_length(Path("/" + "x" * 106))
    with pytest.raises(PathTooLong, match="107 are possible"):
        sockets.check_length(Path("/" + "x" * 107))
