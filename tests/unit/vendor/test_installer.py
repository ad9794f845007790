"""uv and pip as argument lists."""

from __future__ import annotations

from pathlib import Path

from dotcloud.vendor.certificates import trusting
from dotcloud.vendor.installer import Pip, Request, Uv, installer_environment

REQUEST = Request(
    "/venv/bin/python",
    specs=["acme @ file:///w/acme.whl", "core @ file:///w/core.whl"],
    files=[Path("requirements.txt")],
    replace=["acme"],
)


def test_uv_installs_all_in_one_call_and_replaces_what_changed(tmp_path: Path) -> None:
    (command,) = Uv("uv").install(REQUEST, tmp_path)
    assert command[:6] == ["uv", "pip", "install", "--quiet", "--python", "/venv/bin/python"]
    assert "--reinstall-package=acme" in command
    assert command[-4:] == ["-r", str(tmp_path / "requirements.txt"), "-r", "requirements.txt"]
    assert (tmp_path / "requirements.txt").read_text() == "acme @ file:///w/acme.whl\ncore @ file:///w/core.whl\n"


def test_pip_needs_a_second_call_for_a_changed_wheel_of_the_same_version(tmp_path: Path) -> None:
    first, second = Pip(("python", "-m", "pip")).install(REQUEST, tmp_path)
    assert "--force-reinstall" not in first
    assert {"--force-reinstall", "--no-deps", "--no-index"} <= set(second)
    assert (tmp_path / "replace.txt").read_text() == "acme @ file:///w/acme.whl\n"


def test_offline_no_index_is_asked(tmp_path: Path) -> None:
    request = Request("/p", specs=["acme @ file:///a.whl"], offline=True)
    assert {"--offline", "--no-index"} <= set(Uv("uv").install(request, tmp_path)[0])
    assert "--no-index" in Pip(("pip",)).install(request, tmp_path)[0]


def test_constraints_go_through_a_file(tmp_path: Path) -> None:
    (command,) = Uv("uv").install(Request("/p", specs=["a"], constraints=["b @ file:///b.whl"]), tmp_path)
    assert command[-2:] == ["-c", str(tmp_path / "constraints.txt")]


def test_settings_that_would_send_packages_elsewhere_are_dropped(tmp_path: Path) -> None:
    environ = {"PIP_TARGET": "/x", "UV_PYTHON": "3.9", "PYTHONPATH": "/y", "PIP_INDEX_URL": "u", "UV_CACHE_DIR": "/c"}
    assert installer_environment(tmp_path, environ) == trusting({"PIP_INDEX_URL": "u", "UV_CACHE_DIR": "/c"})
