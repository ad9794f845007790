"""What the packages say of themselves: names twice, an interpreter the box has not, versions nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from dotcloud.vendor.names import normalise
from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.problems import Problem, edit, error, shell, warning
from dotcloud.vendor.scene import Scene
from dotcloud.vendor.versions import pretend

LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}  # the box, as markers see it


def check(scene: Scene, python: str) -> Iterator[Problem]:
    """Everything that metadata tell. :param python: the box's version, ``3.12`` or ``3.12.4``."""
    packages = scene.survey.packages
    yield from check_names(packages)
    for package in packages:
        yield from check_python(package, python)
        yield from check_version(scene, package)
    yield from check_requirements(scene, python)
    yield from check_wheels(packages, python)


def check_names(packages: list[VendoredPackage]) -> Iterator[Problem]:
    """Two packages with one distribution name: only one could be installed."""
    by_name = sorted((p for p in packages if p.kind is not Kind.MODULES), key=lambda package: package.name)
    for name, group in groupby(by_name, key=lambda package: package.name):
        first, *others = group
        for other in others:
            if not _is_wheelhouse(first, other):
                text = f"{first.label} is {name} too: only one of them can be installed."
                yield error("duplicate-distribution", other.label, text, shell("git", "rm", "-r", "--", other.label))


def _is_wheelhouse(first: VendoredPackage, other: VendoredPackage) -> bool:
    """Wheels of one version for several platforms: one of them is chosen."""
    both_wheels = first.kind is Kind.WHEEL and other.kind is Kind.WHEEL
    return both_wheels and first.metadata.version == other.metadata.version


def check_python(package: VendoredPackage, python: str) -> Iterator[Problem]:
    """``requires-python`` that the box cannot meet."""
    wanted = package.metadata.requires_python
    try:
        specifier = SpecifierSet(wanted or "")
    except InvalidSpecifier:
        text = f"requires-python is {wanted!r}, which is no version specifier."
        yield error("requires-python", package.label, text, edit(_described_in(package)))
        return
    if not any(specifier.contains(version, prereleases=True) for version in _versions_of(python)):
        text = f"It requires Python {wanted}, and the box has {python}."
        yield error("requires-python", package.label, text, edit("dotcloud.yml"))


def _versions_of(python: str) -> tuple[str, ...]:
    """``3.12`` stands for some 3.12.x: what any of them could meet is no problem."""
    return (python,) if python.count(".") > 1 else (f"{python}.0", f"{python}.99")


def _described_in(package: VendoredPackage) -> str:
    names = ("pyproject.toml", "setup.cfg", "setup.py")
    return f"{package.label}/{next((name for name in names if (package.path / name).exists()), names[0])}"


def check_version(scene: Scene, package: VendoredPackage) -> Iterator[Problem]:
    """A version that comes from git tags, where there are none."""
    source = package.metadata.version_source
    if source is None:
        return
    checkout = scene.checkout_of(package)
    told = checkout.versions.get(package.path) if checkout else None
    if told is not None and told.describe is None:
        yield _untagged(checkout.label if checkout else package.label, source, scene, package)
    elif scene.version_of(package) is None:
        yield _without_version(package, source, in_git=told is not None)


def _untagged(label: str, source: str, scene: Scene, package: VendoredPackage) -> Problem:
    version = scene.version_of(package)
    known = f"it will be {version}" if version else "it has none"
    text = f"{source} reads the version from git tags, and no tag leads to this commit: {known}."
    if _is_shallow(scene, label):
        fix = shell("git", "-C", label, "fetch", "--tags", "--unshallow")
    else:
        fix = f"{shell('git', '-C', label, 'tag', 'v0.1.0')} && {shell('git', '-C', label, 'push', 'origin', 'v0.1.0')}"
    return (warning if version else error)("no-version-tag", label, text, fix)


def _is_shallow(scene: Scene, label: str) -> bool:
    from dotcloud.vendor.git import git_folder

    folder = git_folder(scene.root.parent / label)
    return folder is not None and (folder / "shallow").exists()


