"""AWS: RDS_* of Elastic Beanstalk, and a secret of Secrets Manager as JSON in one variable (Copilot, ECS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dotcloud.environment.formats.common import from_parts, from_variables, json_of, scheme_by_port, scheme_by_words
from dotcloud.environment.service import Found

_RDS = {
    "host": "RDS_HOSTNAME",
    "port": "RDS_PORT",
    "user": "RDS_USERNAME",
    "password": "RDS_PASSWORD",
    "database": "RDS_DB_NAME",
}
_SECRET = {"host": "host", "port": "port", "user": "username", "password": "password", "database": "dbname"}


def beanstalk(variables: Mapping[str, str]) -> Iterator[Found]:
    """The database coupled to an environment; its port tells which it is."""
    return from_variables("rds", scheme_by_port(variables.get("RDS_PORT", "")), variables, _RDS)


def secrets(variables: Mapping[str, str]) -> Iterator[Found]:
    """``<NAME>_SECRET={"engine", "host", "port", "username", "password", "dbname"}``, under any name."""
    for variable in sorted(variables):
        value = json_of(variables[variable]) if variables[variable].lstrip().startswith("{") else None
        if not isinstance(value, dict) or not {"engine", "host", "password"} <= value.keys():
            continue
        scheme = scheme_by_words(str(value["engine"]))
        if scheme:
            name = variable.removesuffix("_SECRET").lower()
            yield from_parts(name, scheme, {part: value.get(key) for part, key in _SECRET.items()}, (variable,))
