"""One instance: how it is, a restart, a terminal, its memory."""

from __future__ import annotations

import os
import time
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from dotcloud.errors.api import NotFound, NotRunning
from dotcloud.platform import services as data_services
from dotcloud.platform.api import memory
from dotcloud.platform.api.envelope import item, items
from dotcloud.platform.api.events import record
from dotcloud.platform.api.running import groups_of, instances_of, processes_of, state_of, supervisor
from dotcloud.platform.api.scope import environment_of, service_of
from dotcloud.platform.models import Service
from dotcloud.platform.supervise import ProcessStatus

router = Router(tags=["instances"])
BASE = "me/applications/{application}/services/{service}/instances/{int:number}"


class Order(Schema):
    status: Literal["restart"]


@router.get(BASE + "/status")
def status(
    request: HttpRequest, application: str, service: str, number: int, environment: str = "default"
) -> dict[str, Any]:
    """``up``, ``down`` or ``crash-looping``, with the facts of each process."""
    found = processes_of(_instance_of(application, service, number, environment), number)
    return item(
        {
            "status": state_of(found),
            "custom": _facts(found[0]) if len(found) == 1 else {each.name: each.state for each in found},
            "processes": [{"name": each.name, "state": each.state, **_facts(each)} for each in found],
        }
    )


@router.put(BASE + "/status")
def restart(
    request: HttpRequest, application: str, service: str, number: int, body: Order, environment: str = "default"
) -> dict[str, Any]:
    """End its processes; they are started again at once, with the same code and data."""
    row = _instance_of(application, service, number, environment)
    for group in groups_of(row, number):
        supervisor().restart(group)
    record(request, row.environment, "service", "restart", row.name, instance=number)
    return {}


@router.get(BASE + "/exec")
def execute(
    request: HttpRequest, application: str, service: str, number: int, environment: str = "default"
) -> dict[str, Any]:
    """The program to start on the box for ``dotcloud run``: ``?arg=…&arg=…``, or a shell or the service's console."""
    row = _instance_of(application, service, number, environment)
    arg = request.GET.getlist("arg")
    if row.is_data:
        argv, variables = data_services.console(row, settings.HOME)
        return item({"argv": arg or argv, "cwd": "/", "env": variables})
    from dotcloud.platform.deploy.shell import shell  # here, since few ask for it and it brings much along

    process = shell(row.environment, row, number, arg)
    return item({"argv": supervisor().foreground(process), "cwd": os.fspath(process.cwd), "env": {}})


@router.get(BASE + "/metrics/memory")
def used(
    request: HttpRequest, application: str, service: str, number: int, environment: str = "default"
) -> dict[str, Any]:
    """What its processes use now, as the one row of a table whose columns the reference's section 7.5 names.

    There is no history: nothing samples it.
    """
    row = _instance_of(application, service, number, environment)
    found = memory.used_by([each.pid for each in processes_of(row, number) if each.pid])
    allocated = row.reserved_memory
    unused = None if allocated is None else max(0, allocated - found)
    return items([[int(time.time()), found, allocated, None, unused, found, None, None, None]])


def _instance_of(application: str, service: str, number: int, environment: str) -> Service:
    """Its service. :raises NotFound, NotRunning:"""
    row = service_of(environment_of(application, environment), service)
    count = instances_of(row)
    if not count:
        raise NotRunning(f"{service}.{number}")
    if number >= count:
        raise NotFound("instance", f"{service}.{number}", application, [f"{service}.{each}" for each in range(count)])
    return row


def _facts(process: ProcessStatus) -> dict[str, Any]:
    facts = {
        "pid": process.pid,
        "uptime": process.uptime,
        "restarts": process.restarts,
        "memory": process.memory,
        "last lines": list(process.last_lines),
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}
