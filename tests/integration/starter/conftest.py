"""The tracked tree of this repository in a place of its own, and what is needed to run programs there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(sys.executable).parent
# How this machine reaches its package index; nothing else of its environment is let in.
PASSED_ON = ("PIP_", "UV_", "SSL_", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(home: Path, *programs: Path, **more: str) -> dict[str, str]:
    """The variables of a machine with an empty home, and ``programs`` first on its PATH."""
    path = os.pathsep.join([*map(str, programs), "/usr/local/bin", "/usr/bin", "/bin"])
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    return {**passed, "HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8", **more}


def run(command: list[object], folder: Path, variables: Mapping[str, str]) -> str:
    """Run to the end; what was printed, and a failure of the test with all of it otherwise."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=dict(variables), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files that git would send from here."""
    folder = tmp_path_factory.mktemp("checkout") / "shop"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=folder, check=True)
    return folder
