"""What no release needs any more: half-done deployments first, then old releases, revisions, builds and blobs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dotcloud.platform.build import virtualenv
from dotcloud.platform.build.tools import ATTEMPT
from dotcloud.platform.layout import EnvironmentFolder, Home
from dotcloud.platform.models import (
    DEPLOYMENTS_KEPT,
    EVENTS_KEPT,
    REVISIONS_KEPT,
    Deployment,
    Environment,
    Event,
    Service,
    State,
)
from dotcloud.platform.store import Blobs, Manifest, collect
from dotcloud.platform.supervise import Supervisor


def remove_half_done(home: Home, environment: Environment, supervisor: Supervisor) -> None:
    """End the processes and remove the homes that a killed deployment left; what is live stays."""
    live = live_ids(environment)
    names = (environment.application.name, environment.name)
    data = {row.name for row in environment.services.all() if row.is_data}
    for group in supervisor.groups(f"{'.'.join(names)}."):
        service = group.split(".")[2]
        if service not in data and group.partition("@")[2] not in live.get(service, set()):
            supervisor.remove(group)
    _end_hooks(environment, live)
    _remove_homes(home.environment(*names), live)


def live_ids(environment: Environment) -> dict[str, set[str]]:
    """Service to the ids of the deployments whose processes serve."""
    facts = environment.live.services if environment.live else {}
    return {name: {kept["deploy_id"]} for name, kept in facts.items() if "deploy_id" in kept}


def _remove_homes(folder: EnvironmentFolder, live: dict[str, set[str]]) -> None:
    services = folder.services.iterdir() if folder.services.is_dir() else ()
    for service in services:
        for release in service.glob("instances/*/releases/*"):
            if release.name not in live.get(service.name, set()):
                shutil.rmtree(release, ignore_errors=True)


def _end_hooks(environment: Environment, live: dict[str, set[str]]) -> None:
    """A hook or a build outlives its deployment when that is killed; it would go on beside the next one."""
    over = set(environment.deployments.values_list("deploy_id", flat=True)).difference(*live.values())
    signs = {f"{ATTEMPT}={deploy_id}".encode() for deploy_id in over}
    for pid in psutil.pids():
        with suppress(OSError):
            if signs.intersection(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")):
                os.kill(pid, signal.SIGKILL)


def collect_garbage(home: Home, environment: Environment, supervisor: Supervisor) -> None:
    """After a switch: old homes, all but the last revisions, and whatever else nothing points to."""
    environment.refresh_from_db()
    remove_half_done(home, environment, supervisor)
    _close_ports(environment, supervisor)
    _remove_revisions(home, environment)
    _remove_history(home, environment)
    virtualenv.sweep(home.builds, _needed_builds(home))
    collect(Blobs(home.blobs), _manifests(home))


def close_sockets(service: Service, supervisor: Supervisor) -> None:
    """All that a service listens at; its processes are gone."""
    names = f"{service.environment.application.name}.{service.environment.name}.{service.name}"
    for name in (names, *supervisor.listening(f"{names}.")):
        supervisor.unlisten(name)


def _close_ports(environment: Environment, supervisor: Supervisor) -> None:
    """The sockets of ports and of instances that are there no more; those of HTTP are their services'."""
    names = f"{environment.application.name}.{environment.name}."
    kept = {
        f"{names}{row.name}.{instance}.{port.lower()}"
        for row in environment.services.all()
        for port, facts in row.ports.items()
        for instance in range(len(facts["port"]))
    }
    for name in supervisor.listening(names):
        if name.count(".") > names.count(".") and name not in kept:
            supervisor.unlisten(name)


def _remove_revisions(home: Home, environment: Environment) -> None:
    """Told first and done then: one that is being removed is not deployed. What a killed sweep left goes too."""
    folder = home.environment(environment.application.name, environment.name)
    with transaction.atomic():
        unneeded = environment.revisions.filter(removed_at=None).exclude(name__in=_kept_revisions(environment))
        unneeded.update(removed_at=timezone.now())
    for name in environment.revisions.exclude(removed_at=None).values_list("name", flat=True):
        shutil.rmtree(folder.revision(name), ignore_errors=True)


def _kept_revisions(environment: Environment) -> set[str]:
    """The newest ones, what is live, what waits to be deployed, and what was live before (for ``deploy previous``)."""
    newest = environment.revisions.filter(removed_at=None).order_by("-pk").values_list("name", flat=True)
    kept = set(newest[:REVISIONS_KEPT])
    pending = environment.deployments.filter(state__in=(State.QUEUED, State.RUNNING))
    served = [deployment for deployment in (environment.live, environment.previous()) if deployment]
    return kept | {deployment.revision.name for deployment in (*pending, *served)}


def _remove_history(home: Home, environment: Environment) -> None:
    """Old deployments with their logs, revisions that nothing is told of any more, and old lines of ``activity``."""
    folder = home.environment(environment.application.name, environment.name)
    deployments = environment.deployments
    newest = deployments.order_by("-pk").values_list("pk", flat=True)[:DEPLOYMENTS_KEPT]
    usable = deployments.filter(state=State.SUCCEEDED, revision__removed_at=None)
    last = usable.values("revision").annotate(last=Max("pk")).values_list("last", flat=True)
    pending = deployments.filter(state__in=(State.QUEUED, State.RUNNING)).values_list("pk", flat=True)
    for row in deployments.exclude(pk__in={*newest, *last, *pending, environment.live_id}):
        folder.deployment_log(row.deploy_id).unlink(missing_ok=True)
        row.delete()
    environment.revisions.filter(deployments=None).exclude(removed_at=None).delete()
    for oldest in Event.objects.order_by("-pk").values_list("pk", flat=True)[EVENTS_KEPT : EVENTS_KEPT + 1]:
        Event.objects.filter(pk__lte=oldest).delete()


def _needed_builds(home: Home) -> set[str]:
    """The virtual environments that any home on this box points to, and those of the releases one could go back to."""
    links = home.root.glob("applications/*/*/services/*/instances/*/releases/*/env")
    builds = {link.resolve().name for link in links}
    builds.add((home.root / "tools" / "env").resolve().name)
    return builds | _recent_builds()


def _recent_builds() -> set[str]:
    recent: set[str] = set()
    for environment in Environment.objects.all():
        for deployment in Deployment.objects.filter(environment=environment, state=State.SUCCEEDED).order_by("-pk")[
            :REVISIONS_KEPT
        ]:
            recent |= {facts["build"] for facts in deployment.services.values() if facts.get("build")}
    return recent


def _manifests(home: Home) -> Iterable[Manifest]:
    """All that there are; another environment's sweep may be removing some."""
    for path in home.root.glob("applications/*/*/revisions/*/manifest.json"):
        with suppress(FileNotFoundError):
            yield Manifest.read(path)
