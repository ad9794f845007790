"""One value of the file at a time: what it has to be, and the problem when it is something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

import yaml

from dotcloud.buildfile.reader import is_null, kind_of, line_of, pairs
from dotcloud.errors.buildfile import Problem

TRUE = frozenset("true yes on 1".split())
FALSE = frozenset("false no off 0".split())


class Fields:
    """Reads values and gathers the problems; a value with a problem reads as ``None`` or is left out."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, path: str, node: yaml.Node | None, text: str, suggestion: str = "") -> None:
        self.problems.append(Problem(path, None if node is None else line_of(node), text, suggestion))

    def mapping(self, node: yaml.Node, path: str) -> dict[str, yaml.Node]:
        """Values by key. Keys are strings, whatever YAML takes them for."""
        if not isinstance(node, yaml.MappingNode):
            self.expected("a mapping", node, path, "write one line for each: name: value")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in pairs(node):
            if isinstance(key, yaml.ScalarNode):
                found[key.value] = value
            else:
                self.wrong(path, key, f"a key has to be a name, and is {kind_of(key)}")
        return found

    def text(self, node: yaml.Node, path: str) -> str | None:
        """A scalar as it was typed."""
        if not isinstance(node, yaml.ScalarNode) or is_null(node):
            self.expected("a string", node, path)
        elif "\0" in node.value:
            self.wrong(path, node, "holds a NUL character")
        else:
            return str(node.value)
        return None

    def command(self, node: yaml.Node, path: str) -> str | None:
        """A command line; an empty one is none."""
        text = self.text(node, path)
        return text.strip() or None if text is not None else None

    def number(self, node: yaml.Node, path: str, low: int, high: int) -> int | None:
        text = self.text(node, path)
        if text is None:
            return None
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        self.wrong(path, node, f'has to be a whole number from {low} to {high}, and is "{text}"')
        return None

    def flag(self, node: yaml.Node, path: str) -> bool | None:
        text = self.text(node, path)
        if text is None or text.lower() in TRUE | FALSE:
            return None if text is None else text.lower() in TRUE
        self.wrong(path, node, f'has to be true or false, and is "{text}"')
        return None

    def below(self, node: yaml.Node, path: str) -> str | None:
        """A path that stays below the folder of the file, without ``.`` and doubled slashes."""
        text = self.text(node, path)
        if text is None:
            return None
        parts = [part for part in text.split("/") if part not in ("", ".")]
        if text.startswith(("/", "~")) or ".." in parts or "\n" in text:
            self.wrong(path, node, f'"{text}" leads out of the project', "write it relative to dotcloud.yml")
            return None
        return "/".join(parts) or "."

    def strings(self, node: yaml.Node, path: str) -> tuple[str, ...]:
        """A list of strings, each of one line."""
        if not isinstance(node, yaml.SequenceNode):
            typed = f"- {node.value}" if isinstance(node, yaml.ScalarNode) and node.value else "- NAME"
            self.expected("a list", node, path, f"write each on a line of its own: {typed}")
            return ()
        found = []
        for index, child in enumerate(node.value):
            text = self.text(child, f"{path}/{index}")
            if text is not None and (not text.strip() or "\n" in text.strip()):
                self.wrong(f"{path}/{index}", child, "has to be one line that is not empty")
            elif text is not None:
                found.append(text.strip())
        return tuple(found)

    def named(
        self, node: yaml.Node, path: str, pattern: str, rule: str, read: Callable[[yaml.Node, str], str | None]
    ) -> dict[str, str]:
        """A mapping whose names follow a pattern; ``rule`` says it in words."""
        found = {}
        for name, child in self.mapping(node, path).items():
            value = read(child, f"{path}/{name}")
            if not re.fullmatch(pattern, name):
                self.wrong(f"{path}/{name}", child, f"the name has to be {rule}")
            elif value is not None:
                found[name] = value
        return found

    def expected(self, what: str, node: yaml.Node, path: str, suggestion: str = "") -> None:
        self.wrong(path, node, f"has to be {what}, and is {kind_of(node)}", suggestion)


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """``did you mean "python"?``, or nothing where nothing is near."""
    near = get_close_matches(word.lower(), list(known), n=1, cutoff=cutoff)
    return f'did you mean "{near[0]}"?' if near else ""
