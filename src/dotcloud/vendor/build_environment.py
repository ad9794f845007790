"""Build environments (PEP 517: isolated, holding what ``build-system.requires`` names), one per distinct set.

A vendored name may only come from ``vendor/``, here too. What is built already is given to the installer as a direct
reference. What is not built yet is given as an empty stand-in, so that the resolver neither asks an index for the name
nor picks an older release of something else to get around it; where a stand-in was needed, the environment is thrown
away and made again once the real wheel exists.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dotcloud.errors.install import BuildRequirementsFailed
from dotcloud.vendor.addresses import without_address
from dotcloud.vendor.cache import DAY, Cache, Wheel, key_of
from dotcloud.vendor.diagnose import installer_cause
from dotcloud.vendor.installer import Installer, Request
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.names import distribution_folders, name_of_requirement

# A build environment is made anew after a day, so that mended backends arrive (pip does so at every build).
KEPT = DAY


@dataclass(frozen=True)
class BuildEnvironment:
    """A virtual environment that builds.

    :param vendored: vendored distributions in it, name to SHA-256 of their wheel.
    :param index: the names in it that came from an index.
    """

    folder: Path
    vendored: dict[str, str]
    index: tuple[str, ...]

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")


@dataclass(frozen=True)
class Needs:
    """This environment needs vendored packages that are not built yet."""

    names: frozenset[str]


@dataclass(frozen=True)
class BuildEnvironments:
    """Makes build environments, or finds one made today.

    :param vendored: every vendored name, with the version it is known by before it is built.
    :param run: runs an installer's command; returns ``None`` or the lines that tell why it failed.
    """

    cache: Cache
    installer: Installer
    interpreter: Interpreter
    vendored: dict[str, str]
    run: Callable[[Sequence[str]], list[str] | None]
    work: Path
    offline: bool = False

    def get(self, requires: Sequence[str], wheels: Mapping[str, Wheel]) -> BuildEnvironment | Needs:
        """The environment for a set of build requirements.

        :param wheels: the vendored wheels that exist by now.
        :raises BuildRequirementsFailed: the requirements cannot be had.
        """
        requires = [without_address(line, self.vendored) for line in requires]
        missing = {name_of_requirement(line) for line in requires} & self.vendored.keys() - wheels.keys()
        if missing:
            return Needs(frozenset(missing))
        key = key_of(sorted(requires), self.interpreter.tag, self.interpreter.base, self.interpreter.version)
        return self._find(key, wheels) or self._make(key, requires, wheels)

    def know(self, name: str, wheel: Wheel) -> None:
        """The build of the package known as ``name``, its folder's where it told none, told the real one."""
        del self.vendored[name]
        self.vendored[wheel.name] = wheel.version

    def _find(self, key: str, wheels: Mapping[str, Wheel]) -> BuildEnvironment | None:
        if self.cache.fresh:
            return None
        for record in self.cache.environments.glob(f"{key[:32]}-*/environment.json"):
            with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                facts = json.loads(record.read_text())
                found = BuildEnvironment(record.parent, facts["vendored"], tuple(facts["index"]))
                fresh = time.time() - facts["made"] < KEPT
                if fresh and self._holds(found, wheels) and is_whole(found):
                    return found
        return None

    def _holds(self, found: BuildEnvironment, wheels: Mapping[str, Wheel]) -> bool:
        """Whether what came from vendor/ and what came from an index is what would come from there today."""
        same = all(name in wheels and wheels[name].sha256 == digest for name, digest in found.vendored.items())
        return same and not (self.vendored.keys() | wheels.keys()) & set(found.index)

    def _make(self, key: str, requires: Sequence[str], wheels: Mapping[str, Wheel]) -> BuildEnvironment | Needs:
        self.cache.environments.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{key[:32]}-", dir=self.cache.environments))
        try:
            made = self._fill(folder, requires, wheels)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if isinstance(made, Needs):
            shutil.rmtree(folder, ignore_errors=True)
        return made

    def _fill(self, folder: Path, requires: Sequence[str], wheels: Mapping[str, Wheel]) -> BuildEnvironment | Needs:
        folder.rmdir()  # uv and venv want to make it; the name stays ours
        self._try(self.installer.create(folder, self.interpreter.base), requires)
        python = str(folder / "bin" / "python")
        if requires:
            request = Request(python, specs=requires, constraints=self._constraints(wheels), offline=self.offline)
            work = Path(tempfile.mkdtemp(dir=self.work))
            for command in self.installer.install(request, work):
                self._try(command, requires)
        names = set(distribution_folders(_site_packages(folder))) - {"pip"}
        needed = frozenset(names & self.vendored.keys() - wheels.keys())
        if needed:
            return Needs(needed)
        return self._record(folder, names, wheels)

    def _constraints(self, wheels: Mapping[str, Wheel]) -> list[str]:
        references = {name: wheel.url for name, wheel in wheels.items()}
        for name, version in self.vendored.items():
            if name not in references:
                references[name] = stand_in(self.work, name, version).as_uri()
        return [f"{name} @ {url}" for name, url in sorted(references.items())]

    def _record(self, folder: Path, names: set[str], wheels: Mapping[str, Wheel]) -> BuildEnvironment:
        vendored = {name: wheels[name].sha256 for name in sorted(names & wheels.keys())}
        index = tuple(sorted(names - wheels.keys()))
        facts = {"made": time.time(), "vendored": vendored, "index": index}
        (folder / "environment.json").write_text(json.dumps(facts))
        return BuildEnvironment(folder, vendored, index)

    def _try(self, command: Sequence[str], requires: Sequence[str]) -> None:
        lines = self.run(command)
        if lines is not None:
            raise BuildRequirementsFailed(tuple(requires), lines, self.offline, installer_cause(lines))

    def sweep(self) -> None:
        """Remove environments that are too old to be used by anybody."""
        for folder in self.cache.environments.glob("*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > 2 * KEPT:
                    shutil.rmtree(folder, ignore_errors=True)


def _site_packages(folder: Path) -> list[Path]:
    return list(folder.glob("lib*/python*/site-packages"))


def is_whole(environment: BuildEnvironment) -> bool:
    """Whether every file is there, as long as its RECORD (PEP 376) says: a crash may have cut some."""
    try:
        sound = all(os.stat(path).st_size == size for path, size in _recorded(environment.folder))
    except OSError:
        return False
    return sound and os.path.exists(environment.python)


def _recorded(folder: Path) -> Iterator[tuple[str, int]]:
    for site in _site_packages(folder):
        for record in site.glob("*.dist-info/RECORD"):
            for line in record.read_text().splitlines():
                path, _, size = line.rsplit(",", 2)
                if size:
                    yield os.path.join(site, path.strip('"')), int(size)


def stand_in(work: Path, name: str, version: str) -> Path:
    """An empty wheel under a vendored package's name (binary distribution format 1.0)."""
    stem = f"{name.replace('-', '_')}-{version}"
    path = work / "stand-ins" / f"{stem}-py3-none-any.whl"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        info = f"{stem}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def merge(sets: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Sets of build requirements to the set they can share.

    ``setuptools>=61`` and ``setuptools>=40, wheel`` differ, ``setuptools>=61`` and ``setuptools`` need not: where the
    same names are only bounded from below, the newest release that suits one suits the others.
    """
    shared: dict[frozenset[str], set[str]] = {}
    for requires in sets:
        if _only_lower_bounds(requires):
            shared.setdefault(_names(requires), set()).update(requires)
    return {
        requires: tuple(sorted(shared[_names(requires)])) if _only_lower_bounds(requires) else tuple(sorted(requires))
        for requires in sets
    }


def _names(requires: Sequence[str]) -> frozenset[str]:
    return frozenset(name_of_requirement(line) for line in requires)


def _only_lower_bounds(requires: Sequence[str]) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = [Requirement(line) for line in requires]
    except InvalidRequirement:
        return False
    return all(
        not (one.url or one.extras or one.marker) and all(part.operator == ">=" for part in one.specifier)
        for one in parsed
    )
