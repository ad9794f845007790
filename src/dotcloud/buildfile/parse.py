"""The services of dotcloud.yml: every key, checked against the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from dotcloud.buildfile.config import read_config
from dotcloud.buildfile.fields import Fields, did_you_mean
from dotcloud.buildfile.model import CODE_TYPES, DATA_TYPES, TYPES, WEB_PROCESS, WEB_TYPES, BuildFile, Service
from dotcloud.buildfile.reader import compose, plain
from dotcloud.buildfile.retired import RETIRED
from dotcloud.errors.buildfile import BuildFileError, Problem

MAX_INSTANCES = 64
PROTOCOLS = ("http", "tcp", "udp")
COMMANDS = ("prebuild", "postbuild", "postinstall", "process")
CODE_ONLY = (*COMMANDS, "processes", "ports", "systempackages", "requirements", "buildscript")
KEYS = ("type", "approot", "environment", "config", "instances", *CODE_ONLY)

SERVICE_NAME = re.compile(r"[a-z0-9_]{1,16}")
VARIABLE_NAME = r"[A-Za-z][A-Za-z0-9_]*"
PROCESS_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}"
PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+~:-]+)?")


def parse(text: str) -> BuildFile:
    """The services a build file names.

    :raises BuildFileError: with every problem, in the order of the file.
    """
    fields = Fields()
    root = compose(text)
    services = {} if root is None else _services(fields, root)
    if not services and not fields.problems:
        fields.wrong("", None, "it names no service", "write for example: www: {type: python}")
    if fields.problems:
        raise BuildFileError(sorted(fields.problems, key=_place))
    return BuildFile(services)


def _place(problem: Problem) -> tuple[int, str]:
    return problem.line or 0, problem.path


def _services(fields: Fields, root: yaml.Node) -> dict[str, Service]:
    if not isinstance(root, yaml.MappingNode) and root.value:
        fields.expected("a mapping of services", root, "", "write for example: www: {type: python}")
        return {}
    services = {}
    for name, node in (fields.mapping(root, "") if root.value else {}).items():
        if not SERVICE_NAME.fullmatch(name):
            rule = "a service's name is 1 to 16 of a-z, 0-9 and _"
            fields.wrong(name, node, rule, _better_name(name))
        services[name] = _service(fields, name, node)
    return services


def _better_name(name: str) -> str:
    better = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:16]
    return f'for example "{better}"' if better else ""


def _service(fields: Fields, name: str, node: yaml.Node) -> Service:
    nodes = fields.mapping(node, name)
    kind = _type(fields, name, node, nodes.get("type"))
    _refuse_what_does_not_fit(fields, name, kind, nodes)
    values: dict[str, Any] = {}
    for key, child in nodes.items():
        if key in KEYS and key not in ("type", "config"):
            value = _value(fields, key, child, f"{name}/{key}")
            values |= {} if value is None else {key: value}
    return Service(
        name=name,
        type=kind,
        config=read_config(fields, kind, nodes.get("config"), f"{name}/config"),
        extra={key: plain(child) for key, child in nodes.items() if key not in KEYS},
        **values,
    )


def _type(fields: Fields, name: str, service: yaml.Node, node: yaml.Node | None) -> str:
    path = f"{name}/type"
    if node is None:
        if isinstance(service, yaml.MappingNode):
            fields.wrong(path, service, "is missing", f"one of {', '.join(TYPES)}")
        return ""
    kind = fields.text(node, path) or ""
    if kind in RETIRED:
        fields.wrong(path, node, f'there is no service "{kind}" here: {RETIRED[kind][0]}', RETIRED[kind][1])
    elif kind and kind not in TYPES:
        known = did_you_mean(kind, (*TYPES, *RETIRED)) or f"one of {', '.join(TYPES)}"
        fields.wrong(path, node, f'unknown service "{kind}"', known)
    return kind if kind in TYPES else ""


def _value(fields: Fields, key: str, node: yaml.Node, path: str) -> Any:
    if key in COMMANDS:
        return fields.command(node, path)
    if key in ("approot", "buildscript"):
        return fields.below(node, path)
    if key == "requirements":
        return _requirements(fields, node, path)
    if key == "systempackages":
        return _packages(fields, node, path)
    if key == "instances":
        return fields.number(node, path, 1, MAX_INSTANCES)
    if key == "environment":
        return _environment(fields, node, path)
    if key == "ports":
        return _ports(fields, node, path)
    return _processes(fields, node, path)


def _processes(fields: Fields, node: yaml.Node, path: str) -> dict[str, str]:
    def command(child: yaml.Node, inner: str) -> str | None:
        if (text := fields.text(child, inner)) is not None and not text.strip():
            fields.wrong(inner, child, "is empty", "write the command that it runs, or leave it out")
        return text

    found = fields.named(node, path, PROCESS_NAME, "1 to 32 letters, digits, _, . and -", command)
    if len({name.lower() for name in found}) < len(found):
        fields.wrong(path, node, "two names differ in case alone", "choose another name for one of them")
    return found


def _requirements(fields: Fields, node: yaml.Node, path: str) -> tuple[str, ...]:
    found = fields.strings(node, path)
    for text in found:
        if text.startswith("-"):
            fields.wrong(path, node, f'"{text}" is an option', "options go into requirements.txt")
    return found


def _packages(fields: Fields, node: yaml.Node, path: str) -> tuple[str, ...]:
    found = fields.strings(node, path)
    for text in found:
        if not PACKAGE_NAME.fullmatch(text):
            fields.wrong(path, node, f'"{text}" is not the name of a system package')
    return found


def _environment(fields: Fields, node: yaml.Node, path: str) -> dict[str, str]:
    def value(child: yaml.Node, inner: str) -> str | None:
        if inner.rpartition("/")[2].upper().startswith("DOTCLOUD_"):
            fields.wrong(inner, child, "names that start with DOTCLOUD_ belong to the platform", "choose another name")
        return fields.text(child, inner)

    return fields.named(node, path, VARIABLE_NAME, "a letter, then letters, digits and _", value)


def _ports(fields: Fields, node: yaml.Node, path: str) -> dict[str, str]:
    def protocol(child: yaml.Node, inner: str) -> str | None:
        text = fields.text(child, inner)
        if text is not None and text not in PROTOCOLS:
            near = did_you_mean(text, PROTOCOLS) or "one of http, tcp, udp"
            fields.wrong(inner, child, f'unknown protocol "{text}"', near)
        return text

    found = fields.named(node, path, VARIABLE_NAME, "a letter, then letters, digits and _", protocol)
    if len({name.upper() for name in found}) < len(found):
        fields.wrong(path, node, "two names differ in case alone, and both would be the same PORT_ variable")
    if list(found.values()).count("http") > 1:
        fields.wrong(path, node, "more than one port is http", "make the others tcp, or services of their own")
    return found


def _refuse_what_does_not_fit(fields: Fields, name: str, kind: str, nodes: Mapping[str, yaml.Node]) -> None:
    if "process" in nodes and "processes" in nodes:
        fields.wrong(f"{name}/process", nodes["process"], "stands beside processes", "move it into processes")
    for key in nodes:
        path = f"{name}/{key}"
        if key not in KEYS and kind != "custom" and (near := did_you_mean(key, KEYS, cutoff=0.8)):
            fields.wrong(path, nodes[key], "unknown key", near)
        elif kind in DATA_TYPES and key in CODE_ONLY:
            fields.wrong(path, nodes[key], f"a {kind} service runs no code of yours", "move it to a code service")
        elif key == "buildscript" and kind in CODE_TYPES and kind != "custom":
            fields.wrong(path, nodes[key], "only a custom service has one", "use prebuild or postbuild")
    _refuse_second_http(fields, name, kind, nodes)
    _refuse_second_site(fields, name, kind, nodes)
    if kind in DATA_TYPES and "instances" in nodes and getattr(nodes["instances"], "value", "1") != "1":
        fields.wrong(f"{name}/instances", nodes["instances"], f"a {kind} service has one instance", "leave it out")


def _refuse_second_http(fields: Fields, name: str, kind: str, nodes: Mapping[str, yaml.Node]) -> None:
    ports = nodes.get("ports")
    if kind not in WEB_TYPES or not isinstance(ports, yaml.MappingNode):
        return
    for port, protocol in ports.value:
        if protocol.value == "http":
            path = f"{name}/ports/{port.value}"
            fields.wrong(path, protocol, f"a {kind} service answers HTTP already", "leave it out, or make it tcp")


def _refuse_second_site(fields: Fields, name: str, kind: str, nodes: Mapping[str, yaml.Node]) -> None:
    """A single ``process`` has the name of its service."""
    named = {f"{name}/process": (name, nodes["process"])} if "process" in nodes else {}
    processes = nodes.get("processes")
    if isinstance(processes, yaml.MappingNode):
        named |= {f"{name}/processes/{key.value}": (str(key.value), node) for key, node in processes.value}
    for path, (process, node) in named.items():
        if kind in WEB_TYPES and process.lower() == WEB_PROCESS:
            fields.wrong(
                path,
                node,
                f'"{WEB_PROCESS}" is the process that answers HTTP',
                "write it below processes, as another name",
            )
