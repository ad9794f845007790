"""The distribution itself: the wheel made from the sdist, installed without the source, and a project made with it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from .conftest import PROGRAMS, environment, run


class Installed:
    """A virtual environment with nothing in it but the wheel and what it requires."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        self.wheel = wheel
        (folder / "home").mkdir()
        self.env = folder / "env"
        self.variables = environment(folder / "home", self.env / "bin", PROGRAMS)
        run([PROGRAMS / "uv", "venv", "--quiet", self.env], folder, self.variables)
        run([PROGRAMS / "uv", "pip", "install", "--quiet", "--python", self.env, wheel], folder, self.variables)

    def dotcloud(self, *arguments: object, folder: Path) -> str:
        return run([self.env / "bin/dotcloud", *arguments], folder, self.variables)


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    variables = environment(dist / "home")
    run([PROGRAMS / "uv", "build", "--quiet", "--out-dir", dist, checkout], checkout, variables)
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


@pytest.fixture(scope="module")
def project(installed: Installed) -> Path:
    installed.dotcloud("new", "my-shop", folder=installed.folder)
    return installed.folder / "my-shop"


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_the_command_runs(installed: Installed) -> None:
    assert installed.dotcloud("--version", folder=installed.folder).startswith("dotcloud/")


def test_the_parts_that_run_on_the_box_load_no_django(installed: Installed) -> None:
    code = (
        "import sys, dotcloud.environment, dotcloud.hooks, dotcloud.vendor.install; assert 'django' not in sys.modules"
    )
    run([installed.env / "bin/python", "-c", code], installed.folder, installed.variables)


def test_it_installs_a_vendored_package(installed: Installed, tmp_path: Path) -> None:
    acme = tmp_path / "vendor/acme"
    acme.mkdir(parents=True)
    (acme / "setup.py").write_text("from setuptools import setup; setup(name='acme', version='3', py_modules=['acme'])")
    (acme / "acme.py").write_text("")
    told = json.loads(installed.dotcloud("vendor", "install", "--json", folder=tmp_path).partition("\n}")[0] + "}")
    assert [(package["name"], package["version"]) for package in told["packages"]] == [("acme", "3")]


def test_a_new_project_has_the_same_wheel_in_its_vendor(project: Path, wheel: Path) -> None:
    assert contents(project / "vendor" / wheel.name) == contents(wheel)


def test_a_new_project_has_none_of_our_sources(project: Path) -> None:
    names = {path.name for path in project.iterdir()}
    assert not names & {"src", "tests", "docs", "scripts", "benchmarks", "setup.py", "pyproject.toml", "Makefile"}
    texts = [
        path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts and path.suffix != ".whl"
    ]
    assert not [path for path in texts if b"myproject" in path.read_bytes()]


def test_the_hook_and_the_site_of_a_new_project_work_at_once(installed: Installed, project: Path) -> None:
    variables = environment(installed.folder / "home", PROGRAMS)
    run([PROGRAMS / "uv", "venv", "--quiet", ".venv"], project, variables)
    run(
        [PROGRAMS / "uv", "pip", "install", "--quiet", "--python", ".venv", "-r", "requirements.txt"],
        project,
        variables,
    )
    assert "==> migrate:" in run(["./postinstall"], project, variables)
    python = project / ".venv/bin/python"
    run([python, "manage.py", "test"], project, variables)
    page = "from django.test import Client; print(Client(headers={'host': 'localhost'}).get('/').content.decode())"
    assert "vendor/django_company" in run([python, "manage.py", "shell", "-c", page], project, variables)
    assert run(["git", "status", "--porcelain"], project, variables) == ""
