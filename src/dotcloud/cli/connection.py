"""Which application a folder belongs to: made, changed, and told."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dotcloud.cli.options import choices
from dotcloud.client.config import Connection, write
from dotcloud.errors.cli import CannotConnect

LONGEST = 32


def connect_folder(folder: Path, application: str) -> str:
    """Connect a folder, with the environment and the endpoint that were named, and say so in a sentence.

    :raises CannotConnect:
    """
    endpoint = choices().endpoint or os.environ.get("DOTCLOUD_ENDPOINT") or None
    connection = Connection(folder, application, choices().environment, endpoint)
    try:
        write(connection)
    except OSError as error:
        raise CannotConnect(connection.file, error.strerror or str(error)) from None
    told = f', environment "{choices().environment}"' if choices().environment else ""
    return f'Connected {folder.name or folder}/ with the application "{application}"{told}.'


def name_from(folder: Path) -> str:
    """A valid application name that reads like the folder's: ``My Site 2`` -> ``my-site-2``."""
    text = re.sub(r"[^a-z0-9_-]+", "-", folder.name.lower())
    text = re.sub(r"^[^a-z]+", "", text)[:LONGEST].strip("-_")
    return text or "site"
