"""What ``dotcloud vendor list`` shows: one row per package, and per folder that should be one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.scene import Checkout, Scene, gather

SHORT_BACKENDS = {"poetry_dynamic_versioning": "poetry", "mesonpy": "meson-python", "flit_core": "flit"}


@dataclass(frozen=True)
class Row:
    """One line of the list. ``backend`` as pyproject.toml names it; ``state`` is one word, see :func:`state_of`."""

    path: str
    distribution: str | None
    version: str | None
    backend: str | None
    commit: str | None
    branch: str | None
    state: str


def rows(root: Path) -> list[Row]:
    """The packages under ``root``, and the empty submodules; works without git."""
    scene = gather(root)
    empty = {scene.label(path) for path in scene.survey.empty} | {
        path for path in scene.links if not (scene.root.parent / path).exists()
    }
    found = [_row(scene, package) for package in scene.survey.packages]
    found += [Row(label, None, None, None, scene.links.get(label), None, "empty") for label in empty]
    found += [Row(scene.label(path), None, None, None, None, None, "no package") for path in scene.survey.unknown]
    return sorted(found, key=lambda row: row.path)


def _row(scene: Scene, package: VendoredPackage) -> Row:
    checkout = scene.checkout_of(package)
    status = checkout.status if checkout else None
    locked = (scene.lock or {}).get(package.label)
    return Row(
        path=package.label,
        distribution=package.name,
        version=scene.version_of(package),
        backend=package.build.backend if package.build else None,
        commit=status.commit if status else locked.commit if locked else None,
        branch=status.branch if status else locked.branch if locked else None,
        state=state_of(scene, package, checkout),
    )


def state_of(scene: Scene, package: VendoredPackage, checkout: Checkout | None) -> str:
    """``archive``; of a repository ``dirty``, ``unpushed``, ``moved`` or ``clean``; else ``locked`` or ``copy``."""
    if package.kind in (Kind.WHEEL, Kind.SDIST):
        return "archive"
    if checkout is None:
        return "locked" if package.label in (scene.lock or {}) and not scene.in_git else "copy"
    if checkout.status is None:
        return "unknown"
    if checkout.status.changed or checkout.status.untracked:
        return "dirty"
    if not checkout.pushed:
        return "unpushed"
    recorded = scene.links.get(checkout.label)
    return "moved" if recorded and recorded != checkout.status.commit else "clean"


def short_name(backend: str | None) -> str:
    """``setuptools.build_meta:__legacy__`` -> ``setup.py``, ``hatchling.build`` -> ``hatchling``."""
    if backend is None:
        return ""
    if backend.endswith("__legacy__"):
        return "setup.py"
    top = backend.partition(":")[0].partition(".")[0]
    return SHORT_BACKENDS.get(top, top)
