"""``[program:x]`` sections of a supervisord.conf as processes. Its other sections were the platform's own business."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from configparser import Error, RawConfigParser, SectionProxy
from dataclasses import dataclass, field, replace

from dotcloud.buildfile.fields import FALSE, TRUE
from dotcloud.errors.buildfile import BuildFileError, Problem

FILE = "supervisord.conf"
SIGNALS = frozenset("TERM HUP INT QUIT KILL USR1 USR2".split())
MAX_PROCESSES = 64
# A process name is a file name too: that of its log.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Program:
    """One program, its ``%(…)s`` not filled in yet. ``None`` for the folder: the approot.

    See supervisord.org/configuration.html, ``[program:x]``.
    """

    command: str
    directory: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    numprocs: int = 1
    autostart: bool = True
    stopsignal: str = "TERM"
    process_name: str = "%(program_name)s"
    numprocs_start: int = 0

    def expanded(self, name: str, variables: Mapping[str, str], here: str = ".") -> dict[str, Program]:
        """One program per process, by process name, with everything filled in.

        :param variables: the process environment, for ``%(ENV_NAME)s``.
        :param here: the folder of the file, for ``%(here)s``.
        :raises BuildFileError: a ``%(…)s`` that means nothing, or two processes of one name.
        """
        known: dict[str, str | int] = {f"ENV_{key}": value for key, value in variables.items()}
        known |= {"program_name": name, "group_name": name, "here": here, "numprocs": self.numprocs}
        found = {}
        for number in range(self.numprocs_start, self.numprocs_start + self.numprocs):
            values = known | {"process_num": number}
            found[_fill(self.process_name, values, name)] = replace(
                self,
                command=_fill(self.command, values, name),
                directory=None if self.directory is None else _fill(self.directory, values, name),
                environment={key: _fill(value, values, name) for key, value in self.environment.items()},
                numprocs=1,
            )
        for process in found:
            if not NAME.fullmatch(process):
                _refuse(name, "process_name", f'gives "{process}"', "use letters, digits, _, . and -")
        if len(found) < self.numprocs:
            _refuse(name, "process_name", "does not tell its processes apart", "add %(process_num)02d to it")
        return found


def programs(text: str) -> dict[str, Program]:
    """The programs of a supervisord.conf, by name.

    :raises BuildFileError: with every problem.
    """
    parser = RawConfigParser(inline_comment_prefixes=(";",), strict=True)
    try:
        parser.read_string(text, FILE)
    except Error as error:
        raise BuildFileError([Problem("", getattr(error, "lineno", None), _told(error))], FILE) from None
    problems: list[Problem] = []
    found = {
        section.removeprefix("program:").strip(): _program(parser[section], problems)
        for section in parser.sections()
        if section.startswith("program:")
    }
    if problems:
        raise BuildFileError(problems, FILE)
    return found


def _told(error: Error) -> str:
    return " ".join(error.message.replace(f"{FILE!r}", FILE).split())


def _program(section: SectionProxy, problems: list[Problem]) -> Program:
    read = _Section(section, problems)
    if not NAME.fullmatch(section.name.removeprefix("program:").strip()):
        read.wrong("", "is not a name", "use letters, digits, _, . and -")
    command = " ".join(section.get("command", "").split())
    if not command:
        read.wrong("command", "is missing")
    return Program(
        command=command,
        directory=section.get("directory") or None,
        environment=read.environment(),
        numprocs=read.number("numprocs", 1, 1),
        autostart=read.choice("autostart", TRUE | FALSE, "true") in TRUE,
        stopsignal=read.choice("stopsignal", SIGNALS, "TERM"),
        process_name=section.get("process_name") or "%(program_name)s",
        numprocs_start=read.number("numprocs_start", 0, 0),
    )


@dataclass(frozen=True)
class _Section:
    section: SectionProxy
    problems: list[Problem]

    def wrong(self, key: str, text: str, suggestion: str = "") -> None:
        path = "/".join(filter(None, (self.section.name, key)))
        self.problems.append(Problem(path, None, text, suggestion))

    def number(self, key: str, default: int, low: int) -> int:
        text = self.section.get(key, str(default)).strip()
        if text.isascii() and text.isdigit() and low <= int(text) <= MAX_PROCESSES:
            return int(text)
        self.wrong(key, f'has to be a whole number from {low} to {MAX_PROCESSES}, and is "{text}"')
        return default

    def choice(self, key: str, known: frozenset[str], default: str) -> str:
        text = self.section.get(key, default).strip()
        for word in (text.lower(), text.upper().removeprefix("SIG")):
            if word in known:
                return word
        self.wrong(key, f'"{text}" is not one of {", ".join(sorted(known))}')
        return default

    def environment(self) -> dict[str, str]:
        """``A="1",B="two"``, over several lines where it likes."""
        lexer = shlex.shlex(self.section.get("environment", ""), posix=True)
        lexer.wordchars += "/.+-():@%$*~"
        lexer.commenters = ""
        try:
            words = list(lexer)
        except ValueError as error:
            self.wrong("environment", str(error), 'write it as NAME="value",OTHER="value"')
            return {}
        return self._pairs(words)

    def _pairs(self, words: list[str]) -> dict[str, str]:
        found = {}
        while words:
            if len(words) < 3 or words[1] != "=" or (len(words) > 3 and words[3] != ","):
                self.wrong("environment", f'"{words[0]}" has no value', 'write it as NAME="value",OTHER="value"')
                return {}
            found[words[0]] = words[2]
            del words[:4]
        return found


def _fill(text: str, values: Mapping[str, str | int], name: str) -> str:
    try:
        return text % values
    except KeyError as error:
        _refuse(name, f"%({error.args[0]})s", "means nothing here", "write %% for a plain per cent sign")
    except (ValueError, TypeError) as error:
        _refuse(name, text, f"cannot be filled in: {error}", "write %% for a plain per cent sign")
    raise AssertionError


def _refuse(name: str, key: str, text: str, suggestion: str) -> None:
    raise BuildFileError([Problem(f"program:{name}/{key}", None, text, suggestion)], FILE)
