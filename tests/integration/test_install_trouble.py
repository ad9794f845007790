"""Failed builds, machines that lack something, several installs at once, and installs that were killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.box import (
    BACKENDS,
    Box,
    legacy,
    make_box,
    project,
    run,
    with_hatchling,
)

# --- failures ---


def test_a_failed_build_is_told_and_changes_nothing(box: Box) -> None:
    package = legacy(box.vendor, "acme-broken")
    legacy(box.vendor, "acme-core")
    box.install()
    before = box.distributions()
    project(box.vendor, "acme-new")
    (package / "setup.py").write_text("import acme_missing_tool\n")
    said = box.fail()
    assert "vendor/acme-broken" in said
    assert "No module named 'acme_missing_tool'" in said
    assert "[build-system] requires" in said
    assert box.distributions() == before
    assert box.value("acme_broken") == "private"
    legacy(box.folder / "mended", "acme-broken")
    shutil.copy(box.folder / "mended/acme-broken/setup.py", package / "setup.py")
    assert box.install()["acme-new"] == "cached"


def test_all_failures_are_told_at_once(box: Box) -> None:
    for name in ("acme-one", "acme-two"):
        (legacy(box.vendor, name) / "setup.py").write_text(f"raise SystemExit('no {name} today')\n")
    said = box.fail()
    assert "no acme-one today" in said
    assert "no acme-two today" in said


EXTENSION = """\
from setuptools import Extension, setup

setup(name="acme-fast", version="1.0", ext_modules=[Extension("acme_fast", ["fast.c"])])
"""
FAST = """\
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "acme_fast", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_acme_fast(void) {
    PyObject *self = PyModule_Create(&module);
    PyModule_AddStringConstant(self, "ORIGIN", "compiled");
    return self;
}
"""


def extension(box: Box, source: str) -> None:
    (box.vendor / "acme-fast").mkdir()
    (box.vendor / "acme-fast/setup.py").write_text(EXTENSION)
    (box.vendor / "acme-fast/fast.c").write_text(source)


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
def test_a_c_extension_is_compiled(box: Box) -> None:
    extension(box, FAST)
    box.install()
    assert box.value("acme_fast") == "compiled"


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
def test_a_missing_header_is_told_with_the_system_package_that_has_it(box: Box) -> None:
    extension(box, "#include <krb5.h>\n" + FAST)
    said = box.fail()
    assert "vendor/acme-fast" in said
    assert "libkrb5-dev" in said


def test_a_missing_compiler_is_told(box: Box, tmp_path: Path) -> None:
    extension(box, FAST + "/* not built before */\n")
    said = box.fail(PATH=str(tmp_path), CC="no-such-cc")
    assert "compiler" in said


# --- what the machine lacks ---


def test_it_works_without_uv_and_without_git(tmp_path: Path) -> None:
    """The command runs in a virtual environment that has pip and no uv, with an empty PATH."""
    box = make_box(tmp_path / "box", tmp_path / "cache")
    legacy(box.vendor, "acme-a", requires=["acme-b"])
    project(box.vendor, "acme-b")
    command = [*_without_uv(tmp_path), "vendor", "install", str(box.vendor), "--python", box.python]
    empty = tmp_path / "empty"
    empty.mkdir()
    for expected in ("2 built", "2 unchanged"):
        done = run(command, {**box.env, "PATH": str(empty)})
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout + done.stderr
    assert box.value("acme_a") == "private"


def _without_uv(folder: Path) -> list[str]:
    """``dotcloud`` in a virtual environment of its own, made of the libraries it depends on and pip."""
    venv = folder / "caller"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    site_packages = next(venv.glob("lib/python*/site-packages"))
    ours = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    for name in ("click", "packaging", "dj_database_url", "pip"):
        (site_packages / name).symlink_to(ours / name)
    (site_packages / "dotcloud.pth").write_text(str(Path(__file__).parents[2] / "src"))
    return [str(venv / "bin/python"), "-m", "dotcloud"]


def test_it_says_so_when_there_is_neither_uv_nor_pip(tmp_path: Path) -> None:
    box = make_box(tmp_path / "box", tmp_path / "cache")
    legacy(box.vendor, "acme-a")
    command = _without_uv(tmp_path)
    next((tmp_path / "caller").glob("lib/python*/site-packages/pip")).unlink()
    isolated = {**box.env, "PATH": str(tmp_path)}
    done = run([*command, "vendor", "install", str(box.vendor), "--python", box.python], isolated)
    # The base interpreter may have a pip of its own, and then that one is used.
    assert done.returncode == 0 or "Neither uv nor pip is installed" in done.stderr


@pytest.mark.parametrize(
    ("installer", "variable", "text"),
    [("pip", "PIP_CONFIG_FILE", "[global]\ntarget = {}\n"), ("uv", "UV_CONFIG_FILE", '[pip]\ntarget = "{}"\n')],
)
def test_settings_that_send_packages_elsewhere_are_told(
    box: Box, tmp_path: Path, installer: str, variable: str, text: str
) -> None:
    with_hatchling(box.vendor, "acme")
    box.install()
    (box.vendor / "acme" / "acme" / "new.py").touch()
    (tmp_path / "settings").write_text(text.format(tmp_path / "elsewhere"))
    said = box.fail("--installer", installer, **{variable: str(tmp_path / "settings")})
    assert "did not install acme" in said


READ_ONLY = 'for folder in "$HOME" "$0"; do mount --bind -o ro "$folder" "$folder" || exit 77; done; exec "$@"'


def test_home_and_vendor_may_be_read_only(tmp_path: Path) -> None:
    """Mounted read-only where the tests run as root, for whom no mode is."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "tmp").mkdir()
    box = make_box(tmp_path / "box", tmp_path / "unused", HOME=str(home), TMPDIR=str(tmp_path / "tmp"))
    legacy(box.vendor, "acme-core")
    env = without(box.env, "DOTCLOUD_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")
    for folder in (home, box.vendor, box.vendor / "acme-core"):
        folder.chmod(0o555)
    mounted = ["unshare", "--mount", "sh", "-c", READ_ONLY, str(box.vendor)] if os.geteuid() == 0 else []
    done = run([*mounted, *box.command()], env)
    if done.returncode == 77:
        pytest.skip("no folder can be mounted here")
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []
    assert box.value("acme_core") == "private"


