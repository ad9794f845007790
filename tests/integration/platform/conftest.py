"""A platform of its own for a test, in a short path: unix sockets allow no long ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from dotcloud.platform import lifecycle
from dotcloud.platform.layout import Home, ReleaseFolder
from dotcloud.platform.supervise import Supervisor, spec, start
from tests.integration.platform.releases import make_release, process
from tests.waiting import PATIENCE, until


@pytest.fixture
def home() -> Iterator[Home]:
    """An empty DOTCLOUD_HOME; whatever was started in it ends with the test."""
    home = Home(Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp")))
    start.prepare(home)
    yield home
    lifecycle.stop_platform(home)
    shutil.rmtree(home.root)


@pytest.fixture
def supervisor(home: Home) -> Supervisor:
    return Supervisor(home)


@pytest.fixture
def virtual_environment(home: Home) -> Path:
    folder = home.builds / "v1"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture
def release(home: Home, virtual_environment: Path) -> ReleaseFolder:
    return make_release(home, "mysite", virtual_environment)


@pytest.fixture
def inside(supervisor: Supervisor, release: ReleaseFolder) -> Callable[[str], str]:
    """Runs a line of shell as the instance and returns what it printed."""

    def run(line: str) -> str:
        command = supervisor.foreground(process(release, "/bin/sh", "-c", line))
        return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip()

    return run


def family(home: Home) -> list[psutil.Process]:
    """circusd, and everything that it has started."""
    circusd = psutil.Process(spec.read_json(home.circus / "pid")["pid"])
    return [circusd, *circusd.children(recursive=True)]


def kill(processes: list[psutil.Process]) -> None:
    """End them with SIGKILL; helpers of a server may have gone by themselves."""
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(processes, timeout=PATIENCE)


def eventually(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until it is so."""
    until(true, seconds=seconds)
