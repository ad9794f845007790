"""What an install asks of the builder: the wheels that are not there yet."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotcloud import process
from dotcloud.errors import DotcloudError
from dotcloud.vendor import installer as installers
from dotcloud.vendor.build_environment import BuildEnvironments
from dotcloud.vendor.builder import Builder
from dotcloud.vendor.cache import Cache, Wheel
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.targets import Target
from dotcloud.vendor.task import Built, Task

if TYPE_CHECKING:
    from dotcloud.vendor.install import Options


@dataclass(frozen=True)
class Result:
    """By label: the wheels that were built, and why the others were not."""

    built: dict[str, Built]
    failures: dict[str, DotcloudError]


def build_missing(
    cache: Cache,
    interpreter: Interpreter,
    options: Options,
    targets: Sequence[Target],
    known: Mapping[str, Wheel],
) -> Result:
    """Build the wheels of ``targets`` that are not ``known``, by label, already."""
    missing = [target for target in targets if target.package.label not in known]
    with cache.working_folder() as work:
        environments = BuildEnvironments(
            cache=cache,
            installer=installers.choose(options.installer, interpreter.executable),
            interpreter=interpreter,
            vendored={_name(target, known): target.package.metadata.version or "0" for target in targets},
            run=Runner(cache.folder),
            work=work,
            offline=options.offline,
        )
        wheels = {wheel.name: wheel for wheel in known.values()}
        builder = Builder(cache, environments, wheels, work, options.jobs)
        requires = [target.package.build.requires for target in targets if target.package.build]
        built, failures = builder.build({target.package.name: _task(target) for target in missing}, requires)
        environments.sweep()
    cache.sweep()
    labels = {target.package.name: target.package.label for target in missing}
    return Result(
        {labels[name]: result for name, result in built.items()},
        {labels[name]: error for name, error in failures.items()},
    )


def _name(target: Target, known: Mapping[str, Wheel]) -> str:
    label = target.package.label
    return known[label].name if label in known else target.package.name


def _task(target: Target) -> Task:
    return Task(target.package, target.key, target.variables, target.files, target.editable)


class Runner:
    """Runs an installer's command: ``None``, or the lines that tell why it failed."""

    def __init__(self, cache: Path) -> None:
        self.environment = installers.installer_environment(cache, os.environ)

    def __call__(self, command: Sequence[str]) -> list[str] | None:
        done = process.run(command, env=self.environment)
        return None if done.ok else done.last_lines(40)