def without(env: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in names}


def test_a_home_that_does_not_exist_is_no_trouble(tmp_path: Path) -> None:
    box = make_box(tmp_path / "box", tmp_path / "unused", HOME="/proc/nonexistent", TMPDIR=str(tmp_path))
    legacy(box.vendor, "acme-core")
    done = run(box.command(), without(box.env, "DOTCLOUD_CACHE_DIR", "UV_CACHE_DIR"))
    assert done.returncode == 0, done.stderr
    assert box.value("acme_core") == "private"


# --- several at once, and cut short ---


def test_two_installs_at_once_share_a_cache(tmp_path: Path) -> None:
    boxes = [make_box(tmp_path / name, tmp_path / "cache") for name in ("one", "two")]
    for box in boxes:
        for backend, make in BACKENDS.items():
            make(box.vendor, f"acme-{backend}")
    children = [
        subprocess.Popen(box.command(), env=dict(box.env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for box in boxes
    ]
    said = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    assert [box.value("acme_legacy") for box in boxes] == ["private", "private"]
    assert all(set(box.install().values()) == {"unchanged"} for box in boxes)


def test_two_installs_at_once_into_one_virtual_environment_take_turns(box: Box) -> None:
    for backend, make in BACKENDS.items():
        make(box.vendor, f"acme-{backend}")
    children = [
        subprocess.Popen(box.command(), env=dict(box.env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = sorted(child.communicate(timeout=120)[0] for child in children)
    assert [child.returncode for child in children] == [0, 0], said
    assert sum("3 unchanged" in text for text in said) == 1, said


SLOW = "import time\ntime.sleep(0.4)\nfrom setuptools import setup\nsetup()\n"


@pytest.mark.parametrize("moment", [0.15, 0.4, 0.7, 1.0])
def test_after_a_kill_the_next_install_works(tmp_path: Path, shared_cache: Path, moment: float) -> None:
    box = make_box(tmp_path / "box", shared_cache)
    for number in range(4):
        project(box.vendor, f"acme-kill-{number}", version=f"1.{int(moment * 100)}", setup=SLOW)
    child = subprocess.Popen(
        box.command(), env=dict(box.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(moment)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    box.install()
    assert all(box.value(f"acme_kill_{number}") == "private" for number in range(4))
