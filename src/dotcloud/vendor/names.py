"""Names of distributions (PEP 503, PEP 508) and of the folders that describe them when installed (PEP 376)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_SEPARATORS = re.compile(r"[-_.]+")


def normalise(name: str) -> str:
    """``Acme_Core`` as an index spells it: ``acme-core``."""
    return _SEPARATORS.sub("-", name).lower()


def name_of_requirement(line: str) -> str:
    """The normalised name at the start of a PEP 508 line; empty where there is none."""
    found = _NAME.match(line)
    return normalise(found[1]) if found else ""


def distribution_folders(site_packages: Iterable[Path]) -> dict[str, str]:
    """The ``.dist-info`` folders there: normalised name to path."""
    found: dict[str, str] = {}
    for folder in site_packages:
        try:
            entries = os.listdir(folder)
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.endswith(".dist-info"):
                found.setdefault(normalise(entry.split("-", 1)[0]), os.path.join(folder, entry))
    return found
