"""[tool.poetry] in the words of the standards: caret and tilde ranges become PEP 440, dependencies PEP 508."""

from __future__ import annotations

import re
from typing import Any

from dotcloud.vendor.package import Metadata


def metadata(poetry: dict[str, Any], source: str | None) -> Metadata:
    """The metadata of a project that Poetry alone describes."""
    dependencies = poetry.get("dependencies")
    dependencies = dict(dependencies) if isinstance(dependencies, dict) else {}
    python = dependencies.pop("python", None)
    requires = [line for name, value in dependencies.items() for line in requirements(name, value)]
    return Metadata(
        name=str(poetry["name"]) if poetry.get("name") else None,
        version=None if source or not poetry.get("version") else str(poetry["version"]),
        requires_python=specifier(python) if isinstance(python, str) else None,
        requires=tuple(requires),
        version_source=source,
    )


def requirements(name: str, value: Any) -> list[str]:
    """One dependency as PEP 508 lines: none for an optional one, several for a list of constraints."""
    if isinstance(value, list):
        return [line for item in value for line in requirements(name, item)]
    if isinstance(value, str):
        return [name + specifier(value)]
    if not isinstance(value, dict) or value.get("optional"):
        return []
    extras = f"[{','.join(map(str, value['extras']))}]" if value.get("extras") else ""
    return [name + extras + specifier(str(value.get("version") or "*")) + _marker(value)]


def _marker(value: dict[str, Any]) -> str:
    markers = [str(value["markers"])] if value.get("markers") else []
    if value.get("python"):
        markers += [f"python_version {clause}" for clause in _quoted(specifier(str(value["python"])))]
    return " ; " + " and ".join(f"({marker})" for marker in markers) if markers else ""


def _quoted(specifiers: str) -> list[str]:
    clauses = [re.match(r"([<>=!~]+)(.+)", clause) for clause in specifiers.split(",")]
    return [f'{clause[1]} "{clause[2]}"' for clause in clauses if clause]


def specifier(constraint: str) -> str:
    """``^1.2`` -> ``>=1.2,<2.0``. Alternatives (``||``) cannot be said in PEP 440: their lowest bound is kept."""
    first = re.split(r"\s*\|\|?\s*", constraint.strip())
    if len(first) > 1:
        lower = re.match(r">=[^,]+", specifier(first[0]))
        return lower[0] if lower else ""
    parts = re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", constraint.strip())
    return ",".join(filter(None, (_clause(re.sub(r"\s+", "", part)) for part in parts)))


def _clause(part: str) -> str:
    if part in ("", "*"):
        return ""
    if part[0] == "^":
        return f">={part[1:]},<{_above(part[1:], _caret_position(part[1:]))}"
    if part[0] == "~" and not part.startswith("~="):
        return f">={part[1:]},<{_above(part[1:], min(1, part.count('.')))}"
    if part[0].isdigit():
        return f"=={part}"
    return f"=={part[1:]}" if re.match(r"=[^=]", part) else part


def _numbers(version: str) -> list[int]:
    release = re.match(r"\d+(\.\d+)*", version)
    return [int(number) for number in release[0].split(".")] if release else [0]


def _caret_position(version: str) -> int:
    """The first number that is not zero: the one a caret keeps."""
    numbers = _numbers(version)
    return next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)


def _above(version: str, position: int) -> str:
    numbers = _numbers(version)[: position + 1]
    numbers += [0] * (position + 1 - len(numbers))
    numbers[-1] += 1
    return ".".join(map(str, numbers + [0] * (len(numbers) == 1)))
