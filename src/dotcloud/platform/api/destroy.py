"""The end of an application, an environment or a service: marked by the API, done by ``python -m`` this.

A row that is marked is shown no more. Its processes, files and the row itself are removed in a process of its own, so
that the API stays quick; one that was interrupted is done again from the start: every step may find its work done.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from dotcloud.platform.apps import setup

if __name__ == "__main__":
    setup()

from django.conf import settings
from django.db import connections

from dotcloud.platform import services as data_services
from dotcloud.platform.api import processes
from dotcloud.platform.api.scope import folder_of
from dotcloud.platform.api.settle import PENDING, runs
from dotcloud.platform.deploy import sweep
from dotcloud.platform.locks import locked
from dotcloud.platform.models import Application, Deployment, Environment, Service, State
from dotcloud.platform.supervise import Supervisor

OUTPUT = "destroy"
PATIENCE = 10.0  # seconds a deployment has to end once it is told to


def environment(row: Environment) -> None:
    """Begin to destroy an environment, with everything in it."""
    Environment.objects.filter(pk=row.pk).update(destroying=True)
    _begin()


def service(row: Service) -> None:
    """Begin to destroy a service, with its data."""
    Service.objects.filter(pk=row.pk).update(destroying=True)
    _begin()


def resume() -> None:
    """Begin again with what another process did not finish."""
    if any(model.objects.filter(destroying=True).exists() for model in (Application, Environment, Service)):
        _begin()
    connections.close_all()


def _begin() -> None:
    processes.start(OUTPUT, "dotcloud.platform.api.destroy")


def main() -> None:
    """Finish everything that is marked. Several at once do it one after the other."""
    with _alone(settings.HOME.run / "destroy.lock"):
        for row in Environment.objects.filter(destroying=True).select_related("application"):
            _end_environment(row)
        for each in Service.objects.filter(destroying=True).select_related("environment__application"):
            _end_service(each)
        for application in Application.objects.filter(destroying=True, environments=None):
            _remove_files(application.name)
            application.delete()


def _remove_files(application: str) -> None:
    cache = settings.HOME.cache(application)
    for folder in (settings.HOME.applications / application, cache):
        shutil.rmtree(folder, ignore_errors=True)
    if not cache.exists():
        for mark in ("used", "lock"):
            cache.with_name(f"{application}.{mark}").unlink(missing_ok=True)


def _end_environment(row: Environment) -> None:
    for deployment in row.deployments.filter(state__in=PENDING):
        _stop(deployment)
    folder = folder_of(row)
    with _alone(folder.lock):
        for each in sorted(row.services.all(), key=lambda service: service.is_data):  # sites before their databases
            _end_processes(each)
        shutil.rmtree(folder.root, ignore_errors=True)
        row.delete()


def _end_service(row: Service) -> None:
    folder = folder_of(row.environment)
    with _alone(folder.lock):
        _end_processes(row)
        with suppress(FileNotFoundError):
            shutil.rmtree(folder.service(row.name).root)
        row.delete()


def _end_processes(row: Service) -> None:
    supervisor = Supervisor(settings.HOME)
    names = f"{row.environment.application.name}.{row.environment.name}.{row.name}"
    if row.is_data:
        data_services.destroy(row, settings.HOME, supervisor)
    for group in supervisor.groups(f"{names}."):
        supervisor.remove(group)
    sweep.close_sockets(row, supervisor)


def _stop(deployment: Deployment) -> None:
    """End a deployment under way, with everything it started."""
    Deployment.objects.filter(pk=deployment.pk).update(state=State.FAILED, reason="its environment was destroyed")
    until = time.monotonic() + PATIENCE
    while deployment.pid and runs(deployment):
        number = signal.SIGTERM if time.monotonic() < until else signal.SIGKILL
        with suppress(ProcessLookupError):
            os.killpg(deployment.pid, number)
        time.sleep(0.1)


def _alone(lock: Path) -> AbstractContextManager[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    return locked(lock)


if __name__ == "__main__":
    main()
