"""What would go wrong on the box, found on the laptop: every problem at once, nothing built, nothing fetched."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from dotcloud.paths import absolute
from dotcloud.vendor import check_git, check_lfs, check_metadata
from dotcloud.vendor.discover import UNLISTED
from dotcloud.vendor.problems import Problem, Severity, edit, error, shell, warning
from dotcloud.vendor.scene import Scene, gather


def check(root: Path, python_version: str | None = None) -> list[Problem]:
    """The problems of the vendor/ folder ``root``, errors first.

    :param python_version: the box's (``3.12`` or ``3.12.4``); by default dotcloud.yml's, else the running one.
    """
    return check_scene(gather(root), python_version or python_of_box(absolute(root).parent))


def check_scene(scene: Scene, python: str) -> list[Problem]:
    """The same of what was gathered already."""
    found = [
        *check_layout(scene),
        *check_git.check(scene),
        *check_lfs.check(scene),
        *check_metadata.check(scene, python),
        *check_lock(scene),
        *check_symbolic_links(scene),
    ]
    return sorted(found, key=lambda problem: (problem.severity is Severity.WARNING, problem.path, problem.code))


def python_of_box(project: Path) -> str:
    """The version that dotcloud.yml asks for, else the one that runs here."""
    return box_python(project) or ".".join(map(str, sys.version_info[:3]))


def box_python(project: Path) -> str | None:
    """``python_version`` in the ``www`` section of dotcloud.yml, else the first one in the file."""
    try:
        text = (project / "dotcloud.yml").read_text(errors="replace")
    except OSError:
        return None
    sections = re.split(r"(?m)^(?=[\w-]+\s*:)", text)
    sections.sort(key=lambda section: not section.startswith("www"))
    found = (re.search(r"(?m)^\s+python_version\s*:\s*['\"]?v?(\d+\.\d+(?:\.\d+)?)", part) for part in sections)
    return next((version[1] for version in found if version), None)


def check_layout(scene: Scene) -> Iterator[Problem]:
    """Folders and files that hold no package."""
    # Without git an empty folder may be a submodule that was not fetched.
    for path in scene.survey.empty if scene.has_git else ():
        label = scene.label(path)
        if label not in scene.links and label not in scene.declared:
            yield warning("no-package", label, "The folder is empty.", shell("rmdir", label))
    for path in scene.survey.unknown:
        label = scene.label(path)
        if path.is_dir():
            text = "No package in it: no pyproject.toml or setup.py, nor a module, down to two levels."
            yield error("no-package", label, text, edit(f"{label}/pyproject.toml"))
        elif path.suffix == ".py":
            folder = label.removesuffix(".py")
            text = "A module directly under vendor/ is not installed: a folder around it makes it a package."
            yield error("no-package", label, text, f"{shell('mkdir', folder)} && {shell('mv', label, folder)}")
        else:
            yield error("no-package", label, "It is neither a wheel nor a source archive.", shell("rm", label))
    for path, reason in scene.survey.unreadable.items():
        yield _unreadable(scene.label(path), path, reason)


def _unreadable(label: str, path: Path, reason: str) -> Problem:
    if path.name == "pyproject.toml" and path.is_file():
        line = re.search(r"line (\d+)", reason)
        text = f"It is not valid TOML: {reason}."
        return error("unreadable-pyproject", label, text, edit(label, int(line[1]) if line else None))
    folder, _, name = label.rpartition("/")
    if reason == UNLISTED:
        fix = shell("mv", label, f"{folder}/{re.sub(r'[^A-Za-z0-9._-]', '_', name)}")
    else:
        fix = shell("rm", label) if path.is_symlink() else shell("chmod", "-R", "u+rwX", label)
    return error("unreadable", label, f"It cannot be read: {reason}.", fix)


def check_lock(scene: Scene) -> Iterator[Problem]:
    """A lock that a box would refuse, or that does not speak of what is here."""
    label = f"{scene.root.name}/lock.json"
    if scene.lock_error:
        yield error("unreadable-lock", label, f"It cannot be read: {scene.lock_error.reason}.", scene.lock_error.fix)
    if scene.lock is None:
        return
    here = {package.label: package for package in scene.survey.packages}
    stale = sorted(here.keys() ^ scene.lock.keys())
    for name in here.keys() & scene.lock.keys():
        checkout = scene.checkout_of(here[name])
        commit = checkout.status.commit if checkout and checkout.status else None
        if commit and (scene.lock[name].commit, scene.lock[name].dirty) != (commit, _is_dirty(scene, name)):
            stale.append(name)
    for name in stale:
        text = "vendor/lock.json was written for other code than what is here: a box would refuse this."
        yield warning("stale-lock", name, text, "dotcloud vendor lock")


def _is_dirty(scene: Scene, label: str) -> bool:
    package = next(package for package in scene.survey.packages if package.label == label)
    checkout = scene.checkout_of(package)
    return bool(checkout and checkout.status and (checkout.status.changed or checkout.status.untracked))


def check_symbolic_links(scene: Scene) -> Iterator[Problem]:
    """Links that would point nowhere once the project is on the box and the package is copied and built."""
    from dotcloud.vendor.links_out import leaving

    # Packages of one repository share its entry of vendor/, and so the link that this may be.
    for link, target in dict(found for package in scene.survey.packages for found in leaving(package)).items():
        label = scene.label(link)
        text = f"The symbolic link leads to {target}, which is not sent or built with the package: it would not travel."
        yield error("symlink-outside", label, text, _replace_link(label))


def _replace_link(label: str) -> str:
    copy = f"{label}.copy"
    return f"{shell('cp', '-RL', label, copy)} && {shell('rm', label)} && {shell('mv', copy, label)}"
