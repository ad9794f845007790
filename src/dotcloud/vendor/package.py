"""The words of this part: what a vendored package is, before anything was built."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path


class Kind(StrEnum):
    """What stands under vendor/: how its code becomes importable follows from it."""

    PROJECT = "project"  # a source tree with pyproject.toml or setup.py: built into a wheel
    SDIST = "sdist"  # a source archive: unpacked, then as a project
    WHEEL = "wheel"  # installed as it is
    MODULES = "modules"  # plain modules without a build file: put on the path by a .pth file


@dataclass(frozen=True)
class BuildSystem:
    """``[build-system]`` of pyproject.toml (PEP 518, PEP 517), or the defaults of a legacy ``setup.py``.

    ``backend`` is ``module:object``, ``module`` or ``setuptools.build_meta:__legacy__``.
    """

    requires: tuple[str, ...]
    backend: str
    backend_path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metadata:
    """What can be known of a distribution without building it. ``None``: only a build can tell.

    ``version_source`` is the tool that reads the version from git tags (``"setuptools-scm"``, ``"hatch-vcs"``,
    ``"pdm"``, ``"poetry-dynamic-versioning"``, ``"pbr"``, ``"versioneer"``, …) or ``None``.
    ``requires`` are PEP 508 strings (run time, extras excluded).
    """

    name: str | None = None
    version: str | None = None
    requires_python: str | None = None
    requires: tuple[str, ...] | None = None
    version_source: str | None = None


@dataclass(frozen=True)
class VendoredPackage:
    """One distribution under vendor/ (a repository that holds several is several of these).

    :param path: the folder or the archive, absolute.
    :param root: the project's vendor/ folder, absolute.
    :param name: the normalised distribution name (PEP 503); where only a build can tell, the folder's name.
    :param build: how to build it; ``None`` for wheels and plain modules.
    """

    path: Path
    root: Path
    kind: Kind
    name: str
    metadata: Metadata = field(default_factory=Metadata)
    build: BuildSystem | None = None

    @cached_property
    def entry(self) -> Path:
        """The entry of vendor/ that it is in: itself, or the repository that holds several packages."""
        return self.root / self.path.relative_to(self.root).parts[0]

    @cached_property
    def label(self) -> str:
        """The path as a person writes it: ``vendor/acme-core``."""
        return f"{self.root.name}/{self.path.relative_to(self.root).as_posix()}"
