"""YAML as nodes that know their lines: the text of every scalar as it was typed (3.10 stays 3.10).

Loading it the usual way would forget the lines, keep the last of two equal keys and turn versions into numbers.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from dotcloud.errors.buildfile import BuildFileError, Problem

MAX_NODES = 10_000
_KINDS = {"map": "a mapping", "seq": "a list", "str": "a string", "int": "a number", "float": "a number"}
_CONSTRUCTOR = yaml.constructor.SafeConstructor()


def compose(text: str) -> yaml.Node | None:
    """The document as nodes; ``None`` where there is none.

    :raises BuildFileError: it is not YAML, or it holds a key or a document too many.
    """
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        root = documents[0] if documents else None
        advice = "a second document begins", "leave out the line ---"
        problems = [Problem("", line_of(other), *advice) for other in documents[1:]]
        _check(root, "", [], problems)
    except yaml.MarkedYAMLError as error:
        raise BuildFileError([_syntax_problem(text, error)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BuildFileError([Problem("", line, f"the character U+{_code(error):04X} cannot be in YAML")]) from None
    except RecursionError:
        raise BuildFileError([Problem("", None, "it is nested too deeply")]) from None
    if problems:
        raise BuildFileError(problems)
    return root


def _code(error: yaml.reader.ReaderError) -> int:
    character: int | str = error.character
    return ord(character) if isinstance(character, str) else character


def _syntax_problem(text: str, error: yaml.MarkedYAMLError) -> Problem:
    lines = text.splitlines()
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else None
    near = range(max(number - 2, 0), min(number, len(lines))) if number else range(0)
    for index in near:
        if "\t" in re.match(r"\s*", lines[index])[0]:  # type: ignore[index]  # it matches nothing as well
            return Problem("", index + 1, "a tab indents this line", "indent with spaces: YAML knows no tabs")
    return Problem("", number, f"it is not YAML: {error.problem or error.context}", _advice(error.problem or ""))


def _advice(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "look for a wrong indentation, or put the value in quotes"
    if "could not find expected ':'" in problem:
        return "look for a key without a colon"
    if "expected <block end>" in problem or "block mapping" in problem:
        return "the lines of one section have to start in the same column"
    if "undefined alias" in problem or "cannot start any token" in problem:
        return "put the value in quotes"
    return ""


def _check(node: yaml.Node | None, path: str, above: list[yaml.Node], problems: list[Problem]) -> int:
    """Find keys that are there twice; refuse aliases that lead back or unfold without end. Returns the node count."""
    if isinstance(node, yaml.ScalarNode) or node is None:
        return 1
    if node in above:
        raise yaml.MarkedYAMLError(problem="an alias leads back to itself", problem_mark=node.start_mark)
    above.append(node)
    count = 1
    first: dict[str, yaml.Node] = {}
    # A list has no keys: its items stand for themselves, and no name is found in them.
    for key, child in node.value if isinstance(node, yaml.MappingNode) else ((node, child) for child in node.value):
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        inner = f"{path}/{name}" if path else name
        if name and name != "<<" and first.setdefault(name, key) is not key:
            problems.append(Problem(inner, line_of(key), "is there twice", f"first in line {line_of(first[name])}"))
        count += _check(child, inner, above, problems)
        if count > MAX_NODES:
            raise yaml.MarkedYAMLError(problem="it is too large", problem_mark=node.start_mark)
    above.pop()
    return count


def pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping, with those merged in by ``<<``. :raises BuildFileError: that is no mapping."""
    try:
        _CONSTRUCTOR.flatten_mapping(node)
    except yaml.MarkedYAMLError as error:
        raise BuildFileError([Problem("", line_of(node), f"<<: {error.problem}")]) from None
    found: list[tuple[yaml.Node, yaml.Node]] = node.value
    return found


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def kind_of(node: yaml.Node) -> str:
    """What a node is, for a sentence: ``a list``, ``nothing``."""
    tag = node.tag.rpartition(":")[2]
    return "nothing" if tag == "null" else _KINDS.get(tag, f"a {tag}")


def is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def plain(node: yaml.Node) -> Any:
    """A node as JSON would have it; scalars without a JSON type (dates, nan) keep their text."""
    if isinstance(node, yaml.SequenceNode):
        return [plain(child) for child in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): plain(child) for key, child in pairs(node)}
    return _scalar(node)


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    if node.tag.rpartition(":")[2] not in ("null", "bool", "int", "float"):
        return str(node.value)
    try:
        value: int | float | bool | None = _CONSTRUCTOR.construct_object(node)
    except (ValueError, yaml.YAMLError):
        return str(node.value)
    return str(node.value) if isinstance(value, float) and not math.isfinite(value) else value
