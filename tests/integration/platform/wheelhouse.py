"""A folder of wheels for boxes without an index: what the platform and the starter's site need, fetched once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.integration.real_packages import downloads

ROOT = Path(__file__).parents[3]
SITE = (
    "Django>=5.2,<5.3",
    "gunicorn>=23",
    "psycopg[binary]>=3.2",
    "whitenoise>=6.9",
    "setuptools>=77",
    "setuptools<81",
)
PYTHON = "/usr/bin/python3"  # the box's: the wheels have to fit it


def wheelhouse() -> Path:
    """What the platform and the starter's site need from the index, fetched once."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*extras["dependencies"], *extras["optional-dependencies"]["cli"], *SITE]
    wanted += [line for line in extras["optional-dependencies"]["platform"] if not line.startswith("django-dotcloud")]
    folder = downloads() / "wheelhouse"
    done = folder / f".{hashlib.sha256(repr(sorted(wanted)).encode()).hexdigest()[:16]}"
    if not done.exists():
        pip = [
            PYTHON if _has_pip(PYTHON) else sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--dest",
            str(folder),
        ]
        # One at a time where two limits exclude each other: builds want other releases than the site.
        apart = [line for line in wanted if line.startswith("setuptools<")]
        _run(*pip, *(line for line in wanted if line not in apart))
        for line in apart:
            _run(*pip, line)
        done.touch()
    return folder


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
