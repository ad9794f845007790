"""System packages that a build file names: looked for, never installed (they are the box's, not the site's)."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from dotcloud import process
from dotcloud.buildfile import Service
from dotcloud.errors.build import MissingSystemPackages


def refuse_missing_packages(services: Iterable[Service]) -> None:
    """:raises MissingSystemPackages: naming all of them, of all services, in one command."""
    wanted = sorted({package for service in services for package in service.systempackages})
    missing = [package for package in wanted if not _is_installed(package)]
    if missing:
        raise MissingSystemPackages(missing)


def _is_installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return shutil.which(package) is not None
    name, _, version = package.partition("=")
    answer = process.run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}\\n", name])
    found = [line.split() for line in answer.output.splitlines() if answer.ok]
    return any(line[0] == "installed" and version in ("", line[-1]) for line in found)
