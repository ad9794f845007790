"""gunicorn's configuration for a deployed site; standard library only: it runs in the site's virtual environment.

A worker answers one request in process before it accepts any: a release that cannot answer never takes traffic (see
docs/design.md, decision 10). It expects in the environment:

- ``DOTCLOUD_SERVING``: JSON with ``bind``, ``workers``, ``threads``, ``timeout`` (seconds), ``header_size`` (bytes),
  ``healthcheck`` (path), ``host`` (the ``Host`` header of that request), ``run`` (a folder of this release).

Results: ``run/ready.<pid>`` for each worker that passed; ``run/failed`` with the reason, and exit status 3 of the
master, when the first one did not. Once a release has proved itself a failed check is only logged: a worker that
starts while the database is away must not take the others down.
"""

from __future__ import annotations

import atexit
import importlib
import io
import json
import os
import sys
import threading
import time
import traceback
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

_told = json.loads(os.environ["DOTCLOUD_SERVING"])

bind = _told["bind"]
workers = _told["workers"]
threads = _told["threads"]
worker_class = "gthread"
timeout = _told["timeout"]
graceful_timeout = _told["timeout"]
limit_request_line = min(_told["header_size"], 8190)
limit_request_field_size = _told["header_size"]
keepalive = 5
accesslog = "-"
errorlog = "-"
control_socket_disable = True
# A heartbeat on a slow disk kills healthy workers.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
proc_name = os.environ.get("DOTCLOUD_SERVICE_NAME", "site")

# Modules that every Django site imports and that do nothing when they are imported: no settings, threads, connections.
COMMON = (
    "django.contrib.admin.options",
    "django.contrib.messages",
    "django.core.management",
    "django.core.wsgi",
    "django.db.backends.postgresql.base",
    "django.forms",
    "django.template.backends.django",
    "django.views.generic",
    "whitenoise.middleware",
)
AUTOGROUP = "/proc/self/autogroup"
BOOTING, SERVING = 3, 0  # niceness
LINGER = 0.5  # seconds that a worker which is told to go leaves connections open on which nobody asks for anything


class CheckFailed(Exception):
    """The site did not answer its first request."""


def on_starting(server: Any) -> None:
    """Import what all workers need once, before they are forked: that is most of what their start costs.

    The site's own code is imported by each worker for itself: it may start threads and open connections.
    """
    _share_of_processors(BOOTING)
    for name in COMMON if os.path.exists("manage.py") else ():
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - it is the workers' to say what is missing
            server.log.debug("%s was not imported: %s", name, error)
    gthread: Any = importlib.import_module("gunicorn.workers.gthread")
    if hasattr(gthread, "STOP_KEEPALIVE_LINGER"):
        gthread.STOP_KEEPALIVE_LINGER = LINGER


def post_worker_init(worker: Any) -> None:
    """Ask the site for its health-check path before it may accept."""
    proven = os.path.exists(_run_file("proven"))
    try:
        worker.log.info("The self-check: %s", ask(worker.wsgi, _told["healthcheck"], _told["host"]))
    except Exception as error:
        worker.log.exception("The self-check failed")
        if not proven:
            _write("failed", _reason(error))
            raise CheckFailed(str(error)) from error
    finally:
        _close_connections()
    _write("proven", "")
    _write(f"ready.{os.getpid()}", "")
    if sum(name.startswith("ready.") for name in os.listdir(_told["run"])) >= workers:
        _share_of_processors(SERVING)


def _share_of_processors(nice: int) -> None:
    """Where sessions share the processors (autogroups, sched(7)), one that boots gives way to those that serve.

    The kernel takes ten such changes a second from all users together, and refuses more for that moment.
    """
    for _ in range(20):
        try:
            with open(AUTOGROUP, "w", encoding="ascii") as group:
                group.write(str(nice))
        except BlockingIOError:
            time.sleep(0.1)
        except OSError:
            return
        else:
            return


def worker_exit(_: Any, __: Any) -> None:
    """A worker that was told to go and has finished what it had: see :func:`_leave`."""
    left = sys.exc_info()[1]
    if isinstance(left, SystemExit) and not left.code:
        _leave()


def on_exit(_: Any) -> None:
    """The same for the master."""
    if isinstance(sys.exc_info()[1], StopIteration):
        _leave()


def _leave() -> None:
    """End as Python does, without taking a thousand modules apart first: beside a deployment that takes long."""
    shut_down, run_at_exit = getattr(threading, "_shutdown", None), getattr(atexit, "_run_exitfuncs", None)
    if shut_down and run_at_exit:
        shut_down()  # waits for threads
        run_at_exit()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


class Answer(NamedTuple):
    """The status of a response, and where it sends the visitor (empty where it does not)."""

    status: int
    location: str


def ask(application: Any, path: str, host: str) -> str:
    """What a visitor who asks for ``path`` is answered, in a sentence. A redirect within the site is followed once.

    A site behind https redirects plain http before any view runs: that alone proves nothing.

    :raises CheckFailed: an answer is a server error (5xx).
    """
    url = urlsplit(f"http://{host}{path}")
    first = answer(application, url)
    told = f"HEAD {path} answered {first.status}"
    _refuse(first, told)
    onward = urlsplit(urljoin(url.geturl(), first.location))
    if not 300 <= first.status < 400 or onward.hostname != url.hostname or onward.scheme not in ("http", "https"):
        return told
    second = answer(application, onward)
    told = f"{told}, {onward._replace(query='', fragment='').geturl()} answered {second.status}"
    _refuse(second, told)
    return told


def _refuse(answered: Answer, told: str) -> None:
    if answered.status >= 500:
        raise CheckFailed(told)


def answer(application: Any, url: SplitResult) -> Answer:
    """The answer to a HEAD request, made as a WSGI server makes it (PEP 3333); https as a proxy hands it on."""
    answers: list[Answer] = []
    environ = {
        "REQUEST_METHOD": "HEAD",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path or "/", "latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "HTTP_USER_AGENT": "dotcloud self-check",
        "HTTP_X_FORWARDED_PROTO": url.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        locations = [value for name, value in headers if name.lower() == "location"]
        answers.append(Answer(int(status.split(None, 1)[0]), locations[-1] if locations else ""))
        return lambda _: None

    body = application(environ, start_response)
    try:
        for _ in body:
            pass
    finally:
        if hasattr(body, "close"):
            body.close()
    return answers[-1]


def _reason(error: Exception) -> str:
    if isinstance(error, CheckFailed):
        return str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    where = f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
    return f"HEAD {_told['healthcheck']} raised {type(error).__name__}: {error}{where}"


def _close_connections() -> None:
    """The check ran in a thread that will never serve: its database connections would stay open for nothing."""
    if "django.db" in sys.modules and sys.modules["django.conf"].settings.configured:
        sys.modules["django.db"].connections.close_all()


def _run_file(name: str) -> str:
    return os.path.join(_told["run"], name)


def _write(name: str, text: str) -> None:
    """Whole at once: several workers may fail in the same moment, while the deployment reads."""
    unfinished = _run_file(f".{name}.{os.getpid()}")
    with open(unfinished, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(unfinished, _run_file(name))