def _without_version(package: VendoredPackage, source: str, in_git: bool) -> Problem:
    if in_git:
        text = f"{source} computes the version by rules of the project's own, which only a build can follow."
        return error("no-version", package.label, text, f"export {_variable(package.name, source)}=VERSION")
    headers = f"Metadata-Version: 2.1\\nName: {package.name}\\nVersion: VERSION\\n"
    text = f"{source} reads the version from git tags, and this copy has no git: nothing tells its version."
    return error("no-version", package.label, text, f"printf '{headers}' > {shell(f'{package.label}/PKG-INFO')}")


def _variable(name: str, source: str) -> str:
    """The variable of the box that tells this tool the version."""
    own = {"pdm": "PDM", "poetry-dynamic-versioning": "POETRY", "uv-dynamic-versioning": "UV", "pbr": "PBR"}
    prefix = own.get(source, "SETUPTOOLS_SCM_PRETEND_VERSION_FOR")
    return next(variable for variable in pretend(name, "") if variable.startswith(prefix))


def check_requirements(scene: Scene, python: str) -> Iterator[Problem]:
    """Requirements of vendored packages that a vendored sibling has to meet, and does not."""
    siblings = {package.name: package for package in scene.survey.packages if package.kind is not Kind.MODULES}
    for package in scene.survey.packages:
        for requirement in _requirements(package, python):
            sibling = siblings.get(normalise(requirement.name))
            if sibling and sibling is not package and not _meets(scene.version_of(sibling), requirement):
                yield _unmet(scene, package, requirement, sibling)


def _requirements(package: VendoredPackage, python: str) -> Iterator[Requirement]:
    full = _versions_of(python)[0]
    short = ".".join(full.split(".")[:2])
    environment = {"python_version": short, "python_full_version": full, "extra": ""} | LINUX
    for line in package.metadata.requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue  # the build says so, with its own words
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield requirement


def _meets(version: str | None, requirement: Requirement) -> bool:
    """Pre-releases count: a vendored version is the only one there is. A version nobody knows yet is no problem."""
    try:
        return version is None or requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True


def _unmet(scene: Scene, package: VendoredPackage, requirement: Requirement, sibling: VendoredPackage) -> Problem:
    version = scene.version_of(sibling)
    text = f"It requires {requirement.name}{requirement.specifier}, and {sibling.label} is {version}."
    checkout = scene.checkout_of(sibling)
    name = checkout.path.relative_to(scene.root).as_posix() if checkout else ""
    fix = shell("dotcloud", "vendor", "update", name) if checkout else edit(_described_in(package))
    return error("unmet-requirement", package.label, text, fix)


def check_wheels(packages: list[VendoredPackage], python: str) -> Iterator[Problem]:
    """Wheels of which none suits the box: Linux, and its Python."""
    wheels = sorted((p for p in packages if p.kind is Kind.WHEEL), key=lambda package: package.name)
    for name, group in groupby(wheels, key=lambda package: package.name):
        family = list(group)
        if not any(suits(package.path, python) for package in family):
            tags = ", ".join(sorted(package.path.stem.split("-", 2)[-1] for package in family))
            text = f"No wheel of {name} suits the box (Linux, Python {python}): {tags}."
            fix = shell(
                "pip", "download", "--no-deps", "--dest", "vendor", *_pins(family[0]), "--python-version", python
            )
            yield error("unsuitable-wheel", family[0].label, text, f"{fix} --only-binary :all:")
        for package in family:
            if package.metadata.requires is None:
                text = "The wheel cannot be read: it is damaged."
                yield warning("unreadable-wheel", package.label, text, shell("git", "checkout", "--", package.label))


def _pins(package: VendoredPackage) -> list[str]:
    return [f"{package.name}=={package.metadata.version}"] if package.metadata.version else [package.name]


def suits(path: Path, python: str) -> bool:
    """Whether a wheel can be installed on Linux with this Python. The processor of the box is not known here."""
    from packaging.tags import compatible_tags, cpython_tags

    try:
        tags = parse_wheel_filename(path.name)[3]
    except InvalidWheelFilename:
        return False
    version = tuple(int(number) for number in python.split(".")[:2])
    platforms = [tag.platform for tag in tags if tag.platform.startswith(("linux", "manylinux", "musllinux"))]
    interpreter = f"cp{version[0]}{version[1]}"
    wanted = {*cpython_tags(version, platforms=platforms), *compatible_tags(version, interpreter, platforms)}
    return bool(tags & wanted)
