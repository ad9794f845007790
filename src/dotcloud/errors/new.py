"""What goes wrong when a new project is made."""

from __future__ import annotations

import shlex
from pathlib import Path

from dotcloud.errors import DotcloudError


class BadProjectName(DotcloudError):
    """A name that can be no folder and no Python package."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} cannot be the name of a project.",
            "A name begins with a letter; letters, digits, - and _ follow.",
            "dotcloud new my-site",
        )


class TakenProjectName(DotcloudError):
    """A name that Python or a package of the site has already."""

    def __init__(self, name: str, identifier: str, owner: str) -> None:
        self.name = name
        self.owner = owner
        super().__init__(
            f"{name!r} cannot be the name of a project: {identifier} is {owner}.",
            "The project's own package could not be imported beside it.",
            f"dotcloud new {name}-site",
        )


class FolderExists(DotcloudError):
    """Something with that name is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} exists already.", "Nothing was written.", f"ls {shlex.quote(str(folder))}   or take another name"
        )


class CannotWriteProject(DotcloudError):
    """The folder around it refuses."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} cannot be written: {reason}.", "Nothing was left behind.", "cd to a folder of yours"
        )


class LibraryNotInstalled(DotcloudError):
    """This dotcloud was not installed as a distribution, or not whole."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The wheel of this dotcloud cannot be made: {reason}.",
            "A new project carries the library in its vendor/, and there is nothing to put there.",
            "python -m pip install --force-reinstall django-dotcloud",
        )


class LibraryNotBuilt(DotcloudError):
    """The build of the wheel from a checkout failed."""

    def __init__(self, checkout: Path, lines: list[str]) -> None:
        super().__init__(
            f"The wheel of this dotcloud could not be built from {checkout}.",
            "A new project carries the library in its vendor/, and there is nothing to put there.",
            f"python -m pip wheel --no-deps {shlex.quote(str(checkout))}",
            lines,
        )
