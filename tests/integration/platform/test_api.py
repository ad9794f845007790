"""The API as it runs: gunicorn on a unix socket, and a client at the other end."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import httpx
import pytest

from tests.waiting import PATIENCE, until

HERE = Path(__file__).parent
CONFIG = "python:dotcloud.platform.api.gunicorn"
BUILD_FILE = b"www:\n  type: python\n"
LINE = '{"created_at": "2026-01-01T00:00:0%d.000000Z", "message": "step %d"%s}'
FIRST, LAST = LINE % (1, 1, ""), LINE % (2, 2, ', "status": "deploy_end"')
SLOW = f"echo '{FIRST}' >>$LOG; sleep 1; echo '{LAST}' >>$LOG"


class Server:
    """An API on a home of its own."""

    def __init__(self, home):
        self.home, self.path = home, home / "api.sock"
        self.environ = os.environ | {"DOTCLOUD_HOME": str(home), "DOTCLOUD_FAKE": SLOW}
        self.process = None
        setup = "from dotcloud.platform.apps import setup, migrate; setup(); migrate()"
        subprocess.run([sys.executable, "-c", setup], env=self.environ, check=True)

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "--config", CONFIG, "--pythonpath", HERE, "fake_box:application"]
        self.process = subprocess.Popen(command, env=self.environ, stderr=subprocess.PIPE, start_new_session=True)
        until(self._answers, "the API did not start")

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as knocking:
            return knocking.connect_ex(str(self.path)) == 0

    def client(self):
        transport = httpx.HTTPTransport(uds=str(self.path))
        return httpx.Client(transport=transport, base_url="http://platform/v1", timeout=20)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.communicate(timeout=20)[1].decode()


@pytest.fixture
def server():
    home = Path(tempfile.mkdtemp(dir="/tmp", prefix="api-"))
    server = Server(home)
    server.start()
    yield server
    errors = server.stop()
    shutil.rmtree(home)
    assert "Traceback" not in errors


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


def listed(files):
    return [
        {"path": path, "kind": "file", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in files.items()
    ]


def pack(content):
    return hashlib.sha256(content).digest() + len(content).to_bytes(8, "big") + content


def deploy(client):
    client.post("/me/applications", json={"name": "mysite"}).raise_for_status()
    client.post("/me/blobs", content=pack(BUILD_FILE)).raise_for_status()
    files = listed({"dotcloud.yml": BUILD_FILE})
    client.post("/me/applications/mysite/revisions", json={"files": files}).raise_for_status()
    answer = client.post("/me/applications/mysite/deployments", json={"revision": "latest"})
    return answer.raise_for_status().json()["object"]["deploy_id"]


LOGS = "/me/applications/mysite/deployments/latest/logs?stream&follow"


def entries(lines):
    return [json.loads(line)["object"] for line in lines if line.strip()]


def test_only_its_user_can_open_the_socket(server):
    assert server.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_another_user_is_refused_even_where_the_socket_is_open(server):
    server.home.chmod(0o755)
    server.path.chmod(0o666)
    ask = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
    ask += (
        "s.sendall(b'GET /v1/me HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n'); print(s.makefile().read())"
    )
    nobody = pwd.getpwnam("nobody").pw_uid
    command = ["/usr/bin/env", "python3", "-c", ask, str(server.path)]
    told = subprocess.run(command, user=nobody, capture_output=True, text=True, cwd="/").stdout
    assert "403 Forbidden" in told
    assert "another user" in told


def test_every_answer_has_the_headers_old_clients_need(client):
    for answer in (client.get("/me"), client.get("/nowhere"), client.post("/me/applications", json={})):
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-DotCloud-TraceID"]


def test_a_large_file_is_taken_in_chunks_and_not_kept_in_memory(server, client):
    content = os.urandom(1 << 20) * 64
    before = _memory(server)
    body = pack(content)
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    assert client.post("/me/blobs", content=pieces).json() == {"object": {"received": 1}}
    digest = hashlib.sha256(content).hexdigest()
    assert (server.home / "blobs" / digest[0] / digest[1:]).stat().st_size == len(content)
    assert _memory(server) - before < 16 << 20


def _memory(server):
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    status = Path(f"/proc/{children[0]}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def test_a_client_that_goes_away_in_mid_upload_leaves_nothing(server, client):
    body = pack(b"x" * 1_000_000)
    with socket.socket(socket.AF_UNIX) as gone:
        gone.connect(str(server.path))
        head = f"POST /v1/me/blobs HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        gone.sendall(head.encode() + body[:500_000])
    until(lambda: not list(server.home.glob("blobs/*/*")))
    assert client.get("/me").status_code == 200


def test_a_log_comes_while_it_is_written(client):
    deploy(client)
    with client.stream("GET", LOGS) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        raw = b"".join(answer.iter_raw())
    lines = raw.split(b"\r\n")
    assert [entry.get("message") for entry in entries(lines)] == [None, "step 1", "step 2"]
    assert b"" in lines[1:-1]  # kept alive in between


def test_a_deployment_goes_on_when_the_api_is_killed(server, client):
    deploy_id = deploy(client)
    server.kill()
    server.start()
    with server.client() as again, again.stream("GET", LOGS) as answer:
        told = entries(answer.iter_lines())
    assert told[0]["deploy_id"] == deploy_id
    assert told[-1]["status"] == "deploy_end"


def test_a_deployment_that_is_killed_ends_its_log(server, client):
    deploy(client)
    timer = threading.Timer(0.3, _kill_deployment, (server,))
    timer.start()
    with client.stream("GET", LOGS) as answer:
        told = entries(answer.iter_lines())
    timer.join()
    assert told[-1]["status"] == "deploy_fail"
    assert "process ended" in told[-1]["message"]
    assert client.get("/me/applications/mysite/deployments/latest").json()["object"]["state"] == "failed"


def _kill_deployment(server):
    import sqlite3

    connection = sqlite3.connect(server.home / "platform.sqlite3")
    ((pid,),) = connection.execute("SELECT pid FROM platform_deployment").fetchall()
    connection.close()
    os.killpg(pid, signal.SIGKILL)


def test_followers_that_went_away_hold_nothing(server, client):
    deploy(client)
    logs = "GET /v1/me/applications/mysite/logs?stream&follow HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(2):
        followers = [socket.socket(socket.AF_UNIX) for _ in range(60)]
        for follower in followers:
            follower.settimeout(PATIENCE)  # the second time, until those that went away are noticed
            follower.connect(str(server.path))
            follower.sendall(logs.encode())
        assert all(follower.recv(12) == b"HTTP/1.1 200" for follower in followers)
        for follower in followers:
            follower.close()
    assert client.get("/me").status_code == 200
