"""What is wanted in the virtual environment: each vendored package with the key under which its wheel is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotcloud.errors.install import DuplicateDistribution, WrongWheel
from dotcloud.vendor.cache import key_of
from dotcloud.vendor.discover import choose_wheels, wheel_tags
from dotcloud.vendor.injection import NOTHING, Injection, injections
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.lock import Lock, verify
from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.tree import file_hash, tree_hash

ARCHIVES = (Kind.SDIST, Kind.WHEEL)
BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True)
class Target:
    """A package and how its wheel comes about.

    :param key: hash of everything that goes into the wheel and is known before the build.
    :param content: SHA-256 of the archive or of the source tree.
    :param variables: environment variables of the build: the injected version.
    :param files: files added to the copy that is built, for what ``.git`` would have told.
    """

    package: VendoredPackage
    key: str
    content: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    editable: bool = False


def targets_of(
    packages: list[VendoredPackage],
    interpreter: Interpreter,
    editable: bool,
    lock: Lock | None,
) -> list[Target]:
    """The targets of an install.

    :raises LockMismatch: on a box, the code is not the code that was locked.
    :raises WrongWheel: a wheel does not suit the interpreter, and none beside it does.
    :raises DuplicateDistribution: two packages are the same distribution.
    """
    chosen = _choose(packages, interpreter)
    refuse_duplicates((package.name, package.label) for package in chosen)
    trees = {entry: tree_hash(entry) for entry in {package.entry for package in chosen if package.kind not in ARCHIVES}}
    contents = {package.path: _content(package, trees, editable) for package in chosen}
    if chosen and not editable:
        verify(chosen[0].root, packages, lock, trees)
    injected = injections(chosen, lock)
    return [
        _target(package, interpreter, contents[package.path], editable, injected.get(package.label, NOTHING))
        for package in chosen
    ]


def refuse_duplicates(named: Iterable[tuple[str, str]]) -> None:
    """:raises DuplicateDistribution: one name has two labels."""
    labels: dict[str, list[str]] = {}
    for name, label in named:
        labels.setdefault(name, []).append(label)
    for name, several in labels.items():
        if len(several) > 1:
            raise DuplicateDistribution(name, several)


def _choose(packages: list[VendoredPackage], interpreter: Interpreter) -> list[VendoredPackage]:
    special = {p.path for p in packages if p.kind is Kind.WHEEL and not p.path.name.endswith("py3-none-any.whl")}
    if not special:
        return packages
    tags = _tags(interpreter)
    chosen = choose_wheels(packages, tags)
    for package in chosen:
        if package.path in special and not set(wheel_tags(package.path.name)) & set(tags):
            raise WrongWheel(package.label, interpreter.version)
    return chosen


def _tags(interpreter: Interpreter) -> list[str]:
    from packaging.tags import compatible_tags, cpython_tags

    major, minor = map(int, interpreter.version.split(".")[:2])
    both = (*cpython_tags((major, minor)), *compatible_tags((major, minor), f"cp{major}{minor}"))
    return [str(tag) for tag in both]


def _content(package: VendoredPackage, trees: Mapping[Path, str], editable: bool) -> str:
    """The identity of what stands there; in place, of what shapes the installation only: the code is read as it is.

    It covers the whole entry of vendor/: a package of a repository with several may be built from files beside it.
    """
    if package.kind in ARCHIVES:
        return file_hash(package.path)
    if package.kind is Kind.PROJECT and editable:
        return key_of(str(package.path), [_hash_of(package.path / name) for name in BUILD_FILES])
    below = package.path.relative_to(package.entry).as_posix()
    return trees[package.entry] if package.path == package.entry else key_of(trees[package.entry], below)


def _hash_of(path: Path) -> str:
    return file_hash(path) if path.is_file() else ""


def _target(
    package: VendoredPackage, interpreter: Interpreter, content: str, editable: bool, injection: Injection
) -> Target:
    build = package.build
    if package.kind is Kind.MODULES or build is None:
        return Target(package, key_of(package.kind, content), content)
    in_place = editable and package.kind is Kind.PROJECT
    told = [sorted(injection.variables.items()), sorted(injection.files.items())]
    parts = (content, interpreter.tag, told, build.requires, build.backend, build.backend_path, in_place)
    return Target(package, key_of(*parts), content, injection.variables, injection.files, in_place)
