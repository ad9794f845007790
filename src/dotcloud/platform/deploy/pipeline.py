"""A deployment, from the lock to the last line of its log. Read :meth:`Deployer.run` for the order.

Nothing that serves is touched before every new process has proved itself, so a deployment may be killed at any moment:
the old release goes on, and the next deployment removes what is half done (see :mod:`.sweep`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotcloud import buildfile
from dotcloud.buildfile import BuildFile, Service
from dotcloud.errors.build import NoBuildFile, TypeChanged
from dotcloud.platform import services as data_services
from dotcloud.platform.build.service import BuiltService, ServiceBuilder, Source
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.deploy import sweep
from dotcloud.platform.deploy.instance import Instance, install
from dotcloud.platform.deploy.log import DeploymentLog, Place
from dotcloud.platform.deploy.ports import Port, open_ports, told
from dotcloud.platform.deploy.processes import processes_of
from dotcloud.platform.deploy.readiness import wait_until_ready
from dotcloud.platform.deploy.system import refuse_missing_packages
from dotcloud.platform.deploy.variables import instance_variables
from dotcloud.platform.layout import Home
from dotcloud.platform.models import Deployment, Environment
from dotcloud.platform.models import Service as ServiceRow
from dotcloud.platform.store import Blobs, Manifest, checkout
from dotcloud.platform.supervise import Process, Supervisor

SIDE_BY_SIDE = 8  # builds, installations, starts at once
GOODBYE = 1.0  # seconds that a deployment waits for old processes before it says that it is done


@dataclass
class Deployer:
    """Puts one revision of one environment live.

    :param variables: what was set with ``dotcloud env set``.
    :param only: the one service to deploy; empty for all of them.
    """

    home: Home
    deployment: Deployment
    log: DeploymentLog
    variables: dict[str, str]
    supervisor: Supervisor
    tools: Tools
    rows: dict[str, ServiceRow] = field(default_factory=dict)
    ports: dict[str, list[list[Port]]] = field(default_factory=dict)
    leaving: list[Future[None]] = field(default_factory=list)

    @property
    def environment(self) -> Environment:
        return self.deployment.environment

    @property
    def names(self) -> tuple[str, str]:
        return self.environment.application.name, self.environment.name

    def run(self) -> str | None:
        """The steps, in order; returns the address of the site, if it has one."""
        sweep.remove_half_done(self.home, self.environment, self.supervisor)
        source = self._checkout()
        plan = self._read(source.tree)
        refuse_missing_packages(plan.services.values())
        self._create_services(plan)
        built = self._build(plan, source)
        instances = self._install(plan, built, self._shared_variables(plan))
        self._start(instances)
        self._switch(plan, instances)
        return self._address(plan)

    def clean_up(self) -> None:
        """What nobody has to wait for: old processes that still finish what they have, then everything not needed."""
        _results(self.leaving)
        sweep.collect_garbage(self.home, self.environment, self.supervisor)

    # --- what is to be deployed ---

    def _checkout(self) -> Source:
        folder = self.home.environment(*self.names).revision(self.deployment.revision.name)
        manifest, blobs = Manifest.read(folder / "manifest.json"), Blobs(self.home.blobs)
        count = len(manifest.entries)
        told = f"revision {self.deployment.revision.name}: {count} file{'' if count == 1 else 's'}"
        with self.log.step("checkout", told):
            return Source(manifest, blobs, checkout(manifest, blobs, folder / "tree"))

    def _read(self, tree: Path) -> BuildFile:
        if not (tree / buildfile.NAME).is_file():
            raise NoBuildFile
        return buildfile.load(tree)

    def _create_services(self, plan: BuildFile) -> None:
        """Every service of the build file exists; data services are made once."""
        rows = {row.name: row for row in self.environment.services.all()}
        for service in plan.services.values():
            row = rows.get(service.name)
            if row is not None and row.type != service.type:
                raise TypeChanged(service.name, row.type, service.type)
            self.rows[service.name] = row or self._create(service)
        for name in rows.keys() - plan.services.keys():
            self._leave_out(rows[name])

    def _leave_out(self, row: ServiceRow) -> None:
        """What was live, or has data, is a person's to destroy; what never was live has nothing but an address."""
        served = self.environment.live.services if self.environment.live else {}
        if row.is_data or row.name in served:
            self.log.say(f"{row.name} is not in dotcloud.yml any more: it is left as it is", Place(row.name))
            self.rows[row.name] = row
        else:
            self.log.say(f"{row.name} is not in dotcloud.yml any more and never was live: forgotten", Place(row.name))
            sweep.close_sockets(row, self.supervisor)
            row.delete()

    def _start_data_services(self) -> None:
        for row in self.rows.values():
            if row.is_data:
                with self.log.step("service", f"{row.type} is ready", Place(row.name)):
                    data_services.ensure(row, self.home, self.supervisor)

    def _create(self, service: Service) -> ServiceRow:
        row = ServiceRow.objects.create(
            environment=self.environment, name=service.name, type=service.type, instance_count=service.instances
        )
        self.log.say(f"new service of type {service.type}", Place(service.name))
        return row

    def _listen(self, service: Service) -> None:
        """The platform holds the listening socket; releases come and go behind it."""
        row = self.rows[service.name]
        port = self.supervisor.listen(".".join((*self.names, service.name)), "127.0.0.1", row.http_port)
        if port != row.http_port:
            row.http_port = port
            row.save(update_fields=("http_port",))

    def _shared_variables(self, plan: BuildFile) -> dict[str, str]:
        shared: dict[str, str] = {}
        for service in plan.code_services:
            if service.is_web or service.http_port:
                self._listen(service)
        for service in self._chosen(plan):
            row = self.rows[service.name]
            self.ports[service.name] = open_ports(service, self.names, row.instance_count, self.supervisor)
            row.ports, row.config = told(self.ports[service.name]), service.settings
        for row in self.rows.values():
            shared |= data_services.variables(row)
        self.log.hidden |= {value for name, value in shared.items() if name.endswith("_PASSWORD") and value}
        return shared

    # --- making it ---

    def _chosen(self, plan: BuildFile) -> list[Service]:
        only = self.deployment.only
        return [service for service in plan.code_services if not only or service.name == only]

    def _build(self, plan: BuildFile, source: Source) -> dict[str, BuiltService]:
        builder = ServiceBuilder(self.tools, source, self.log, self.deployment.clean)
        services = self._chosen(plan)
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
            futures = [pool.submit(builder.build, service) for service in services]
            self._start_data_services()  # meanwhile: no build needs them
        return dict(zip([service.name for service in services], _results(futures), strict=True))

    def _install(self, plan: BuildFile, built: dict[str, BuiltService], shared: dict[str, str]) -> list[Instance]:
        instances = [
            self._instance(plan.services[name], number, built[name], shared)
            for name in built
            for number in range(self.rows[name].instance_count)
        ]
        _all(lambda instance: install(instance, self.log, self.supervisor, self.tools.user), instances)
        return instances

    def _instance(self, service: Service, number: int, built: BuiltService, shared: dict[str, str]) -> Instance:
        row = self.rows[service.name]
        ports = self.ports[service.name][number]
        own_ports = {"http": row.http_port} if row.http_port and service.is_web else {}
        own_ports |= {port.name: port.number for port in ports}
        variables = instance_variables(*self.names, service, number, shared, own_ports, self.variables)
        folder = self.home.environment(*self.names).service(service.name).instance(number)
        return Instance(service, number, built, variables, folder, self.deployment.deploy_id, row.http_port, ports)

    # --- putting it live ---

    def _start(self, instances: list[Instance]) -> None:
        """Start beside what serves. Where one does not come up, all the new ones go."""
        groups = {self._group(instance): processes_of(instance, self.names, self._user) for instance in instances}
        try:
            for group, processes in groups.items():
                self.supervisor.apply(group, processes)
            _all(self._wait, instances)
            for instance in instances:
                self._open(instance, groups[self._group(instance)])
        except BaseException:
            for group in groups:
                self.supervisor.remove(group)
            raise

    def _open(self, instance: Instance, processes: Sequence[Process]) -> None:
        """Programs that bind their ports themselves take connections once they have proved themselves."""
        log = instance.folder.logs / "ports.log"
        fronts = [front for port in instance.ports if (front := port.process(self.tools, log))]
        if fronts:
            self.supervisor.apply(self._group(instance), [*processes, *fronts])

    def _wait(self, instance: Instance) -> None:
        with self.log.step("start", "answers", instance.place) as step:
            step.message = wait_until_ready(instance, self._group(instance), self.supervisor)

    @property
    def _user(self) -> str | None:
        return self.tools.user.name if self.tools.user else None

    def _group(self, instance: Instance) -> str:
        return f"{'.'.join(self.names)}.{instance.place}@{self.deployment.deploy_id}"

    def _switch(self, plan: BuildFile, instances: list[Instance]) -> None:
        """From here on the new release is the one that is; then the old processes finish what they have and go."""
        old = self._old_groups(plan)
        self.deployment.succeed(self._facts(plan, instances))
        ServiceRow.objects.bulk_update([self.rows[service.name] for service in self._chosen(plan)], ["ports", "config"])
        if old:
            with self.log.step("switch", "") as step:
                self.leaving = _each(self.supervisor.remove, old)
                late = wait(self.leaving, GOODBYE).not_done
                step.message = f"{_instances(old)} {'still finishes what it has' if late else 'finished and stopped'}"

    def _old_groups(self, plan: BuildFile) -> list[str]:
        chosen = {service.name for service in self._chosen(plan)}
        current = f"@{self.deployment.deploy_id}"
        groups = [group for name in chosen for group in self.supervisor.groups(f"{'.'.join(self.names)}.{name}.")]
        return [group for group in groups if not group.endswith(current)]

    def _facts(self, plan: BuildFile, instances: Iterable[Instance]) -> dict[str, Any]:
        before = self.environment.live.services if self.environment.live else {}
        facts = {name: kept for name, kept in before.items() if name in self.rows}
        for service in plan.data_services:
            facts[service.name] = {"type": service.type, "instances": 1, "memory": None}
        for instance in instances:
            row = self.rows[instance.service.name]
            facts[instance.service.name] = {
                "type": instance.service.type,
                "instances": row.instance_count,
                "memory": row.reserved_memory,
                "build": instance.built.key,
                "deploy_id": self.deployment.deploy_id,
            }
        return facts

    def _address(self, plan: BuildFile) -> str | None:
        ports = [port for service in plan.code_services if (port := self.rows[service.name].http_port)]
        return f"http://127.0.0.1:{ports[0]}" if ports else None


def _instances(groups: Sequence[str]) -> str:
    return f"{len(groups)} old instance{'s' if len(groups) > 1 else ''}"


def _all(action: Any, things: Iterable[Any]) -> list[Any]:
    """Do it for each, side by side, and raise the first failure once all have come to an end."""
    return _results(_each(action, things))


def _each(action: Any, things: Iterable[Any]) -> list[Future[Any]]:
    """Begin it for each, side by side."""
    pool = ThreadPoolExecutor(max_workers=SIDE_BY_SIDE)
    futures = [pool.submit(action, thing) for thing in things]
    pool.shutdown(wait=False)
    return futures


def _results(futures: Sequence[Future[Any]]) -> list[Any]:
    wait(futures)
    return [future.result() for future in futures]
