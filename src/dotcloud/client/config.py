"""``.dotcloud/config``: which application a folder belongs to, found from any folder below."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotcloud import __version__
from dotcloud.errors.client import BadConnection

FOLDER = ".dotcloud"
FILE = "config"
NAMES = ("application", "environment", "endpoint")


@dataclass(frozen=True)
class Connection:
    """What a folder is connected with. ``extra``: what other versions of the command keep in the file."""

    folder: Path
    application: str
    environment: str | None = None
    endpoint: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / FOLDER / FILE


def find(start: Path) -> Connection | None:
    """The connection of a folder, or of the nearest one above. :raises BadConnection:"""
    start = start.absolute()
    for folder in (start, *start.parents):
        file = folder / FOLDER / FILE
        if file.is_file():
            return _read(folder, file)
    return None


def _read(folder: Path, file: Path) -> Connection:
    try:
        document = json.loads(file.read_bytes())
        application, environment, endpoint = (document.pop(name, None) for name in NAMES)
    except (ValueError, AttributeError, TypeError, OSError) as error:
        raise BadConnection(file, f"it is not a JSON object ({type(error).__name__})") from None
    if not isinstance(application, str) or not application:
        raise BadConnection(file, "it names no application")
    if not all(value is None or isinstance(value, str) for value in (environment, endpoint)):
        raise BadConnection(file, "the environment and the endpoint have to be strings")
    return Connection(folder, application, environment, endpoint, document)


def write(connection: Connection) -> None:
    """Keep a connection; git is told to leave it alone."""
    folder = connection.file.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    known = {
        "application": connection.application,
        "environment": connection.environment,
        "endpoint": connection.endpoint,
        "version": __version__,
    }
    document = connection.extra | {name: value for name, value in known.items() if value is not None}
    part = folder / f".{FILE}.{os.getpid()}.part"
    part.write_text(json.dumps(document, indent=4) + "\n")
    part.replace(connection.file)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def remove(folder: Path) -> bool:
    """Forget the connection of this very folder; whether there was one."""
    found = (folder / FOLDER / FILE).is_file()
    if found:
        shutil.rmtree(folder / FOLDER)
    return found
