"""A process beside the ones of a live release: what ``dotcloud run`` starts."""

from __future__ import annotations

from collections.abc import Sequence

from dotcloud.errors.build import NothingLive
from dotcloud.platform.deploy.sweep import live_ids
from dotcloud.platform.layout import Home
from dotcloud.platform.models import Environment, Service
from dotcloud.platform.supervise import Process, unprivileged


def shell(environment: Environment, service: Service, number: int, argv: Sequence[str]) -> Process:
    """The process that runs ``argv`` as the instance's own processes run: same home, variables and user.

    :raises NothingLive: the service has no such instance.
    """
    ids = live_ids(environment).get(service.name)
    if not ids or number >= service.instance_count:
        raise NothingLive(f"{service.name}.{number}")
    names = (environment.application.name, environment.name)
    release = Home.default().environment(*names).service(service.name).instance(number).release(next(iter(ids)))
    user = unprivileged()
    return Process(
        name="run",
        argv=list(argv) or ["/bin/bash", "-l"],
        cwd=release.current.resolve(),
        env={"VIRTUAL_ENV": "{home}/env"},
        home=release.root,
        instance=release.instance,
        user=user.name if user else None,
    )
