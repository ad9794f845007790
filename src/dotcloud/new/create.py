"""From a name to a folder that ``./postinstall`` and git know what to do with."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dotcloud.errors.new import CannotWriteProject, FolderExists
from dotcloud.new import repository
from dotcloud.new.library import library_wheel
from dotcloud.new.names import identifier_of
from dotcloud.new.starter import File, project_files


@dataclass(frozen=True)
class Created:
    """What was made: the folder, how many files, the wheel in vendor/, and what git has of it, in a sentence."""

    folder: Path
    files: int
    wheel: str
    git: str


def create(name: str, parent: Path) -> Created:
    """Make the project ``name`` in the folder ``parent``: the whole of it or, on an error, nothing.

    :raises DotcloudError: the name will not do, the folder exists or cannot be written, the library has no wheel.
    """
    identifier = identifier_of(name)
    folder = parent / name
    if folder.exists() or folder.is_symlink():
        raise FolderExists(folder)
    wheel = library_wheel()
    files = [*project_files(name, identifier, wheel)]
    try:
        write(files, folder)
    except OSError as error:
        raise CannotWriteProject(folder, error.strerror or str(error)) from None
    return Created(folder, len(files), wheel.filename, repository.begin(folder))


def write(files: Iterable[File], folder: Path) -> None:
    """Write the files aside, then give them their place in one move."""
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        for file in files:
            path = Path(aside, "project", file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            path.chmod(0o755 if file.is_program else 0o644)
        shutil.move(Path(aside, "project"), folder)
