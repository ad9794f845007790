"""What a builder is given, one wheel to build, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dotcloud.vendor.cache import Wheel
from dotcloud.vendor.package import BuildSystem, VendoredPackage

Requires = tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One wheel to build.

    :param key: the cache key of the wheel.
    :param variables: added to the environment of the build (the injected version).
    :param extra: what the backend asked for beyond ``build-system.requires``.
    """

    package: VendoredPackage
    key: str
    variables: Mapping[str, str]
    files: Mapping[str, str]
    editable: bool = False
    extra: Requires = ()

    @property
    def build(self) -> BuildSystem:
        if self.package.build is None:
            raise TypeError(self.package.label)
        return self.package.build

    @property
    def is_named(self) -> bool:
        """Whether its name is known, and not only that of its folder."""
        return self.package.metadata.name is not None

    @property
    def requires(self) -> Requires:
        return (*self.build.requires, *self.extra)


@dataclass(frozen=True)
class Built:
    """A finished wheel and the time its build took, in seconds."""

    wheel: Wheel
    seconds: float
