"""The ``config`` of a service, with the names it had in the days of uWSGI."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from dotcloud.buildfile.fields import Fields, did_you_mean
from dotcloud.buildfile.model import DATA_TYPES, Config
from dotcloud.buildfile.reader import plain

OLDEST_PYTHON = (3, 11)
RANGES = {"workers": (1, 64), "threads": (1, 128), "timeout": (1, 3600), "buffer_size": (1024, 1 << 20)}
KEYS = ("python_version", *RANGES, "healthcheck")
OLD_NAMES = {
    "uwsgi_processes": "workers",
    "uwsgi_harakiri": "timeout",
    "uwsgi_buffer_size": "buffer_size",
    "uwsgi_enable_threads": "threads",
}
# What `uwsgi_enable_threads: true` becomes: it was a switch, and threads are a number.
THREADS_WHEN_ENABLED = 4


def read_config(fields: Fields, kind: str, node: yaml.Node | None, path: str) -> Config:
    """Known keys checked, the others kept. The config of data and custom services is free."""
    if node is None:
        return Config()
    nodes = fields.mapping(node, path)
    known = {} if kind in DATA_TYPES else _known(fields, nodes, path, ("healthcheck",) if kind == "custom" else KEYS)
    taken = set() if kind == "custom" else {key for key in nodes if OLD_NAMES.get(key, key) in known}
    _find_typing_errors(fields, kind, nodes, path)
    return Config(**known, extra={key: plain(child) for key, child in nodes.items() if key not in taken})


def _known(fields: Fields, nodes: dict[str, yaml.Node], path: str, keys: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, node in nodes.items():
        name = OLD_NAMES.get(key, key)
        if name not in keys:
            continue
        if name in nodes and name != key:
            fields.wrong(f"{path}/{key}", node, f"is the old name of {name}, which is there too", "leave it out")
            continue
        value = _reader(fields, key, name)(node, f"{path}/{key}")
        found |= {} if value is None else {name: value}
    return found


def _reader(fields: Fields, key: str, name: str) -> Callable[[yaml.Node, str], Any]:
    if key == "uwsgi_enable_threads":
        return lambda node, path: THREADS_WHEN_ENABLED if fields.flag(node, path) else 1
    if name in RANGES:
        return lambda node, path: fields.number(node, path, *RANGES[name])
    if name == "python_version":
        return lambda node, path: _python_version(fields, node, path)
    return lambda node, path: _healthcheck(fields, node, path)


def _python_version(fields: Fields, node: yaml.Node, path: str) -> str | None:
    text = fields.text(node, path)
    if text is None:
        return None
    match = re.fullmatch(r"v?(\d+)\.(\d+)((?:\.\d+)?)", text)
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if not match:
        fields.wrong(path, node, f'"{text}" is not a Python version', f'write it as "{oldest}"')
    elif (int(match[1]), int(match[2])) < OLDEST_PYTHON or match[1] != "3":
        reason = f"Python {text.removeprefix('v')} is not run here: the hook library needs {oldest} or newer"
        fields.wrong(path, node, reason, f'write "{oldest}", or leave it out')
    else:
        return text.removeprefix("v")
    return None


def _healthcheck(fields: Fields, node: yaml.Node, path: str) -> str | None:
    text = fields.text(node, path)
    if text is None or re.fullmatch(r"/[!-~]*", text):
        return text
    fields.wrong(path, node, f'"{text}" is not the path of a URL', "write it as /health/")
    return None


def _find_typing_errors(fields: Fields, kind: str, nodes: dict[str, yaml.Node], path: str) -> None:
    """Unknown keys are kept, as they always were; but not those that are a slip of the finger."""
    if kind in DATA_TYPES or kind == "custom":
        return
    for key, node in nodes.items():
        if key not in (*KEYS, *OLD_NAMES) and (near := did_you_mean(key, (*KEYS, *OLD_NAMES), cutoff=0.8)):
            fields.wrong(f"{path}/{key}", node, "unknown key", near)
