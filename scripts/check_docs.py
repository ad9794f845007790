"""The documentation against the repository: links lead somewhere, commands and options exist, Python is Python.

Checks every ``*.md`` file at the root, in ``docs/`` and in ``vendor/``. Nothing is run.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from dotcloud import output
from dotcloud.cli import dotcloud

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("*.md", "docs/**/*.md", "vendor/README.md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
COMMAND = re.compile(r"^ *(?:\$ )?((?:\.venv/bin/)?dotcloud|make) (.+)$", re.MULTILINE)
INLINE = re.compile(r"`(dotcloud|make) ([^`]+)`")


def problems(page: Path, text: str) -> Iterator[str]:
    """What is wrong with one page, one line each."""
    prose = FENCE.sub("", text)
    for target in LINK.findall(prose):
        if "://" not in target and not target.startswith("mailto:") and not leads_somewhere(page, target):
            yield f"the link {target} leads nowhere"
    for language, code in blocks(text):
        if language == "python" and (error := python_error(code)):
            yield f"the Python example is none: {error}"
        if language == "json" and (error := json_error(code)):
            yield f"the JSON example is none: {error}"
    said = [code for language, code in blocks(text) if language in ("", "sh", "shell", "console")]
    for program, line in [*(found for code in said for found in COMMAND.findall(code)), *INLINE.findall(prose)]:
        if error := command_error(program, line):
            yield f"{program} {line}: {error}"


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """(language, code) of every fenced block, and of every indented one with no language."""
    for indent, language, code in FENCE.findall(text):
        yield language, re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
    for code in INDENTED.findall(FENCE.sub("", text)):
        yield "", textwrap.dedent(code)


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return False
    return not anchor or anchor in {slug(heading) for heading in HEADING.findall(FENCE.sub("", file.read_text()))}


def slug(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def python_error(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    return ""


def json_error(code: str) -> str:
    try:
        json.loads(code)
    except ValueError as error:
        return str(error)
    return ""


def command_error(program: str, line: str) -> str:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        return str(error)
    words = words[: next((at for at, word in enumerate(words) if word in ("&&", "||", "|", ";", ">")), len(words))]
    return make_error(words) if program == "make" else dotcloud_error(words)


def make_error(words: list[str]) -> str:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    wrong = [word for word in words if "=" not in word and word not in targets]
    return f"there is no target {wrong[0]}" if wrong else ""


def dotcloud_error(words: list[str]) -> str:
    """Whether every command and option on a command line exists; an option may stand in the brackets of a usage."""
    command: click.Command = dotcloud
    words = [word.strip("[]….,") for word in words[: words.index("--") if "--" in words else None]]
    for word in words:
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            if found is None:
                return f"there is no command {word}"
            command = found
        elif word.startswith("-") and word.partition("=")[0] not in options(command):
            return f"there is no option {word}"
    return ""


def options(command: click.Command) -> set[str]:
    return {"-h", "--help", *(option for parameter in command.params for option in parameter.opts)}


def main() -> int:
    pages = sorted({page for pattern in PAGES for page in ROOT.glob(pattern)})
    found = [(page, problem) for page in pages for problem in problems(page, page.read_text())]
    for page, problem in found:
        output.say(f"{page.relative_to(ROOT)}: {problem}")
    output.step("docs", f"{len(pages)} pages, {len(found)} problems", colour="red" if found else "green")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
