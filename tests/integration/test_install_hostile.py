"""Builds that misbehave and installs that are killed: nothing hangs, nothing stays, nothing stale is believed."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.box import Box, make_box, project
from tests.waiting import PATIENCE, is_alive, until

BACKEND = """\
import os, sys, time, zipfile

WHEEL = "acme-1.0-py3-none-any.whl"
INFO = "acme-1.0.dist-info"

def build_wheel(out, settings=None, metadata=None):
    {deed}
    with zipfile.ZipFile(os.path.join(out, WHEEL), "w") as wheel:
        wheel.writestr("acme.py", "ORIGIN = 'private'\\n")
        wheel.writestr(f"{{INFO}}/METADATA", "Metadata-Version: 2.1\\nName: acme\\nVersion: 1.0\\n")
        wheel.writestr(f"{{INFO}}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{{INFO}}/RECORD", f"acme.py,,\\n{{INFO}}/METADATA,,\\n{{INFO}}/WHEEL,,\\n{{INFO}}/RECORD,,\\n")
    return WHEEL
"""
PYPROJECT = """\
[build-system]
requires = []
build-backend = "own"
backend-path = ["."]
[project]
name = "acme"
version = "1.0"
"""


def plant(box: Box, deed: str) -> Path:
    """A package with a backend of its own that does ``deed`` first."""
    folder = box.vendor / "acme"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "own.py").write_text(BACKEND.format(deed=deed))
    return folder


@pytest.mark.parametrize("session", ["", "os.setsid(), "])
def test_a_daemon_that_a_build_leaves_is_not_waited_for(box: Box, session: str, tmp_path: Path) -> None:
    """Where it was, ``over`` would be there; it is ended with us."""
    pid, over = tmp_path / "pid", tmp_path / "over"
    plant(
        box,
        f"pid = os.fork() or ({session}time.sleep(600), open({str(over)!r}, 'w'), os._exit(0)); "
        f"open({str(pid)!r}, 'w').write(str(pid))",
    )
    assert box.install() == {"acme": "built"}
    assert not over.exists()
    with suppress(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.mark.parametrize(
    "deed",
    ["return 'nothing'", "return '../../etc/passwd'", "open(os.path.join(out, WHEEL), 'w').close(); return WHEEL"],
)
def test_what_is_no_wheel_is_not_kept(box: Box, deed: str) -> None:
    folder = plant(box, deed)
    for _ in range(2):  # the second time nothing comes from the cache
        assert "is not a wheel" in box.fail()
    (folder / "own.py").write_text(BACKEND.format(deed="pass"))
    assert box.install()["acme"] in ("built", "cached")
    assert box.value("acme") == "private"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_build_ends_with_the_install_that_asked_for_it(tmp_path: Path, number: signal.Signals) -> None:
    box = make_box(tmp_path / "box", tmp_path / "cache")
    plant(box, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    with subprocess.Popen(box.command(), env=box.env, stderr=subprocess.PIPE, text=True) as install:
        builder = int(until((tmp_path / "pid").read_text))
        install.send_signal(number)
        said = install.communicate(timeout=PATIENCE)[1]
    assert "Traceback" not in said
    until(lambda: not is_alive(builder))
    if number is not signal.SIGKILL:
        assert install.returncode == 128 + number
        assert list((tmp_path / "cache" / "work").iterdir()) == []


def test_an_install_that_was_killed_half_way_is_done_again(box: Box) -> None:
    plant(box, "pass")
    box.install()
    facts = box.site_packages / "dotcloud-vendor.json"
    facts.write_text(facts.read_text().replace('"finished": true', '"finished": false'))
    (box.site_packages / "acme.py").unlink()
    assert box.install() == {"acme": "cached"}
    assert box.value("acme") == "private"
    assert box.install() == {"acme": "unchanged"}


def test_modules_that_are_copied_are_copied_again_after_an_edit(box: Box) -> None:
    module = box.vendor / "mods" / "tools.py"
    module.parent.mkdir()
    for origin, options in [("one", ["--copy-modules"]), ("two", ["--copy-modules"]), ("three", [])]:
        module.write_text(f"ORIGIN = {origin!r}\n")
        assert box.install(*options) == {"mods": "linked"}
        assert box.value("tools") == origin
        assert box.install(*options) == {"mods": "unchanged"}


def test_a_local_version_is_unchanged_the_second_time(box: Box) -> None:
    folder = plant(box, "pass")
    for name in ("own.py", "pyproject.toml"):
        text = (folder / name).read_text().replace("acme-1.0", "acme-1.0+g1.2")
        (folder / name).write_text(
            text.replace('Version: 1.0\\n"', 'Version: 1.0+g1.2\\n"').replace('"1.0"', '"1.0+g1.2"')
        )
    assert box.install() == {"acme": "built"}
    assert box.install() == {"acme": "unchanged"}


def test_a_build_environment_whose_python_is_gone_is_made_again(tmp_path: Path) -> None:
    box = make_box(tmp_path / "box", tmp_path / "cache")
    folder = plant(box, "pass")
    box.install()
    for python in (tmp_path / "cache" / "build-environments").glob("*/bin/python"):
        python.unlink()
    (folder / "new.txt").touch()
    assert box.install() == {"acme": "built"}


@pytest.mark.parametrize(
    ("pattern", "text"), [("environment.json", "[]"), ("lib/python*/site-packages/flit_core/*.py", "")]
)
def test_a_damaged_build_environment_is_made_again(tmp_path: Path, pattern: str, text: str) -> None:
    box = make_box(tmp_path / "box", tmp_path / "cache", UV_LINK_MODE="copy")
    folder = project(box.vendor, "acme", build=["flit_core>=3.4"], backend="flit_core.buildapi")
    (folder / "pyproject.toml").write_text((folder / "pyproject.toml").read_text() + 'description = "Acme."\n')
    box.install()
    for file in (tmp_path / "cache" / "build-environments").glob(f"*/{pattern}"):
        file.write_text(text)
    (folder / "new.txt").touch()
    assert box.install() == {"acme": "built"}
