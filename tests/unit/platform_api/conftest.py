"""The API in this process, on a home and a database of each test's own; what it would start is written down instead."""
# ruff: noqa: E402 - Django has to be set up before its models can be imported

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ["DOTCLOUD_HOME"] = tempfile.mkdtemp(prefix="dotcloud-api-")

from dotcloud.platform.apps import migrate, setup

setup()

from django.conf import settings
from django.db import connection
from django.test import Client

from dotcloud.platform import models
from dotcloud.platform import services as data_services
from dotcloud.platform.api import destroy, processes, running
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import ProcessStatus

BUILD_FILE = "www:\n  type: python\ndb:\n  type: postgresql\n"


@pytest.fixture(scope="session")
def empty_database():
    migrate()
    connection.close()
    home = Path(os.environ["DOTCLOUD_HOME"])
    yield home / "platform.sqlite3"
    connection.close()
    shutil.rmtree(home)


@pytest.fixture(autouse=True)
def home(empty_database, tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    home.root.mkdir()
    shutil.copyfile(empty_database, home.database)
    monkeypatch.setattr(settings, "HOME", home)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", home.database)
    yield home
    connection.close()


class Box:
    """What the API started, and what it is told about processes."""

    def __init__(self):
        self.started, self.restarted, self.removed, self.groups, self.states = [], [], [], [], {}
        self.alive = True

    def start(self, args, *, cwd, env, output):
        self.started.append(args[2:])
        return os.getpid() if self.alive else 999_999_999

    def supervisor(self, home):
        return SimpleNamespace(
            status=lambda group: self.states.get(group, [status("web", group)]),
            groups=lambda prefix="": [group for group in self.groups if group.startswith(prefix)],
            restart=self.restarted.append,
            remove=self.removed.append,
            listening=lambda _: [],
            unlisten=lambda name: self.removed.append(f"socket {name}"),
        )


def status(name, group, state="up", **facts):
    return ProcessStatus(name=name, group=group, state=state, pid=4321, uptime=5.0, restarts=0, **facts)


@pytest.fixture(autouse=True)
def box(monkeypatch):
    box = Box()
    monkeypatch.setattr(processes.process, "start_detached", box.start)
    for module in (running, destroy):
        monkeypatch.setattr(module, "Supervisor", box.supervisor)
    monkeypatch.setattr(data_services, "variables", _variables, raising=False)
    monkeypatch.setattr(data_services, "destroy", lambda row, *_: box.removed.append(f"data {row.name}"), raising=False)
    monkeypatch.setattr(data_services, "console", lambda *_: (["psql"], {"PGPORT": "5000"}), raising=False)
    return box


def _variables(row):
    if row.is_data:
        return {"DOTCLOUD_DB_SQL_URL": "pgsql://root:pw@127.0.0.1:5000", "DATABASE_URL": "postgres://root:pw@h/db"}
    return {"DOTCLOUD_WWW_HTTP_URL": row.url}


class Api:
    """Requests with JSON in and out; what it answers is unwrapped unless it is an error."""

    def __init__(self):
        self.client = Client(raise_request_exception=True)

    def __call__(self, method, path, body=None, expect=None):
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = self.client.generic(method, f"/v1{path}", **sent)
        expected = (200, 201, 204) if expect is None else (expect,)
        assert answer.status_code in expected, answer.content
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-DotCloud-TraceID"]
        if answer.streaming:
            return [json.loads(line)["object"] for line in b"".join(answer).split(b"\r\n") if line]
        if expect or not answer.content:
            return answer
        content = answer.json()
        return content.get("object", content.get("objects", content))

    def refused(self, method, path, body=None, expect=422):
        return self(method, path, body, expect).json()["error"]["description"]


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def mysite(api):
    api("POST", "/me/applications", {"name": "mysite"})
    return "/me/applications/mysite"


def listed(files):
    """A list of files, as it travels, for ``{path: text}``."""
    return [
        {"path": path, "kind": "file", "size": len(text.encode()), "sha256": sha(text)} for path, text in files.items()
    ]


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def pack(*texts):
    parts = [bytes.fromhex(sha(text)) + len(text.encode()).to_bytes(8, "big") + text.encode() for text in texts]
    return b"".join(parts)


@pytest.fixture
def pushed(api, mysite):
    """Make revisions: ``pushed("text of app.py") -> name``."""

    def push(text="x", environment="default"):
        files = {"dotcloud.yml": BUILD_FILE, "app.py": text}
        api.client.generic("POST", "/v1/me/blobs", data=pack(*files.values()))
        query = f"?environment={environment}"
        return api("POST", f"{mysite}/revisions{query}", {"files": listed(files)})["revision"]

    return push


@pytest.fixture
def live(api, mysite, pushed):
    """Deploy a text, as the deployment's process would."""

    def deploy(text="x", environment="default", **facts):
        revision = pushed(text, environment)
        query = f"?environment={environment}"
        deploy_id = api("POST", f"{mysite}/deployments{query}", {"revision": revision, "force": True})["deploy_id"]
        row = models.Deployment.objects.select_related("environment").get(deploy_id=deploy_id)
        for name, kind, port in (("www", "python", {"http_port": 8000}), ("db", "postgresql", {"port": 5000})):
            models.Service.objects.update_or_create(
                environment=row.environment, name=name, defaults={"type": kind, **port}
            )
        row.begin()
        www = {"type": "python", "instances": 1, "memory": None, "deploy_id": deploy_id, **facts}
        row.succeed({"www": www, "db": {"type": "postgresql", "instances": 1, "memory": None}})
        log_of(row).write_text(
            json.dumps({"created_at": row.created_at.isoformat(), "message": "m", "status": "deploy_end"}) + "\n"
        )
        return row

    return deploy


def log_of(row):
    names = (row.environment.application.name, row.environment.name)
    return settings.HOME.environment(*names).deployment_log(row.deploy_id)
