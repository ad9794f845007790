"""gunicorn's configuration for the API: one small process with threads, on a socket that only its user can open."""

from __future__ import annotations

import logging
from typing import Any

from dotcloud.platform.layout import Home

bind = f"unix:{Home.default().socket}"  # unless LISTEN_FDS says that whoever started us holds the socket
umask = 0o177  # of the socket's file: 0600
workers = 1
worker_class = "gthread"
threads = 64  # each stream that is followed holds one; they are started when they are needed
timeout = 120
graceful_timeout = 3
keepalive = 30
preload_app = True  # the two processes share what was imported
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"

logging.getLogger("django.request").setLevel(logging.ERROR)  # a 404 is an answer, not news


def when_ready(server: Any) -> None:
    """Finish what a process before this one began to destroy."""
    from dotcloud.platform.api import destroy

    destroy.resume()


def post_worker_init(_: Any) -> None:
    """Settle the deployments that a power cut ended."""
    from dotcloud.platform.api.settle import settle_everywhere

    settle_everywhere()
