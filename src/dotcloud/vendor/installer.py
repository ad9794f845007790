"""uv or pip as argument lists: what to run to make a virtual environment, to install and to uninstall. Runs nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from dotcloud.errors.install import NoInstaller
from dotcloud.vendor.certificates import trusting

InstallerName = Literal["auto", "uv", "pip"]

HASHES = ("PIP_REQUIRE_HASHES", "UV_REQUIRE_HASHES")
# Settings of the caller that would send packages to another place than the one asked for.
_MISLEADING = frozenset(
    "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_PYTHON PIP_DRY_RUN PIP_NO_DEPS PIP_REQUIRE_VIRTUALENV PIP_REQUIREMENT "
    "UV_PYTHON UV_TARGET UV_PREFIX UV_SYSTEM_PYTHON UV_PROJECT_ENVIRONMENT VIRTUAL_ENV PYTHONPATH PYTHONHOME "
    "__PYVENV_LAUNCHER__".split()
)
_TRUE = ("1", "true", "yes", "on", "t", "y")


@dataclass(frozen=True)
class Request:
    """What one installer call is to bring about.

    :param specs: PEP 508 lines, vendored wheels as direct references among them.
    :param files: the user's requirements files.
    :param constraints: PEP 508 lines that bound what is chosen.
    :param replace: names whose installed version must not be taken for the right one.
    :param binding: ``specs`` hold against the user's own settings, too.
    :param hashes: nothing is installed that has no hash.
    """

    python: str
    specs: Sequence[str] = ()
    files: Sequence[Path] = ()
    constraints: Sequence[str] = ()
    replace: Sequence[str] = ()
    binding: bool = False
    hashes: bool = False
    offline: bool = False


class Installer(Protocol):
    """A program that installs packages."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def create(self, folder: Path, python: str) -> list[str]:
        """The command that makes an empty virtual environment."""

    def install(self, request: Request, work: Path) -> list[list[str]]:
        """The commands, in order; long lists are written to files in the folder ``work``."""

    def uninstall(self, python: str, names: Sequence[str]) -> list[str]:
        """The command that removes distributions."""


@dataclass(frozen=True)
class Uv:
    """astral-sh/uv."""

    program: str
    name: str = "uv"

    def create(self, folder: Path, python: str) -> list[str]:
        return [self.program, "venv", "--quiet", "--no-project", "--no-config", "--python", python, str(folder)]

    def install(self, request: Request, work: Path) -> list[list[str]]:
        command = [self.program, "pip", "install", "--quiet", "--python", request.python]
        command += [f"--reinstall-package={name}" for name in request.replace]
        command += ["--offline", "--no-index"] if request.offline else []
        if request.binding and request.specs:
            # UV_OVERRIDE and override-dependencies replace a requirement, and never a constraint. It stands in the
            # file since --constraint takes the place of UV_CONSTRAINT.
            _write(work, "binding.txt", request.specs)
            request = replace(request, specs=[*request.specs, "-c binding.txt"])
        return [command + _file_arguments(request, work)]

    def uninstall(self, python: str, names: Sequence[str]) -> list[str]:
        return [self.program, "pip", "uninstall", "--quiet", "--python", python, *names]


@dataclass(frozen=True)
class Pip:
    """pip, run by any interpreter that has it, for the interpreter that is meant (``--python``, pip 22.3)."""

    command: tuple[str, ...]
    name: str = field(default="pip")

    def _pip(self, python: str, *arguments: str) -> list[str]:
        own = [*self.command, "--quiet", "--disable-pip-version-check", "--no-input", "--no-python-version-warning"]
        return [*own, "--python", python, *arguments]

    def create(self, folder: Path, python: str) -> list[str]:
        return [python, "-I", "-m", "venv", "--without-pip", str(folder)]

    def install(self, request: Request, work: Path) -> list[list[str]]:
        """Where names are to be replaced, a second call does it: pip keeps a wheel of the same version (pip#9492)."""
        index = ["--no-index"] if request.offline else []
        first = self._pip(request.python, "install", *index, *_file_arguments(request, work))
        replaced = [spec for spec in request.specs if spec.partition(" @ ")[0] in request.replace]
        if not replaced:
            return [first]
        again = _write(work, "replace.txt", replaced)
        return [
            first,
            self._pip(request.python, "install", "--no-index", "--no-deps", "--force-reinstall", "-r", again),
        ]

    def uninstall(self, python: str, names: Sequence[str]) -> list[str]:
        return self._pip(python, "uninstall", "--yes", *names)


def _file_arguments(request: Request, work: Path) -> list[str]:
    """Direct references first: pip asks an index for a name in a file that it meets before the reference."""
    arguments = ["--require-hashes"] if request.hashes else []
    arguments += ["-r", _write(work, "requirements.txt", request.specs)] if request.specs else []
    arguments += [argument for file in request.files for argument in ("-r", str(file))]
    if request.constraints:
        arguments += ["-c", _write(work, "constraints.txt", request.constraints)]
    return arguments


def _write(work: Path, name: str, lines: Iterable[str]) -> str:
    path = work / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def choose(wanted: InstallerName, target: str, environ: Mapping[str, str] = os.environ) -> Installer:
    """The installer to use: uv where it is found, else pip.

    :param target: the interpreter that is installed into; its own pip is the first choice.
    :raises NoInstaller: neither is there, or not the one that was asked for.
    """
    uv = None if wanted == "pip" else find_uv(environ)
    if uv:
        return Uv(uv)
    pip = None if wanted == "uv" else _find_pip(target)
    if pip:
        return Pip(pip)
    raise NoInstaller(wanted)


def find_uv(environ: Mapping[str, str] = os.environ) -> str | None:
    """uv beside the running interpreter (its wheel puts it there), else on ``PATH``."""
    beside = os.path.join(sys.prefix, "bin", "uv")
    return beside if os.access(beside, os.X_OK) else shutil.which("uv", path=environ.get("PATH"))


def _find_pip(target: str) -> tuple[str, ...] | None:
    from dotcloud import process

    for python in dict.fromkeys((target, sys.executable, getattr(sys, "_base_executable", sys.executable))):
        if process.run([python, "-I", "-c", "import pip"]).ok:
            return (python, "-I", "-m", "pip")
    return None


def requires_hashes(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the caller wants a hash of everything. Build requirements cannot have one, so they are left out."""
    return any(environ.get(name, "").lower() in _TRUE for name in HASHES)


def installer_environment(cache: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's environment without what misleads an installer, with a cache folder that can be written.

    Installers and what they build trust what this machine trusts.
    """
    environ = trusting(environ)
    clean = {name: value for name, value in environ.items() if name not in _MISLEADING and name not in HASHES}
    home = os.path.expanduser("~")
    if not ({"UV_CACHE_DIR", "UV_NO_CACHE", "XDG_CACHE_HOME"} & clean.keys()) and not os.access(home, os.W_OK):
        clean["UV_CACHE_DIR"] = str(cache / "uv")
    return clean
