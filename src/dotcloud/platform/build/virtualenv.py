"""Virtual environments of services: immutable, keyed by contents.

All applications share one whose build began with an empty cache: nothing but its own inputs had a part in it. Later
ones are the application's own, since code that an earlier build ran may have changed what lies in its cache.

A folder ``<key>/`` is a virtual environment; it is complete when ``dotcloud-build.json`` is in it. Virtual environments
do not move, so it is made in its final place, under a lock, and one that has no such file is made again.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dotcloud import process
from dotcloud.errors.build import BuildStopped, BuildTimedOut
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.locks import locked
from dotcloud.vendor import interpreter as interpreters
from dotcloud.vendor.cache import key_of
from dotcloud.vendor.diagnose import installer_cause
from dotcloud.vendor.install import identity
from dotcloud.vendor.tree import file_hash

COMPLETE = "dotcloud-build.json"
SWEEPING = "sweep.lock"
PATIENCE = 15 * 60.0  # seconds that one build may take
SUPPLIED = ("gunicorn>=23",)  # what every Python service gets besides what it asks for


@dataclass(frozen=True)
class Recipe:
    """What a virtual environment is made from.

    :param vendor: the vendor/ folder, there or not.
    :param requirements: the service's requirements file, if it has one.
    :param extra: further requirement lines.
    :param static: only what serves static files.
    """

    service: str
    python: Path
    vendor: Path
    requirements: Path | None
    extra: tuple[str, ...]
    static: bool = False


@dataclass(frozen=True)
class Made:
    """A virtual environment that is ready; ``summary`` says what was done."""

    folder: Path
    key: str
    summary: str


def make(recipe: Recipe, tools: Tools, line: Callable[[str], None], clean: bool = False) -> Made:
    """The virtual environment of a recipe: found, or made now.

    :param line: told what the build prints.
    :param clean: make it anew, and forget the wheels it was made from.
    :raises BuildStopped: something could not be built or installed.
    :raises BuildTimedOut: it took longer than :data:`PATIENCE`.
    """
    shared = key_of_recipe(recipe, tools)
    own = key_of(shared, tools.application)[:40]
    tools.builds.mkdir(parents=True, exist_ok=True)
    if not clean and (made := _made_before(tools.builds, own, shared)):
        return _found(made, "unchanged")
    with locked(tools.cache.with_name(f"{tools.application}.lock")):  # one build of an application at a time
        key = shared if tools.begin_cache() else own
        with locked(tools.builds / f"{key[:2]}.lock"):  # few enough to stay for ever
            if clean and (tools.builds / key).exists():
                key = f"{own}-{time.time_ns():x}"  # the old one may be running
            folder = tools.builds / key
            if not _complete(tools.builds, [folder]):
                _fill(folder, recipe, tools, line, clean)
            return _found(folder)


def _made_before(builds: Path, own: str, shared: str) -> Path | None:
    """What was made last with ``clean``, or else without, or else by another application."""
    cleaned = sorted((marker.parent for marker in builds.glob(f"{own}-*/{COMPLETE}")), reverse=True)
    return _complete(builds, [*cleaned, builds / own, builds / shared])


def _complete(builds: Path, folders: Sequence[Path]) -> Path | None:
    """The first that is complete: it counts as asked for, and no sweep takes it."""
    with locked(builds / SWEEPING):
        found = next((folder for folder in folders if (folder / COMPLETE).exists()), None)
        if found:
            os.utime(found / COMPLETE)
    return found


def _found(folder: Path, done: str = "") -> Made:
    facts = json.loads((folder / COMPLETE).read_text())
    told = done or facts["done"]
    return Made(folder, folder.name, facts["packages"] + (f" ({told})" if told else ""))


def key_of_recipe(recipe: Recipe, tools: Tools) -> str:
    """The same key is the same environment: interpreter, requirements, vendored trees, what we supply."""
    target = interpreters.described(recipe.python)
    files = [recipe.requirements] if recipe.requirements else []
    contents = "" if recipe.static else identity(recipe.vendor, files, target)
    library = file_hash(tools.library)
    return key_of(str(recipe.python), target.version, contents, sorted(recipe.extra), supplied(recipe), library)[:40]


def supplied(recipe: Recipe) -> list[str]:
    """What a service gets besides what it asks for."""
    return [*SUPPLIED, *(["whitenoise>=6.9"] if recipe.static else [])]


def _fill(folder: Path, recipe: Recipe, tools: Tools, line: Callable[[str], None], clean: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if tools.owner:
        os.chown(folder, *tools.owner)
    try:
        packages, done = _build(folder, recipe, tools, line, clean)
        if tools.owner:
            _take_over(folder)
        if os.path.realpath(folder / "bin" / "python") != os.path.realpath(recipe.python):
            raise BuildStopped(recipe.service, "the build has changed the interpreter of its virtual environment")
        _write(folder / COMPLETE, json.dumps({"made": time.time(), "packages": packages, "done": done}))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _build(folder: Path, recipe: Recipe, tools: Tools, line: Callable[[str], None], clean: bool) -> tuple[str, str]:
    run = Runner(folder, recipe, tools, line)
    python = str(folder / "bin" / "python")
    run([tools.uv, "venv", "--quiet", "--allow-existing", "--no-project", "--python", str(recipe.python), str(folder)])
    extra = folder / "supplied.txt"
    _write(extra, "".join(f"{text}\n" for text in (*supplied(recipe), *recipe.extra)))
    arguments = ["-r", str(extra), *(["-r", str(recipe.requirements)] if recipe.requirements else [])]
    options = ["--copy-modules", "--json", *(["--clean"] if clean else [])]
    vendor = recipe.vendor
    if recipe.static or not vendor.exists():
        vendor = folder / "no-vendor"
        vendor.mkdir()
    summary = _summary(
        run(["dotcloud", "vendor", "install", str(vendor), "--python", str(folder), *arguments, *options])
    )
    if not recipe.static and not list(folder.glob("lib/python*/site-packages/dotcloud")):
        # Beside what the site asked for, never instead of it: its Django stays the one that it names.
        pins = ["--constraint", str(_installed(folder))]
        run([tools.uv, "pip", "install", "--quiet", "--python", python, *pins, str(tools.library)])
    return summary


def _installed(folder: Path) -> Path:
    """A constraints file with the version of everything that is installed."""
    names = [path.name.removesuffix(".dist-info") for path in folder.glob("lib/python*/site-packages/*.dist-info")]
    pins = folder / "installed.txt"
    _write(pins, "".join(f"{name.replace('-', '==', 1)}\n" for name in sorted(names)))
    return pins


def _write(path: Path, text: str) -> None:
    """A new file in a folder that code of strangers can write: what stands there may be a link, and we may be root."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644), "w") as file:
        file.write(text)


