"""A program that binds its ports itself, behind sockets that stay."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.integration.platform.faulty_box import Box, end, make_box

BUILD_FILE = """\
game:
  type: custom
  process: python3 -u code/game.py
  instances: 2
  ports: {web: http, play: tcp}
"""
GAME = """\
import os, socketserver, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS)
        self.end_headers()
        self.wfile.write(b"VERSION")
    do_HEAD = do_GET

class Play(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"VERSION of " + os.environ["DOTCLOUD_SERVICE_ID"].encode())

def listen(server, name, handler):
    return server(("127.0.0.1", int(os.environ[name])), handler)

threading.Thread(target=listen(socketserver.ThreadingTCPServer, "PORT_PLAY", Play).serve_forever, daemon=True).start()
listen(ThreadingHTTPServer, "PORT_WEB", Page).serve_forever()
"""


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = make_box()
    try:
        yield made
    finally:
        end(made)


def write(box: Box, version: str, status: int = 200) -> None:
    (box.project / "dotcloud.yml").write_text(BUILD_FILE)
    (box.project / "game.py").write_text(GAME.replace("VERSION", version).replace("STATUS", str(status)))


def play(port: str) -> str:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as client:
        return client.makefile().read()


def addresses(box: Box) -> dict[str, str]:
    lines = box.dotcloud("env", "list").splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith("DOTCLOUD_GAME_"))


def test_addresses_stay_from_release_to_release(box: Box):
    write(box, "one")
    box.dotcloud("push")
    before = addresses(box)
    write(box, "two")
    box.dotcloud("push")
    assert addresses(box) == before
    box.port = int(before["DOTCLOUD_GAME_HTTP_URL"].rpartition(":")[2].rstrip("/"))
    assert box.get() == "two"
    assert [play(before[f"DOTCLOUD_GAME_PLAY_PORT_{number}"]) for number in (0, 1)] == ["two of 0", "two of 1"]


def test_an_error_refuses_the_release(box: Box):
    write(box, "three", status=503)
    assert "HEAD / answered 503" in box.dotcloud("push", status=2)
    assert box.get() == "two"


def test_the_socket_of_an_instance_goes_with_it(box: Box):
    before = addresses(box)
    write(box, "four")
    box.dotcloud("push")
    box.dotcloud("scale", "game=1")
    assert play(before["DOTCLOUD_GAME_PLAY_PORT_0"]) == "four of 0"
    with pytest.raises(ConnectionRefusedError):
        play(before["DOTCLOUD_GAME_PLAY_PORT_1"])
