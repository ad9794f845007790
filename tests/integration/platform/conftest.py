"""A platform of its own for a test, in a short path: unix sockets allow no long ones."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dotcloud.platform import lifecycle
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Supervisor, start


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


def eventually(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
