"""dotcloud.yml: text in, services out, or all its problems at once."""

from __future__ import annotations

from pathlib import Path

from dotcloud.buildfile.model import BuildFile, Config, Service
from dotcloud.buildfile.parse import parse
from dotcloud.buildfile.supervisord import Program, programs
from dotcloud.errors.buildfile import BuildFileError, NoBuildFile, Problem

NAME = "dotcloud.yml"

__all__ = ["NAME", "BuildFile", "Config", "Program", "Service", "load", "parse", "programs"]


def load(root: Path) -> BuildFile:
    """The build file of a tree. :raises NoBuildFile, BuildFileError:"""
    try:
        text = (root / NAME).read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise NoBuildFile(root) from None
    except UnicodeDecodeError as error:
        raise BuildFileError([Problem("", None, f"is not UTF-8 text (byte {error.start})")]) from None
    return parse(text)
