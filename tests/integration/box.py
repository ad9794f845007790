"""A machine to install on: a vendor/ folder, a virtual environment, and the command as a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PRIVATE = "ORIGIN = 'private'\n"
DOTCLOUD = str(Path(sys.prefix) / "bin" / "dotcloud")
# Of the caller's environment a test depends on nothing but this.
KEPT = (
    *(
        "PATH",
        "HOME",
        "LANG",
        "TMPDIR",
        "SSL_CERT_FILE",
        "PIP_CERT",
        "UV_SYSTEM_CERTS",
        "PIP_INDEX_URL",
        "UV_INDEX_URL",
    ),
    *("UV_CACHE_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)

LEGACY = """\
from setuptools import find_packages, setup

setup(name={name!r}, version={version!r}, packages=find_packages(), install_requires={requires!r})
"""
PYPROJECT = """\
[build-system]
requires = {build}
build-backend = "{backend}"

[project]
name = "{name}"
version = "{version}"
dependencies = {requires}
"""


@dataclass(frozen=True)
class Box:
    """Where a test installs; ``env`` is the whole environment of what it runs."""

    folder: Path
    env: Mapping[str, str]

    @property
    def vendor(self) -> Path:
        return self.folder / "vendor"

    @property
    def venv(self) -> Path:
        return self.folder / "venv"

    @property
    def python(self) -> str:
        return str(self.venv / "bin" / "python")

    @property
    def site_packages(self) -> Path:
        return next(self.venv.glob("lib/python*/site-packages"))

    def command(self, *arguments: str) -> list[str]:
        return [DOTCLOUD, "vendor", "install", str(self.vendor), "--python", self.python, *arguments]

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """``dotcloud vendor install``, whatever comes of it."""
        return run(self.command(*arguments), {**self.env, **variables})

    def install(self, *arguments: str, **variables: str) -> dict[str, str]:
        """``dotcloud vendor install``, which has to succeed: distribution to action."""
        done = self.run("--json", *arguments, **variables)
        assert done.returncode == 0, done.stderr + done.stdout
        return {package["name"]: package["action"] for package in json.loads(done.stdout)["packages"]}

    def fail(self, *arguments: str, **variables: str) -> str:
        """``dotcloud vendor install``, which has to fail as a person's mistake does: what it said."""
        done = self.run(*arguments, **variables)
        assert done.returncode == 1, done.stderr + done.stdout
        assert "Traceback (most" not in done.stderr.replace("  Traceback", ""), done.stderr
        return done.stdout + done.stderr

    def says(self, code: str) -> str:
        """What a program in the virtual environment prints."""
        done = run([self.python, "-I", "-c", code], self.env, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def value(self, module: str, name: str = "ORIGIN") -> str:
        return self.says(f"import {module}; print({module}.{name})")

    def can_import(self, module: str) -> bool:
        return run([self.python, "-I", "-c", f"import {module}"], self.env, cwd=self.folder).returncode == 0

    def version(self, distribution: str) -> str:
        return self.says(f"from importlib.metadata import version; print(version({distribution!r}))")

    def distributions(self) -> set[str]:
        return {path.name.partition("-")[0] for path in self.site_packages.glob("*.dist-info")}


def make_box(folder: Path, cache: Path, **variables: str) -> Box:
    """An empty vendor/ folder and an empty virtual environment, without pip."""
    (folder / "vendor").mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return Box(folder, {**kept, "DOTCLOUD_CACHE_DIR": str(cache), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables})


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=600)


def legacy(folder: Path, name: str, requires: Sequence[str] = (), version: str = "1.0") -> Path:
    """A package that has a ``setup.py`` and nothing else."""
    return _written(folder, name, {"setup.py": LEGACY.format(name=name, version=version, requires=list(requires))})


def project(
    folder: Path,
    name: str,
    requires: Sequence[str] = (),
    build: Sequence[str] = ("setuptools",),
    backend: str = "setuptools.build_meta",
    version: str = "1.0",
    **files: str,
) -> Path:
    """A package with a ``pyproject.toml``.

    :param files: other files at its top, by name without ``.py``: ``setup`` is ``setup.py``.
    """
    pyproject = PYPROJECT.format(
        build=json.dumps(list(build)), backend=backend, name=name, version=version, requires=json.dumps(list(requires))
    )
    return _written(folder, name, {"pyproject.toml": pyproject, **{f"{name}.py": text for name, text in files.items()}})


def _written(folder: Path, name: str, files: Mapping[str, str]) -> Path:
    package = folder / name / module_of(name)
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PRIVATE)
    for path, text in files.items():
        (folder / name / path).write_text(text)
    return folder / name


def module_of(name: str) -> str:
    return name.replace("-", "_")


def with_hatchling(folder: Path, name: str) -> Path:
    return project(folder, name, build=["hatchling"], backend="hatchling.build")


BACKENDS: dict[str, Callable[[Path, str], Path]] = {
    "legacy": legacy,
    "setuptools": project,
    "hatchling": with_hatchling,
}
MADE = ("built", "cached")  # the tests share a cache: another one may have built the same tree
# A setup.py that is built with acme-tool, and leaves word of which one it was.
BUILT_WITH = """\
from pathlib import Path

import acme_tool
from setuptools import setup

package = next(Path().glob("*/__init__.py")).parent
(package / "made.py").write_text(f"ORIGIN = {acme_tool.ORIGIN!r}")
setup()
"""
