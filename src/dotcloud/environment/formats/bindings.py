"""Kubernetes service bindings: one file per key (servicebinding.io, specification 1.1, "Workload Projection")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from dotcloud.environment.formats.common import completed, from_parts, from_url, scheme_by_words
from dotcloud.environment.service import Found, Problem, Service, kind_of

_KEYS = {"host": "host", "port": "port", "user": "username", "password": "password", "database": "database"}
KEYS = frozenset({"type", "uri", *_KEYS.values()})  # those that are read here, of the many a binding may have


def service_bindings(variables: Mapping[str, str]) -> Iterator[Found]:
    """``$SERVICE_BINDING_ROOT/<binding>/<key>``; a binding without ``type`` is none."""
    root = variables.get("SERVICE_BINDING_ROOT", "").rstrip("/")
    bindings: dict[str, dict[str, str]] = defaultdict(dict)
    for path in variables:
        if root and path.startswith(f"{root}/") and path.count("/") == root.count("/") + 2:
            binding, key = path.rsplit("/", 1)
            bindings[binding][key] = variables[path]
    for folder, keys in sorted(bindings.items()):
        yield from _binding(folder, keys)


def _binding(folder: str, keys: Mapping[str, str]) -> Iterator[Found]:
    name, scheme = folder.rpartition("/")[2].lower(), scheme_by_words(keys.get("type", ""))
    if not scheme:
        return
    by_url = list(from_url(name, keys["uri"], f"{folder}/uri", kind_of(scheme))) if "uri" in keys else []
    if "host" not in keys:
        yield from by_url
        return
    parts = {part: keys[key] for part, key in _KEYS.items() if key in keys}
    found = from_parts(name, scheme, parts, tuple(f"{folder}/{_KEYS[part]}" for part in parts))
    address = by_url[0] if by_url else None
    yield completed(found, address) if isinstance(found, Service) and isinstance(address, Service) else found
    yield from (problem for problem in by_url if isinstance(problem, Problem))
