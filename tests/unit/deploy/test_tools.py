"""What builds are made with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from dotcloud.platform.build import tools
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Supervisor


def test_the_tools_are_the_library_with_click_and_packaging_alone():
    assert sorted(Requirement(line).name for line in tools._imported()) == ["click", "packaging"]


def test_two_deployments_at_once_make_the_tools_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home, made = Home(tmp_path), []

    def run(command: Sequence[str]) -> None:
        made.append(command[1])
        time.sleep(0.05)

    monkeypatch.setattr(tools, "_run", run)
    monkeypatch.setattr(tools, "_library", lambda home: Path(__file__))
    monkeypatch.setattr(tools.shutil, "copy2", lambda source, target: target.parent.mkdir(parents=True))
    with ThreadPoolExecutor() as pool:
        for name in ("one", "other"):
            pool.submit(tools.prepare, home, Supervisor(home, wake=False), None, name, "1")
    assert made == ["venv", "pip"]
