"""Where the platform keeps what: path arithmetic, no file is touched here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dotcloud.paths import absolute


class Rooted(Protocol):
    @property
    def root(self) -> Path: ...


class Below:
    """A path that has a fixed place below the ``root`` of a folder."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __get__(self, folder: Rooted, _: type) -> Path:
        return folder.root / self.place


@dataclass(frozen=True)
class ReleaseFolder:
    """The home of one release of an instance; its processes see it at ``/home/dotcloud``."""

    root: Path
    instance: Path

    # The revision's files.
    code = Below("code")
    # A link to ``code/<approot>``, relative so that it holds at ``/home/dotcloud`` too.
    current = Below("current")
    # A link to the virtual environment, absolute.
    env = Below("env")
    environment_json = Below("environment.json")
    environment_yml = Below("environment.yml")
    environment_yaml = Below("environment.yaml")
    volatile = Below("volatile")
    # A link to the instance's data folder, absolute: seen from ``/home/dotcloud`` a relative one leads nowhere.
    data = Below("data")
    # Where a release says that it is ready, or why it failed.
    run = Below("run")

    def __fspath__(self) -> str:
        return str(self.root)


@dataclass(frozen=True)
class InstanceFolder:
    """What belongs to ``www.0``, whatever is deployed there."""

    root: Path

    # Kept from one deployment to the next.
    data = Below("data")
    logs = Below("logs")
    releases = Below("releases")

    def release(self, deploy_id: str) -> ReleaseFolder:
        return ReleaseFolder(self.releases / deploy_id, self.root)


@dataclass(frozen=True)
class ServiceFolder:
    """What belongs to a service of one environment."""

    root: Path

    # The data folder of a data service.
    data = Below("data")
    logs = Below("logs")
    instances = Below("instances")

    def instance(self, number: int) -> InstanceFolder:
        return InstanceFolder(self.instances / str(number))


@dataclass(frozen=True)
class EnvironmentFolder:
    """One running copy of an application: ``applications/<application>/<environment>``."""

    root: Path

    # Locked with flock(2) by the one deployment that runs.
    lock = Below("lock")
    # ``<revision>/manifest.json`` and ``<revision>/tree/``.
    revisions = Below("revisions")
    # ``<deploy id>.jsonl``.
    deployments = Below("deployments")
    services = Below("services")

    def revision(self, name: str) -> Path:
        return self.revisions / name

    def deployment_log(self, deploy_id: str) -> Path:
        return self.deployments / f"{deploy_id}.jsonl"

    def service(self, name: str) -> ServiceFolder:
        return ServiceFolder(self.services / name)


@dataclass(frozen=True)
class Home:
    """Everything a platform keeps: ``$DOTCLOUD_HOME``."""

    root: Path

    # Where the API answers; mode 0600.
    socket = Below("api.sock")
    database = Below("platform.sqlite3")
    # The supervisor's folder: ``circus.ini``, its sockets, and the two below.
    circus = Below("circus")
    # The desired state: one file per group of processes and per listening socket.
    conf = Below("circus/conf.d")
    # What each process is started with, its environment included; mode 0600.
    specs = Below("circus/specs")
    blobs = Below("blobs")
    # Virtual environments by the hash of their contents, shared by all applications.
    builds = Below("builds")
    # What the platform's own processes print.
    logs = Below("logs")
    # What is true only while something runs: records of processes, locks.
    run = Below("run")
    applications = Below("applications")

    @classmethod
    def default(cls) -> Home:
        """``$DOTCLOUD_HOME``, or ``dotcloud`` in the user's data folder."""
        named = os.environ.get("DOTCLOUD_HOME")
        if named:
            return cls(absolute(Path(named).expanduser()))
        import platformdirs

        return cls(absolute(Path(platformdirs.user_data_dir("dotcloud"))))

    def cache(self, application: str) -> Path:
        """What the builds of one application keep: wheels, downloads."""
        return self.root / "cache" / application

    def environment(self, application: str, environment: str = "default") -> EnvironmentFolder:
        return EnvironmentFolder(self.applications / application / environment)
