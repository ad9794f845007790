"""Builds wheels: finds the order, keeps one warm server per build environment, and tells every failure at the end.

Nothing here knows the order beforehand. A package waits while its build environment needs a vendored wheel that does
not exist yet (:class:`~dotcloud.vendor.build_environment.Needs`). Where nothing runs and something still waits, there
is a cycle. Packages whose name only their build can tell come first: until then any build requirement might mean them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dotcloud.errors import DotcloudError
from dotcloud.errors.install import (
    BuildCycle,
    BuildFailed,
    BuildRequirementsFailed,
    NeededPackageFailed,
    NoBuildEnvironment,
)
from dotcloud.vendor import archives
from dotcloud.vendor.addresses import take_from_vendor
from dotcloud.vendor.build_client import BuildServer, Job, build_once
from dotcloud.vendor.build_environment import BuildEnvironment, BuildEnvironments, Needs, merge
from dotcloud.vendor.cache import Cache, Wheel
from dotcloud.vendor.diagnose import last_lines, likely_cause
from dotcloud.vendor.source import prepare
from dotcloud.vendor.task import Built, Requires, Task


@dataclass
class Ground:
    """Where packages with the same build requirements are built: being made, ready, waiting, or impossible."""

    environment: BuildEnvironment | None = None
    server: BuildServer | None = None
    waits_for: frozenset[str] = frozenset()
    error: DotcloudError | None = None
    making: bool = False


class Builder:
    """Builds a set of tasks.

    :param wheels: vendored wheels that exist already; what is built is added here.
    :param jobs: how many builds run at once.
    """

    def __init__(
        self, cache: Cache, environments: BuildEnvironments, wheels: dict[str, Wheel], work: Path, jobs: int
    ) -> None:
        self.cache = cache
        self.environments = environments
        self.wheels = wheels
        self.work = work
        self.jobs = jobs
        self.events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.grounds: dict[Requires, Ground] = {}
        self.waiting: dict[str, Task] = {}
        self.running: dict[int, tuple[str, Task, Ground, bool]] = {}
        self.built: dict[str, Built] = {}
        self.failures: dict[str, DotcloudError] = {}
        self.shared: dict[Requires, Requires] = {}
        self.numbers = 0

    def build(
        self, tasks: Mapping[str, Task], others: Sequence[Requires] = ()
    ) -> tuple[dict[str, Built], dict[str, DotcloudError]]:
        """Build everything that can be built: the wheels by name, and why the others are missing.

        :param others: build requirements of packages that need no building now: with them counted in, the build
            environments of one package are the ones that were made for all.
        """
        self.waiting = dict(tasks)
        self.shared = merge(others)
        self._share()
        try:
            while self.waiting or self.running:
                self._advance()
                if self.running or any(ground.making for ground in self.grounds.values()):
                    self.events.get()()
                elif self.waiting and not self._can_advance():
                    self._give_up()
        finally:
            self._stop()
        return self.built, self.failures

    # --- deciding: what can start now ---

    def _share(self) -> None:
        """Which build requirements may share an environment; asked again only when a backend asks for more."""
        self.shared = merge([*self.shared, *(task.requires for task in self.waiting.values())])

    def _ground(self, task: Task) -> Ground:
        return self.grounds.setdefault(self.shared[task.requires], Ground())

    def _ready(self) -> dict[str, Task]:
        """Those that may start as far as names go: all, or those without a name and what these wait for."""
        running = [task for _, task, _, _ in self.running.values()]
        if all(task.is_named for task in (*self.waiting.values(), *running)):
            return dict(self.waiting)
        needed = frozenset[str]().union(*(ground.waits_for for ground in self.grounds.values()))
        return {name: task for name, task in self.waiting.items() if not task.is_named or name in needed}

    def _advance(self) -> None:
        for name, task in self._ready().items():
            ground = self._ground(task)
            if ground.making:
                continue
            if ground.error:
                self._fail(name, ground.error)
            elif ground.environment:
                self._start(name, task, ground)
            elif self._needed_failed(ground):
                self._fail(name, NeededPackageFailed(task.package.label, self._needed_failed(ground)))
            elif not ground.waits_for - self.wheels.keys():
                self._make(self.shared[task.requires], ground)

    def _can_advance(self) -> bool:
        return any(
            ground.error or self._needed_failed(ground) or not ground.waits_for - self.wheels.keys()
            for ground in map(self._ground, self._ready().values())
        )

    def _needed_failed(self, ground: Ground) -> list[str]:
        return sorted(ground.waits_for & self.failures.keys())

    def _fail(self, name: str, error: DotcloudError) -> None:
        self.failures[name] = error
        self.waiting.pop(name, None)

    def _give_up(self) -> None:
        """Nothing runs and everything waits for something that waits: a cycle, or what stands behind one."""
        needs = {
            name: sorted(self._ground(task).waits_for & self.waiting.keys()) for name, task in self.waiting.items()
        }
        error = BuildCycle(find_cycle(needs))
        for name in list(self.waiting):
            self._fail(name, error)

    # --- making a place to build in ---

    def _make(self, requires: Requires, ground: Ground) -> None:
        ground.making = True
        here = [task for task in self.waiting.values() if self.shared[task.requires] == requires]
        # A backend inside the tree (backend-path) belongs to one package: it is loaded after the fork.
        backends = sorted({task.build.backend for task in here if not task.build.backend_path})
        arguments = (requires, ground, backends if len(here) > 1 else [], dict(self.wheels))
        threading.Thread(target=self._make_ground, args=arguments, daemon=True).start()

    def _make_ground(
        self, requires: Requires, ground: Ground, backends: Sequence[str], known: dict[str, Wheel]
    ) -> None:
        """In a thread. Nothing is warmed for one package alone: it would wait for a build that nobody needs."""
        server = None
        try:
            made = self.environments.get(requires, known)
            if isinstance(made, BuildEnvironment) and backends:
                server = BuildServer(made.python, backends, self._answer)
        except DotcloudError as error:
            self.events.put(partial(self._made, ground, error, None))
        except Exception as error:  # noqa: BLE001 - unheard, it would leave the install waiting for ever
            self.events.put(partial(self._made, ground, NoBuildEnvironment(str(error)), None))
        else:
            self.events.put(partial(self._made, ground, made, server))

    def _made(self, ground: Ground, made: BuildEnvironment | Needs | DotcloudError, server: BuildServer | None) -> None:
        ground.making = False
        ground.server = server
        if isinstance(made, BuildEnvironment):
            ground.environment = made
        elif isinstance(made, Needs):
            ground.waits_for = made.names
        else:
            ground.error = made
            if isinstance(made, BuildRequirementsFailed):
                made.wanted_by([task.package.label for task in self.waiting.values() if self._ground(task) is ground])

    # --- one build ---

    def _start(self, name: str, task: Task, ground: Ground) -> None:
        if len(self.running) >= self.jobs:
            return
        del self.waiting[name]
        self._send(name, task, ground, cold=ground.server is None or not ground.server.forks)

    def _send(self, name: str, task: Task, ground: Ground, cold: bool) -> None:
        self.numbers += 1
        folder = self.work / f"{self.numbers}-{name}"
        try:
            source = task.package.path if task.editable else prepare(task.package, folder, task.files)
        except (OSError, DotcloudError) as error:
            self._fail(name, error if isinstance(error, DotcloudError) else _build_failed(task, [str(error)]))
            return
        (folder / "out").mkdir(parents=True)
        job = Job(
            id=self.numbers,
            backend=task.build.backend,
            backend_path=task.build.backend_path,
            source=str(source),
            out=str(folder / "out"),
            log=str(folder / "log"),
            variables=_variables(task, ground, folder),
            hook="build_editable" if task.editable else "build_wheel",
            checked=task.extra,
        )
        self.running[job.id] = (name, task, ground, cold)
        if cold or ground.server is None or not ground.server.send(job):
            self._send_cold(job, name, task, ground)

    def _send_cold(self, job: Job, name: str, task: Task, ground: Ground) -> None:
        if ground.environment is None:
            raise TypeError(name)
        self.running[job.id] = (name, task, ground, True)
        python = ground.environment.python
        threading.Thread(target=lambda: self._answer(build_once(python, job)), daemon=True).start()

    def _answer(self, answer: dict[str, Any]) -> None:
        self.events.put(partial(self._finish, answer))

    def _finish(self, answer: dict[str, Any]) -> None:
        if answer["id"] not in self.running:
            return
        name, task, ground, cold = self.running.pop(answer["id"])
        folder = self.work / f"{answer['id']}-{name}"
        status = answer["status"]
        if status == "built":
            self._keep(name, task, ground, folder / "out" / answer["wheel"], answer["seconds"])
        elif status == "requires" and not set(answer["requires"]) <= set(task.extra):
            self.waiting[name] = replace(task, extra=(*task.extra, *answer["requires"]))
            self._share()
        elif cold:
            self._fail(name, _build_failed(task, last_lines(folder / "log", status)))
        else:
            # Never blame a package for what the fork or the warm-up may have done: once more, alone and cold.
            self._send(name, task, ground, cold=True)

    def _keep(self, name: str, task: Task, ground: Ground, wheel: Path, seconds: float) -> None:
        environment = ground.environment
        if environment is None:
            raise TypeError(name)
        try:
            if not archives.is_named_wheel(wheel):
                raise ValueError(f"{wheel.name} is not a wheel with a name in it")
            named, elsewhere = take_from_vendor(wheel, self.environments.vendored)
            index = tuple(sorted({*environment.index, *elsewhere}))
            kept = self.cache.add(task.key, wheel, environment.vendored, index, tuple(sorted(named)))
        except archives.damage() as error:
            self._fail(name, _build_failed(task, [f"The wheel cannot be kept: {error}"]))
            return
        self.wheels[kept.name] = kept
        self.environments.know(name, kept)
        self.built[name] = Built(kept, seconds)

    def _stop(self) -> None:
        for ground in self.grounds.values():
            if ground.server:
                ground.server.stop()


def _build_failed(task: Task, lines: Sequence[str]) -> BuildFailed:
    return BuildFailed(task.package.label, lines, likely_cause(task.package.label, lines))


def _variables(task: Task, ground: Ground, folder: Path) -> dict[str, str]:
    """What PEP 517 asks for (scripts of build requirements on ``PATH``), and no git above the copy."""
    scripts = str(ground.environment.folder / "bin") if ground.environment else ""
    return {"PATH": scripts, "GIT_CEILING_DIRECTORIES": str(folder), **task.variables}


def find_cycle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """One cycle among things that need each other, first and last the same."""
    path: list[str] = []
    name = next(iter(name for name, others in needs.items() if others), next(iter(needs)))
    while name not in path:
        path.append(name)
        name = next(iter(needs.get(name, ())), name)
    return [*path[path.index(name) :], name]
