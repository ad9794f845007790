"""The variables of an instance, and the two files that carry them (docs/environment.md). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dotcloud.buildfile import Service


def instance_variables(
    application: str,
    environment: str,
    service: Service,
    instance: int,
    shared: Mapping[str, str],
    own_ports: Mapping[str, int],
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """Everything one instance sees.

    :param shared: the generated variables of all services; URLs without our prefix may be overridden by a person.
    :param own_ports: ports this instance has to bind: name to number.
    :param chosen: what was set with ``dotcloud env set``; it wins over the build file.
    """
    generated = {
        **{name: value for name, value in shared.items() if name.startswith("DOTCLOUD_")},
        **{f"PORT_{name.upper()}": str(port) for name, port in own_ports.items()},
        "DOTCLOUD_PROJECT": application,
        "DOTCLOUD_ENVIRONMENT": environment,
        "DOTCLOUD_FLAVOR": "live",
        "DOTCLOUD_SERVICE_NAME": service.name,
        "DOTCLOUD_SERVICE_ID": str(instance),
    }
    overridable = {name: value for name, value in shared.items() if not name.startswith("DOTCLOUD_")}
    return dict(sorted({**overridable, **service.environment, **chosen, **generated}.items()))


def as_json(variables: Mapping[str, str]) -> str:
    """``environment.json``: one pair a line, one space after the colon (scripts of the time read it with sed)."""
    return json.dumps(dict(variables), indent=4) + "\n"


def as_yaml(variables: Mapping[str, str]) -> str:
    """``environment.yml``: JSON strings are YAML strings."""
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in variables.items())
