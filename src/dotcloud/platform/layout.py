"""Where the platform keeps what: path arithmetic, no file is touched here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReleaseFolder:
    """The home of one release of an instance; its processes see it at ``/home/dotcloud``."""

    root: Path
    instance: Path

    def __fspath__(self) -> str:
        return str(self.root)

    @property
    def code(self) -> Path:
        """The revision's files."""
        return self.root / "code"

    @property
    def current(self) -> Path:
        """A link to ``code/<approot>``, relative so that it holds at ``/home/dotcloud`` too."""
        return self.root / "current"

    @property
    def env(self) -> Path:
        """A link to the virtual environment, absolute."""
        return self.root / "env"

    @property
    def environment_json(self) -> Path:
        return self.root / "environment.json"

    @property
    def environment_yml(self) -> Path:
        return self.root / "environment.yml"

    @property
    def environment_yaml(self) -> Path:
        return self.root / "environment.yaml"

    @property
    def volatile(self) -> Path:
        return self.root / "volatile"

    @property
    def data(self) -> Path:
        """A link to the instance's data folder, absolute: seen from ``/home/dotcloud`` a relative one leads nowhere."""
        return self.root / "data"

    @property
    def run(self) -> Path:
        """Where a release says that it is ready, or why it failed."""
        return self.root / "run"


@dataclass(frozen=True)
class InstanceFolder:
    """What belongs to ``www.0``, whatever is deployed there."""

    root: Path

    @property
    def data(self) -> Path:
        """Kept from one deployment to the next."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    def release(self, deploy_id: str) -> ReleaseFolder:
        return ReleaseFolder(self.releases / deploy_id, self.root)


@dataclass(frozen=True)
class ServiceFolder:
    """What belongs to a service of one environment."""

    root: Path

    @property
    def data(self) -> Path:
        """The data folder of a data service."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def instances(self) -> Path:
        return self.root / "instances"

    def instance(self, number: int) -> InstanceFolder:
        return InstanceFolder(self.instances / str(number))


@dataclass(frozen=True)
class EnvironmentFolder:
    """One running copy of an application: ``applications/<application>/<environment>``."""

    root: Path

    @property
    def lock(self) -> Path:
        """Locked with flock(2) by the one deployment that runs."""
        return self.root / "lock"

    @property
    def revisions(self) -> Path:
        """``<revision>/manifest.json`` and ``<revision>/tree/``."""
        return self.root / "revisions"

    @property
    def deployments(self) -> Path:
        """``<deploy id>.jsonl``."""
        return self.root / "deployments"

    @property
    def services(self) -> Path:
        return self.root / "services"

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

    @classmethod
    def default(cls) -> Home:
        """``$DOTCLOUD_HOME``, or ``dotcloud`` in the user's data folder."""
        named = os.environ.get("DOTCLOUD_HOME")
        if named:
            return cls(Path(named).expanduser().absolute())
        import platformdirs

        return cls(Path(platformdirs.user_data_dir("dotcloud")))

    @property
    def socket(self) -> Path:
        """Where the API answers; mode 0600."""
        return self.root / "api.sock"

    @property
    def database(self) -> Path:
        return self.root / "platform.sqlite3"

    @property
    def circus(self) -> Path:
        """The supervisor's folder: ``circus.ini``, its sockets, and the two below."""
        return self.root / "circus"

    @property
    def conf(self) -> Path:
        """The desired state: one file per group of processes and per listening socket."""
        return self.circus / "conf.d"

    @property
    def specs(self) -> Path:
        """What each process is started with, its environment included; mode 0600."""
        return self.circus / "specs"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def builds(self) -> Path:
        """Virtual environments by the hash of their contents, shared by all applications."""
        return self.root / "builds"

    def cache(self, application: str) -> Path:
        """What the builds of one application keep: wheels, downloads."""
        return self.root / "cache" / application

    @property
    def logs(self) -> Path:
        """What the platform's own processes print."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What is true only while something runs: records of processes, locks."""
        return self.root / "run"

    @property
    def applications(self) -> Path:
        return self.root / "applications"

    def environment(self, application: str, environment: str = "default") -> EnvironmentFolder:
        return EnvironmentFolder(self.applications / application / environment)
