"""Where variables come from: the process, environment.json, and the files that variables point to."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotcloud.environment.formats.bindings import KEYS
from dotcloud.environment.platforms import recognise
from dotcloud.errors.environment import EnvironmentFileError, ValueFileError

FILE_NAME = "environment.json"
FILE_VARIABLE = "DOTCLOUD_ENVIRONMENT_FILE"
PROCESS = "the process"
PLATFORM_HOME = "/home/dotcloud"  # dotCloud documentation, "The environment file"
_PROJECT_MARKS = ("manage.py", "dotcloud.yml")
_LARGEST = 1 << 20  # octets; nothing we read is near it
# The names that may have a file in their place (docker-library's convention): NAME_FILE holds the path.
_IN_FILE = re.compile(r"(.*(?:URL|URI|DSN|PASSWORD|SECRET_KEY)|(?:POSTGRES|MYSQL)_(?:USER|DB|DATABASE))_FILE")


class Variables(Mapping[str, str]):
    """Names and values with the place each came from. ``repr`` shows names alone."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._origins: dict[str, str] = {}

    def add(self, values: Mapping[str, str], origin: str) -> None:
        """Later values stand over earlier ones."""
        for name, value in values.items():
            self._values[name] = value
            self._origins[name] = origin

    def origin(self, name: str) -> str:
        """``the process``, or the path of a file; ``""`` for a name that is not set."""
        return self._origins.get(name, "")

    def count(self, origin: str) -> int:
        """How many values come from there."""
        return sum(place == origin for place in self._origins.values())

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Variables({sorted(self._values)})"


def collect(environ: Mapping[str, str], file: str | None, project: Path | None) -> tuple[Variables, str]:
    """All variables, and the path of the environment.json that was read (``""``: none).

    :raises EnvironmentFileError: for a file that is named but missing, unreadable, not JSON or not an object.
    :raises ValueFileError: for a file with the value of one variable that is missing or no text.
    """
    variables = Variables()
    path = _environment_file(environ, file, project)
    if path:
        variables.add(parse_object(_text(path), path), path)
    variables.add(environ, PROCESS)
    _read_references(variables)
    _read_bindings(variables)
    return variables, path


def project_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of manage.py or dotcloud.yml: upward from the settings module where it is loaded, then from here."""
    settings = sys.modules.get(environ.get("DJANGO_SETTINGS_MODULE", ""))
    starts = [os.path.dirname(os.path.abspath(settings.__file__))] if settings and settings.__file__ else []
    for start in [*starts, os.getcwd()]:
        for folder in (start, *map(str, Path(start).parents)):
            if any(os.path.exists(os.path.join(folder, mark)) for mark in _PROJECT_MARKS):
                return Path(folder)
    return None


def parse_object(text: str, path: str) -> dict[str, str]:
    """One flat JSON object as variables: numbers and booleans as text, ``null`` left out, the rest as JSON.

    :raises EnvironmentFileError: the sentence gives a line and a column, never the text there.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise EnvironmentFileError(
            path, f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except (ValueError, RecursionError):
        raise EnvironmentFileError(path, "is not JSON that can be read") from None
    if not isinstance(value, dict):
        raise EnvironmentFileError(path, "holds no JSON object")
    return {name: _as_text(item) for name, item in value.items() if item is not None}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _environment_file(environ: Mapping[str, str], file: str | None, project: Path | None) -> str:
    """The one file to read: named, the platform's, or on a laptop the developer's own."""
    named = file or environ.get(FILE_VARIABLE, "")
    if named:
        return os.path.abspath(named)
    homes = [folder for folder in (environ.get("HOME", ""), PLATFORM_HOME) if folder]
    for folder in homes:
        path = os.path.join(folder, FILE_NAME)
        if os.path.isfile(path):
            return path
    own = os.path.join(project, FILE_NAME) if project and not recognise(environ) else ""
    return own if own and os.path.isfile(own) else ""


def _text(path: str, variable: str = "") -> str:
    """The text of environment.json or, where a variable points to the file, that of one value."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # editors on Windows begin a file with a byte order mark
            return file.read(_LARGEST)
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        why = "is not UTF-8 text"
    raise ValueFileError(variable, path, why) if variable else EnvironmentFileError(path, why)


def _read_references(variables: Variables) -> None:
    """``POSTGRES_PASSWORD_FILE=/run/secrets/x``: the file's text stands for the variable, unless that is set too."""
    for name in [*variables]:
        match = _IN_FILE.fullmatch(name)
        target = "VCAP_SERVICES" if name == "VCAP_SERVICES_FILE_PATH" else match[1] if match else ""
        if target and variables[name] and not variables.get(target):
            path = variables[name]
            variables.add({target: _text(path, name).rstrip("\r\n")}, path)


def _read_bindings(variables: Variables) -> None:
    """One file per key under ``$SERVICE_BINDING_ROOT/<binding>/`` (servicebinding.io); its path is the name.

    Certificates, private keys and key stores stand there too, some of them no text: they are left alone.
    """
    root = variables.get("SERVICE_BINDING_ROOT", "")
    if not os.path.isdir(root):
        return
    for binding in sorted(entry.path for entry in os.scandir(root) if entry.is_dir()):
        for key in sorted(entry.path for entry in os.scandir(binding) if entry.name in KEYS and entry.is_file()):
            variables.add({key: _text(key, "SERVICE_BINDING_ROOT").rstrip("\r\n")}, key)
