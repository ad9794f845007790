"""A static service: the files of its approot over HTTP, by whitenoise, in the service's own virtual environment."""

from __future__ import annotations

import os
from typing import Any

from whitenoise import WhiteNoise


def not_found(_: dict[str, Any], start_response: Any) -> list[bytes]:
    """The answer for everything that is no file, with the site's own page where it has one."""
    page = os.path.join(_root, "404.html")
    body = b"Not found.\n"
    if os.path.exists(page):
        with open(page, "rb") as file:
            body = file.read()
    start_response("404 Not Found", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


_root = os.getcwd()
application = WhiteNoise(not_found, root=_root, index_file=True, autorefresh=False, max_age=60)