class Runner:
    """Runs the commands of one build, isolated, against one deadline."""

    def __init__(self, folder: Path, recipe: Recipe, tools: Tools, line: Callable[[str], None]) -> None:
        self.folder = folder
        self.recipe = recipe
        self.tools = tools
        self.line = line
        self.deadline = time.monotonic() + PATIENCE

    def __call__(self, command: Sequence[str]) -> list[str]:
        """Run it, and return its lines. Those of a failure go to the log."""
        lines: list[str] = []
        tree = self.recipe.vendor.parent
        argv = self.tools.isolated(command, tree, [tree, self.tools.library], [self.folder], {})
        try:
            status = process.stream(argv, lines.append, timeout=self.deadline - time.monotonic())
        except TimeoutError:
            raise BuildTimedOut(self.recipe.service, PATIENCE / 60) from None
        if status:
            for text in lines:
                self.line(text)
            cause = installer_cause(lines) if command[0] == self.tools.uv else None  # ours has said it already
            raise BuildStopped(self.recipe.service, "see the lines above", cause=cause)
        return lines


def _summary(lines: Sequence[str]) -> tuple[str, str]:
    """The packages, and what was done (``1 built``), from the JSON that ``dotcloud vendor install`` printed."""
    text = "\n".join(lines)
    facts = json.loads(text[text.index("{") :])
    packages = [f"{one['name']} {one['version']}".strip() for one in facts["packages"]]
    built = sum(one["action"] == "built" for one in facts["packages"])
    return ", ".join(packages) or "no private packages", f"{built} built" if built else ""


def _take_over(folder: Path) -> None:
    """Make the platform the owner, from the top down: what runs in it, or is left of its build, must not change it."""
    os.chown(folder, 0, 0)
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _take(os.path.join(path, name))


def _take(path: str) -> None:
    os.chown(path, 0, 0, follow_symlinks=False)
    mode = os.lstat(path).st_mode
    if mode & 0o022 and not stat.S_ISLNK(mode):
        os.chmod(path, stat.S_IMODE(mode) & 0o755)


def sweep(builds: Path, needed: set[str], idle: float = 3600.0) -> None:
    """Remove what no release needs and nobody asked for within ``idle`` seconds."""
    for folder in builds.iterdir() if builds.is_dir() else ():
        gone = builds / f".{secrets.token_hex(8)}"
        with locked(builds / SWEEPING):
            if not folder.is_dir() or folder.name in needed or _age(folder) <= idle:
                continue
            folder.rename(gone)  # at once: half of one might be found, or be filled again
        shutil.rmtree(gone, ignore_errors=True)


def _age(folder: Path) -> float:
    marker = folder / COMPLETE
    return time.time() - (marker if marker.exists() else folder).stat().st_mtime
