"""vendor/ -> wheels -> the virtual environment.

One resolution: every vendored wheel is passed to one installer call as a direct reference, beside the requirements
files, so a vendored name can only come from vendor/ (see docs/design.md, decision 2).
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dotcloud.errors.install import (
    NoRequirementsFile,
    NoVendorFolder,
    PackagesFailed,
    UnusableEntries,
    VendorFolderGone,
)
from dotcloud.errors.system import SystemRefused
from dotcloud.paths import absolute
from dotcloud.vendor import interpreter as interpreters
from dotcloud.vendor import links, requirements, state
from dotcloud.vendor.cache import Cache, Wheel, cache_directory, key_of
from dotcloud.vendor.discover import survey
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.lock import read_lock
from dotcloud.vendor.package import Kind
from dotcloud.vendor.targets import Target, refuse_duplicates, targets_of
from dotcloud.vendor.tree import tree_hash

if TYPE_CHECKING:
    from dotcloud.vendor.installer import InstallerName

ACTIONS = ("built", "cached", "linked", "removed", "unchanged")


@dataclass(frozen=True)
class Outcome:
    """What became of one package: one of :data:`ACTIONS`, and how long its build took."""

    name: str
    version: str
    path: str
    action: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Report:
    """What an install did, and how long it took in seconds."""

    packages: list[Outcome]
    seconds: float

    def summary(self) -> str:
        """``30 packages: 1 built, 29 unchanged``."""
        counts = Counter(outcome.action for outcome in self.packages)
        told = ", ".join(f"{counts[action]} {action}" for action in ACTIONS if counts[action])
        return f"{len(self.packages)} package{'' if len(self.packages) == 1 else 's'}" + (f": {told}" if told else "")


@dataclass(frozen=True)
class Options:
    """How to install; see :func:`install`."""

    requirements: tuple[Path, ...] = ()
    editable: bool = False
    clean: bool = False
    installer: InstallerName = "auto"
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    offline: bool = False
    copy_modules: bool = False


def install(
    root: Path,
    *,
    requirements: Sequence[Path] = (),
    python: Path | None = None,
    editable: bool = False,
    clean: bool = False,
    installer: InstallerName = "auto",
    jobs: int | None = None,
    offline: bool = False,
    copy_modules: bool = False,
) -> Report:
    """Build what changed under ``root`` (the vendor/ folder) and install it all, with the requirements files.

    :param python: the interpreter, or the folder of the virtual environment, to install into; by default this one.
    :param editable: install the source trees in place (PEP 660).
    :param clean: forget the wheels and build environments that were kept.
    :param jobs: how many builds run at once; by default one per processor.
    :param offline: use no index; everything needed has to be under vendor/.
    :param copy_modules: copy folders of plain modules into the virtual environment, which then needs vendor/ no longer.
    :raises DotcloudError: nothing was installed; the message names every package at fault.
    """
    started = time.monotonic()
    root = absolute(root)
    missing = [file for file in requirements if not file.is_file()]
    if missing:
        raise NoRequirementsFile(missing)
    if not root.is_dir() and not requirements:
        raise NoVendorFolder(root)
    options = Options(
        tuple(requirements), editable, clean, installer, jobs or os.cpu_count() or 1, offline, copy_modules
    )
    target = interpreters.at(python)
    try:
        with state.locked(target):
            outcomes = Installation(root, options, target).run()
    except OSError as error:
        raise SystemRefused(error) from error
    return Report(outcomes, time.monotonic() - started)


def identity(root: Path, requirements_files: Sequence[Path], interpreter: Interpreter) -> str:
    """A hash of everything that an install of ``root`` and the files would put into a virtual environment.

    The same identity is the same environment, up to what an index has newer by then.
    """
    targets = targets_of(survey(root).packages, interpreter, False, read_lock(root))
    return key_of(
        [(target.package.name, target.key) for target in targets],
        requirements.fingerprint(requirements_files, folder_hash=tree_hash, base=root.parent),
    )


class Installation:
    """One install into one virtual environment."""

    def __init__(self, root: Path, options: Options, interpreter: Interpreter) -> None:
        self.root = root
        self.options = options
        self.interpreter = interpreter
        self.before = state.read(interpreter)
        self.targets = self._targets()
        self.seconds: dict[str, float] = {}
        self.actions: dict[str, str] = {}

    def run(self) -> list[Outcome]:
        """The steps, in order."""
        wheels = self._installed_wheels()
        files = self.options.requirements
        fingerprint = requirements.fingerprint(files, self._paths({}) if files else {})
        if len(wheels) == len(self._wheels_wanted()) and not self._gone(wheels) and self._satisfied(fingerprint):
            return self._finish(wheels)
        cache = Cache(cache_directory(), fresh=self.options.clean)
        wheels = self._all_wheels(cache, wheels)
        self._apply(cache, wheels, fingerprint)
        return self._finish(wheels)

    # --- what is wanted ---

    def _targets(self) -> list[Target]:
        installed = [*self.before.wheels, *self.before.copies]
        if installed and not self.root.is_dir():
            raise VendorFolderGone(self.root, installed)
        found = survey(self.root)
        if found.empty or found.unreadable:
            raise UnusableEntries(self.root, found.empty, found.unreadable)
        return targets_of(found.packages, self.interpreter, self.options.editable, read_lock(self.root))

    def _wheels_wanted(self) -> list[Target]:
        return [target for target in self.targets if target.package.kind is not Kind.MODULES]

    def _paths(self, wheels: Mapping[str, Wheel]) -> dict[str, str]:
        """Real path to name of each package; ``wheels`` know the names that only a build can tell."""
        packages = [target.package for target in self._wheels_wanted()]
        told = {label: wheel.name for label, wheel in wheels.items()}
        return {os.path.realpath(package.path): told.get(package.label, package.name) for package in packages}

    def _links(self) -> dict[str, str]:
        modules = [target.package for target in self.targets if target.package.kind is Kind.MODULES]
        return {package.label: str(package.path) for package in modules}

    def _copies(self) -> dict[str, str]:
        """Label to hash of the folders of modules that are to be copied."""
        modules = [target for target in self.targets if target.package.kind is Kind.MODULES]
        return {target.package.label: target.content for target in modules if self.options.copy_modules}

    # --- what is there ---

    def _installed_wheels(self) -> dict[str, Wheel]:
        """Label to wheel, of the packages that are installed as vendor/ has them now."""
        if self.options.clean or not self.before.finished:
            return {}
        return self._valid({label: [wheel] for label, wheel in self.before.wheels.items()})

    def _valid(self, candidates: Mapping[str, Sequence[Wheel]]) -> dict[str, Wheel]:
        """The candidates whose key is today's and whose inputs are valid themselves."""
        keys = {target.package.label: target.key for target in self._wheels_wanted()}
        told = {label: w.name for label, wheels in candidates.items() for w in wheels if keys.get(label) == w.key}
        names = {told.get(target.package.label, target.package.name) for target in self.targets}
        valid: dict[str, Wheel] = {}
        found = True
        while found:
            digests = {wheel.name: wheel.sha256 for wheel in valid.values()}
            fresh = {
                label: wheel
                for label, wheels in candidates.items()
                for wheel in wheels
                if label not in valid and keys.get(label) == wheel.key and _fits(wheel, digests, names)
            }
            valid |= fresh
            found = bool(fresh)
        return valid

    def _satisfied(self, fingerprint: str | None) -> bool:
        same = fingerprint is not None and fingerprint == self.before.requirements
        return same and (self._links(), self._copies()) == (self.before.links, self.before.copies)

    def _gone(self, wheels: Mapping[str, Wheel]) -> dict[str, Wheel]:
        """Label to wheel of what was installed from vendor/ and is no longer there."""
        names = {wheel.name for wheel in wheels.values()}
        return {label: wheel for label, wheel in self.before.wheels.items() if wheel.name not in names}

    # --- bringing it about ---

    def _all_wheels(self, cache: Cache, installed: dict[str, Wheel]) -> dict[str, Wheel]:
        """Label to wheel of every package: installed, vendored as a wheel, kept from before, or built now."""
        kept = self._valid({t.package.label: [*self._vendored(t), *cache.kept(t.key)] for t in self._wheels_wanted()})
        there = {label: wheel for label, wheel in installed.items() if os.path.exists(wheel.path)}
        known = {**kept, **there}
        self.actions |= dict.fromkeys(kept.keys() - there.keys(), "cached")
        if len(known) < len(self._wheels_wanted()):
            known |= self._build(cache, known)
        refuse_duplicates((wheel.name, label) for label, wheel in known.items())
        return known

    def _vendored(self, target: Target) -> list[Wheel]:
        """A wheel under vendor/ needs no building: it is installed from where it lies."""
        package = target.package
        if package.kind is not Kind.WHEEL:
            return []
        return [Wheel(target.key, package.name, package.metadata.version or "", str(package.path), target.content)]

    def _build(self, cache: Cache, known: Mapping[str, Wheel]) -> dict[str, Wheel]:
        from dotcloud.vendor.building import build_missing

        result = build_missing(cache, self.interpreter, self.options, self._wheels_wanted(), known)
        if result.failures:
            raise PackagesFailed(list(result.failures.values()), kept=len(result.built))
        in_place = {target.package.label for target in self.targets if target.editable}
        for label, built in result.built.items():
            self.actions[label] = "linked" if label in in_place else "built"
            self.seconds[label] = built.seconds
        return {label: built.wheel for label, built in result.built.items()}

    def _apply(self, cache: Cache, wheels: Mapping[str, Wheel], fingerprint: str | None) -> None:
        from dotcloud.vendor.apply import apply

        state.begin(self.interpreter, self.before)
        with cache.working_folder() as work:
            apply(
                cache,
                self.interpreter,
                list(wheels.values()),
                requirements.by_name(self.options.requirements, self._paths(wheels), work),
                {wheel.name: wheel for wheel in self.before.wheels.values()},
                self.options.installer,
                self.options.offline,
                trusted=self.before.finished,
            )
        links.write(Path(self.interpreter.purelib), self._links(), copy=self.options.copy_modules)
        state.write(self.interpreter, state.State(dict(wheels), self._links(), self._copies(), fingerprint))

    # --- what it came to ---

    def _finish(self, wheels: Mapping[str, Wheel]) -> list[Outcome]:
        outcomes = [self._outcome(target, wheels) for target in self.targets]
        removed = self._gone(wheels).items()
        return outcomes + [Outcome(wheel.name, wheel.version, label, "removed") for label, wheel in removed]

    def _outcome(self, target: Target, wheels: Mapping[str, Wheel]) -> Outcome:
        label = target.package.label
        if target.package.kind is Kind.MODULES:
            before = (self.before.links.get(label), self.before.copies.get(label))
            unchanged = before == (str(target.package.path), self._copies().get(label))
            return Outcome(target.package.name, "", label, "unchanged" if unchanged else "linked")
        wheel = wheels[label]
        action = self.actions.get(label, "unchanged")
        return Outcome(wheel.name, wheel.version, label, action, round(self.seconds.get(label, 0.0), 3))


def _fits(wheel: Wheel, digests: Mapping[str, str], names: set[str]) -> bool:
    """Whether a build today would have had the same vendored packages, and no other, in its environment.

    And whether what it requires by name, since that was under vendor/, is still there: it must not come from an index.
    """
    same = all(digests.get(name) == digest for name, digest in wheel.inputs.items())
    return same and not names & set(wheel.index) and names >= set(wheel.named)
