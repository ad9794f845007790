"""Where the platform is, and a client for it: a unix socket, ssh to a box, or this machine."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dotcloud.client import local
from dotcloud.client.api import Client
from dotcloud.errors.client import BadEndpoint

VARIABLE = "DOTCLOUD_ENDPOINT"

__all__ = ["VARIABLE", "Client", "connect"]


def connect(url: str | None = None, start: bool = True) -> Client:
    """A client, to be closed (``with connect() as client``).

    :param url: ``unix:///path``, ``ssh://[user@]host[:port][/folder of the platform]``; ``None``: what the variable
        ``DOTCLOUD_ENDPOINT`` says, else the platform of this machine.
    :param start: start the one of this machine when it does not answer.
    :raises BadEndpoint, PlatformUnreachable, PlatformNotStarted, PlatformNotInstalled, SshError:
    """
    url = url or os.environ.get(VARIABLE)
    if not url:
        return Client(local.ready(start), local.HERE)
    try:
        parts = urlsplit(url)
        if parts.password is not None:
            raise BadEndpoint(url.replace(f":{parts.password}@", "@"), "ssh takes no password; it needs a key")
        port = parts.port
    except ValueError as error:
        raise BadEndpoint(url, str(error)) from None
    if parts.scheme == "unix":
        if parts.netloc or not parts.path.startswith("/"):
            raise BadEndpoint(url, "the path of the socket has to be absolute, after three slashes")
        return Client(Path(unquote(parts.path)), url)
    if parts.scheme == "ssh":
        return _through_ssh(url, parts.hostname or "", parts.username, port, unquote(parts.path))
    raise BadEndpoint(url, "it starts with neither unix:// nor ssh://")


def _through_ssh(url: str, host: str, user: str | None, port: int | None, home: str) -> Client:
    from dotcloud.client import tunnel

    login = tunnel.login(url, host, user, port)
    with ExitStack() as stack:
        opened = stack.enter_context(tunnel.opened(login, host, home.rstrip("/")))
        return Client(opened.socket, url, login, stack.pop_all(), opened)
