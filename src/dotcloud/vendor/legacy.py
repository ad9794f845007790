"""setup.cfg and setup.py as values. setup.py is read, never run: only what is written literally counts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dotcloud.vendor.package import Metadata
from dotcloud.vendor.pyproject import Read, requirement_lines, text, version_of_attribute

if TYPE_CHECKING:
    from configparser import RawConfigParser

UNKNOWN = object()  # a value that only running setup.py could tell


def from_setup_cfg(source: str, read: Read) -> Metadata:
    """``[metadata]`` and ``[options]`` of a setup.cfg; a broken one says nothing."""
    if not source:
        return Metadata()
    parser = _parsed(source)
    section = dict(parser["metadata"]) if parser.has_section("metadata") else {}
    options = dict(parser["options"]) if parser.has_section("options") else {}
    folders = ("", "src", *_package_dir(options.get("package_dir", "")))
    requires = options.get("install_requires")
    return Metadata(
        name=text(section.get("name", "").strip()),
        version=_cfg_version(section.get("version", "").strip(), read, folders),
        requires_python=text(options.get("python_requires", "").strip()),
        requires=None if requires is None else _cfg_requires(requires, read),
        version_source="versioneer" if parser.has_section("versioneer") else None,
    )


def _parsed(source: str) -> RawConfigParser:
    """The sections of a setup.cfg; none of a broken one."""
    import configparser

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(source)
    except configparser.Error:
        return configparser.RawConfigParser()
    return parser


def _package_dir(value: str) -> tuple[str, ...]:
    return tuple(line.partition("=")[2].strip() for line in value.splitlines() if line.strip().startswith("="))


def _cfg_version(value: str, read: Read, folders: tuple[str, ...]) -> str | None:
    if value.startswith("attr:"):
        return version_of_attribute(value.removeprefix("attr:").strip(), read, folders)
    if value.startswith("file:"):
        return (read(value.removeprefix("file:").strip()) or "").strip() or None
    return value or None


def _cfg_requires(value: str, read: Read) -> tuple[str, ...] | None:
    if value.strip().startswith("file:"):
        return requirement_lines(read(value.strip().removeprefix("file:").strip()))
    return requirement_lines(value)


def scm_settings(source: str, read: Read) -> dict[str, Any]:
    """``use_scm_version={...}`` of setup.py, or ``[versioneer]`` of setup.cfg."""
    if source == "versioneer":
        parser = _parsed(read("setup.cfg") or "")
        return {key.lower(): value for key, value in parser.items("versioneer")} if "versioneer" in parser else {}
    try:
        module = ast.parse(read("setup.py") or "")
    except (SyntaxError, ValueError, RecursionError):
        return {}
    value = _setup_keywords(module, _constants(module)).get("use_scm_version")
    return {key: item for key, item in value.items() if item is not UNKNOWN} if isinstance(value, dict) else {}


def from_setup_py(source: str) -> tuple[Metadata, frozenset[str]]:
    """The literal keyword arguments of ``setup()``, and the names of those that only running it could tell."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return Metadata(), frozenset(("name", "version", "python_requires", "install_requires"))
    names = _constants(module)
    keywords = _setup_keywords(module, names)
    unknown = frozenset(name for name, value in keywords.items() if value is UNKNOWN)
    requires = keywords.get("install_requires")
    requires = requires.splitlines() if isinstance(requires, str) else requires
    known_requires = isinstance(requires, (list, tuple)) and all(isinstance(item, str) for item in requires)
    metadata = Metadata(
        name=text(keywords.get("name")),
        version=text(keywords.get("version")),
        requires_python=text(keywords.get("python_requires")),
        requires=requirement_lines("\n".join(requires)) if known_requires and requires is not None else None,
        version_source=_version_source(keywords, module),
    )
    return metadata, unknown


def _version_source(keywords: dict[str, Any], module: ast.Module) -> str | None:
    if keywords.get("use_scm_version"):
        return "setuptools-scm"
    if keywords.get("pbr"):
        return "pbr"
    if keywords.get("version") is UNKNOWN and _mentions(module, "versioneer"):
        return "versioneer"
    return None


def _mentions(module: ast.Module, name: str) -> bool:
    imports = [node for node in module.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return any(alias.name.split(".")[0] == name for node in imports for alias in node.names)


def _constants(module: ast.Module) -> dict[str, Any]:
    """The names assigned once, at the top of the module, to something literal."""
    names: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            names[name] = UNKNOWN if name in names else _value(node.value, names)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names[node.target.id] = _value(node.value, names)
    return names


def _setup_keywords(module: ast.Module, names: dict[str, Any]) -> dict[str, Any]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called_name(node) == "setup":
            return _keywords(node, names)
    return {}


def _called_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _keywords(call: ast.Call, names: dict[str, Any]) -> dict[str, Any]:
    keywords: dict[str, Any] = {}
    for keyword in call.keywords:
        value = _value(keyword.value, names)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, dict):
            keywords.update(value)
    return keywords


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """The value of a literal expression; sums, names of constants and ``dict(...)`` included."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id, UNKNOWN)
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [_value(item, names) for item in node.elts]
        return UNKNOWN if any(item is UNKNOWN for item in items) else items
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {key.value: _value(value, names) for key, value in pairs if isinstance(key, ast.Constant)}
    if isinstance(node, ast.Call) and _called_name(node) == "dict" and not node.args:
        return _keywords(node, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(_value(node.left, names), _value(node.right, names))
    return UNKNOWN


def _sum(left: Any, right: Any) -> Any:
    same = type(left) is type(right) and isinstance(left, (str, list))
    return left + right if same else UNKNOWN
