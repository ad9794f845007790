"""Services: what they are, and how many."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from dotcloud.errors.api import CannotScale
from dotcloud.platform import services as data_services
from dotcloud.platform.api import destroy
from dotcloud.platform.api.envelope import item, items, nothing
from dotcloud.platform.api.events import record
from dotcloud.platform.api.running import instances_of
from dotcloud.platform.api.scope import environment_of, service_of
from dotcloud.platform.models import Service

router = Router(tags=["services"])
BASE = "me/applications/{application}/services"
MAX_INSTANCES = 64
MIN_MEMORY, MAX_MEMORY = 32 << 20, 64 << 30  # bytes, as they were in 2013


class Scale(Schema):
    instance_count: int | None = None
    reserved_memory: int | None = None
    check: bool = False  # only tell whether it is possible


@router.get(BASE)
def list_services(request: HttpRequest, application: str, environment: str = "default") -> dict[str, Any]:
    scope = environment_of(application, environment)
    return items(summary(row) for row in scope.services.filter(destroying=False).order_by("name"))


@router.get(BASE + "/{service}")
def show(request: HttpRequest, application: str, service: str, environment: str = "default") -> dict[str, Any]:
    """A service with its instances; the URLs of a data service hold its password."""
    row = service_of(environment_of(application, environment), service)
    live = row.environment.live
    instance = {
        "host": "127.0.0.1",
        "revision": live.revision.name if live and not row.is_data else None,
        "hibernating": False,
        "ports": ports_of(row),
    }
    numbered = [{"instance_id": number, **instance} for number in range(instances_of(row))]
    return item({**summary(row), "runtime_config": row.config, "instances": numbered})


@router.patch(BASE + "/{service}")
def scale(
    request: HttpRequest, application: str, service: str, body: Scale, environment: str = "default"
) -> dict[str, Any]:
    """Set how many instances the next deployment makes, or what memory is reserved for each."""
    row = service_of(environment_of(application, environment), service)
    asked = body.dict(exclude_none=True, exclude={"check"})
    _refuse_impossible(row, asked)
    if body.check:
        return item(summary(row))
    Service.objects.filter(pk=row.pk).update(**asked)
    for name, value in asked.items():
        kind = "instances" if name == "instance_count" else "memory"
        record(request, row.environment, "service", "scale", row.name, scale=kind, value=value)
    row.refresh_from_db(fields=list(asked) or None)
    return item(summary(row))


@router.delete(BASE + "/{service}")
def remove(request: HttpRequest, application: str, service: str, environment: str = "default") -> HttpResponse:
    """Destroy a service with its data; it ends in the background."""
    row = service_of(environment_of(application, environment), service)
    destroy.service(row)
    record(request, row.environment, "service", "destroy", row.name)
    return nothing()


@router.get(BASE + "/{service}/domains")
def domains(request: HttpRequest, application: str, service: str, environment: str = "default") -> dict[str, Any]:
    return items(_domains(service_of(environment_of(application, environment), service)))


def summary(row: Service) -> dict[str, Any]:
    """What every list of services shows."""
    return {
        "name": row.name,
        "service_type": row.type,
        "instance_count": row.instance_count,
        "reserved_memory": row.reserved_memory,
        "domains": _domains(row),
        "url": row.url,
    }


def ports_of(row: Service) -> list[dict[str, str]]:
    """Where a service answers: ``sql``, ``http``…, by the variables ``DOTCLOUD_<SERVICE>_<PORT>_URL`` it gives."""
    prefix, suffix = f"DOTCLOUD_{row.name.upper()}_", "_URL"
    found = {} if row.is_data and row.port is None else data_services.variables(row)
    return [
        {"name": name.removeprefix(prefix).removesuffix(suffix).lower(), "url": value}
        for name, value in found.items()
        if name.startswith(prefix) and name.endswith(suffix)
    ]


def _domains(row: Service) -> list[dict[str, str]]:
    return [{"domain": f"127.0.0.1:{row.http_port}"}] if row.url else []


def _refuse_impossible(row: Service, asked: dict[str, int]) -> None:
    count, memory = asked.get("instance_count"), asked.get("reserved_memory")
    if row.is_data and count is not None:
        raise CannotScale(row.name, f"a {row.type} service is one instance, which holds the data")
    if count is not None and not 1 <= count <= MAX_INSTANCES:
        raise CannotScale(row.name, f"instances go from 1 to {MAX_INSTANCES}, not {count}")
    if memory is not None and not MIN_MEMORY <= memory <= MAX_MEMORY:
        raise CannotScale(row.name, f"memory goes from 32M to 64G, not {memory} bytes")
