"""The starter's files as those of a project with a name of its own. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath

from dotcloud.new.wheel import Wheel, is_program

STARTER = "dotcloud/starter/"
PLACEHOLDER = "myproject"
# Texts that a new project has in its own version: where they stand in this package -> in the project.
OWN = {"README.md": "README.md", "gitignore": ".gitignore"}
_FIRST_COMMENT = re.compile(r"\A(?:#.*\n)*")


@dataclass(frozen=True)
class File:
    """One file of a project; ``path`` is relative and posix."""

    path: str
    content: bytes

    @property
    def is_program(self) -> bool:
        return is_program(self.content)


def project_files(name: str, identifier: str, wheel: Wheel) -> Iterator[File]:
    """Every file of the project: the starter's from the wheel, its own texts, and the wheel itself."""
    for path, content in wheel.files(STARTER).items():
        yield _renamed(path, content, identifier, wheel.filename)
    for source, path in OWN.items():
        text = files("dotcloud.new").joinpath("files", source).read_text("utf-8")
        yield File(path, text.replace("{name}", name).replace("{identifier}", identifier).encode())
    yield File(f"vendor/{wheel.filename}", wheel.content)


def _renamed(path: str, content: bytes, identifier: str, wheel: str) -> File:
    """The vendored example is a package of its own and stays as it is."""
    if PurePosixPath(path).parts[0] == "vendor":
        return File(path, content)
    if path == "requirements.txt":
        content = requirements(content.decode(), wheel).encode()
    if path == "postinstall":  # here the library is the project itself, there a line of its requirements
        content = content.replace(b"pip install .", b"pip install -r requirements.txt")
    path = re.sub(rf"^{PLACEHOLDER}/", f"{identifier}/", path)
    return File(path, re.sub(rf"\b{PLACEHOLDER}\b", identifier, content.decode()).encode())


def requirements(text: str, wheel: str) -> str:
    """The starter's requirements and the hook library: a platform that is not ours does not supply it."""
    lines = _FIRST_COMMENT.sub("# What the deployed site installs. Packages under vendor/ need no line here.\n", text)
    return f"{lines}\n# The hook library: a wheel among the private packages.\n./vendor/{wheel}\n"
