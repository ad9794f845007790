"""A service of a revision, made ready to run: hooks of the build, virtual environment, the tree that instances get."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dotcloud import process
from dotcloud.buildfile import Service
from dotcloud.errors.build import BuildStopped, BuildTimedOut
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.build.virtualenv import PATIENCE, Made, Recipe, make
from dotcloud.platform.deploy.log import DeploymentLog, Place
from dotcloud.platform.store import Blobs, Manifest, checkout

PYTHON_TYPES = ("python", "python-worker", "static")


@dataclass(frozen=True)
class Source:
    """Where a revision's files come from: the list and the blobs."""

    manifest: Manifest
    blobs: Blobs
    tree: Path


@dataclass(frozen=True)
class BuiltService:
    """A service that can be installed.

    :param tree: the files with what the build's hooks made of them; ``None``: the revision's files as they were pushed.
    :param workers: how many workers answer the first request; 0 where nothing answers HTTP.
    """

    source: Source
    tree: Path | None
    virtual_environment: Path | None
    key: str
    workers: int

    def checkout(self, target: Path, owner: tuple[int, int] | None) -> None:
        """Put the files of one instance there, its own to change."""
        if self.tree is None:
            checkout(self.source.manifest, self.source.blobs, target, owner=owner, writable=True)
        else:
            copy_tree(self.tree, target, owner)


class ServiceBuilder:
    """Builds the services of one deployment."""

    def __init__(self, tools: Tools, source: Source, log: DeploymentLog, clean: bool) -> None:
        self.tools = tools
        self.source = source
        self.log = log
        self.clean = clean

    def build(self, service: Service) -> BuiltService:
        """:raises DotcloudError: with the lines that tell why in the log."""
        place = Place(service.name)
        tree = self._hooked_tree(service, "prebuild") if service.prebuild or service.buildscript else None
        made = self._virtual_environment(service, tree or self.source.tree, place)
        if service.postbuild:
            tree = self._hooked_tree(service, "postbuild", tree, made)
        workers = service.config.workers if service.is_web else 0
        return BuiltService(self.source, tree, made.folder if made else None, made.key if made else "", workers)

    def _virtual_environment(self, service: Service, tree: Path, place: Place) -> Made | None:
        if service.type not in PYTHON_TYPES:
            return None
        recipe = recipe_of(service, tree, self.tools)
        with self.log.step("build", "virtual environment", place) as step:
            made = make(recipe, self.tools, lambda line: self.log.say(line, place), self.clean)
            step.message = f"vendored: {made.summary}"
        return made

    def _hooked_tree(self, service: Service, hook: str, tree: Path | None = None, made: Made | None = None) -> Path:
        """A copy of the tree that a hook has worked on."""
        place = Place(service.name)
        if tree is None:
            tree = self.source.tree.parent / f"built-{service.name}"
            shutil.rmtree(tree, ignore_errors=True)
            checkout(self.source.manifest, self.source.blobs, tree, owner=self.tools.owner, writable=True)
        script = service.buildscript if hook == "prebuild" and service.buildscript else None
        command = getattr(service, hook) or f"./{script}"
        folder = tree if script else tree / service.approot
        with self.log.step(hook, f"{command} done", place):
            self._run_hook(service, command, folder, made)
        return tree

    def _run_hook(self, service: Service, command: str, folder: Path, made: Made | None) -> None:
        _make_executable(folder, command.split()[0])
        argv = self.tools.shell(command, folder, service_variables(service), made.folder if made else None)
        place = Place(service.name)
        try:
            status = process.stream(argv, lambda line: self.log.say(line, place), timeout=PATIENCE)
        except TimeoutError:
            raise BuildTimedOut(service.name, PATIENCE / 60) from None
        if status:
            raise BuildStopped(service.name, f"{command} ended with status {status}")


def _make_executable(folder: Path, name: str) -> None:
    """Only a file of the tree itself, however it is named: an earlier hook may have put a link there."""
    try:
        file = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        status, inside = os.fstat(file), os.path.realpath(folder / name).startswith(f"{os.path.realpath(folder)}/")
        if stat.S_ISREG(status.st_mode) and inside:
            os.fchmod(file, stat.S_IMODE(status.st_mode) | 0o100)
    finally:
        os.close(file)


def recipe_of(service: Service, tree: Path, tools: Tools) -> Recipe:
    """What the virtual environment of a service is made from."""
    approot = tree / service.approot
    requirements = approot / "requirements.txt"
    vendor = next((folder for folder in (approot / "vendor", tree / "vendor") if folder.is_dir()), tree / "vendor")
    return Recipe(
        service=service.name,
        python=tools.python(service.config.python_version),
        vendor=vendor,
        requirements=requirements if requirements.is_file() and service.type != "static" else None,
        extra=tuple(service.requirements),
        static=service.type == "static",
    )


def service_variables(service: Service) -> dict[str, str]:
    """``SERVICE_<KEY>`` for build scripts, as custom services had them, and the service's own variables."""
    told = {
        "SERVICE_NAME": service.name,
        "SERVICE_TYPE": service.type,
        "SERVICE_APPROOT": service.approot,
        **{f"SERVICE_{name.upper()}": _text(value) for name, value in service.extra.items()},
        **{f"SERVICE_CONFIG_{name.upper()}": _text(value) for name, value in service.config.extra.items()},
    }
    return {**told, **service.environment}


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)


def copy_tree(tree: Path, target: Path, owner: tuple[int, int] | None) -> None:
    """A copy of a built tree, links kept, for one instance."""
    shutil.copytree(tree, target, symlinks=True)
    if owner:
        for path, folders, files in os.walk(target):
            for name in (*folders, *files, ""):
                os.chown(os.path.join(path, name), *owner, follow_symlinks=False)
