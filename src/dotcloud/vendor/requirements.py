"""Requirements files, read as far as needed to know whether they changed (the installer reads them for real)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dotcloud.vendor.cache import key_of
from dotcloud.vendor.names import normalise
from dotcloud.vendor.tree import file_hash

_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)[ =]*(\S+)")
_LOCAL = re.compile(r"(?:-e\s|--editable\s|\.{0,2}/|\.\S*$|file:|[^#]*@\s*file:)")


def read(files: Sequence[Path]) -> dict[Path, str]:
    """The text of the files and of those that they include, by absolute path."""
    found: dict[Path, str] = {}
    waiting = [file.absolute() for file in files]
    while waiting:
        file = waiting.pop()
        if file not in found and file.is_file():
            found[file] = file.read_text(errors="replace")
            waiting += [file.parent / name for name in _INCLUDE.findall(found[file])]
    return found


def fingerprint(
    files: Sequence[Path], folder_hash: Callable[[Path], str] | None = None, base: Path | None = None
) -> str | None:
    """A hash of everything the files say.

    :param folder_hash: the identity of a local folder that they name. Without it ``None`` is returned where they name
        one: its content may change at any time.
    :param base: where relative paths in the files start; as for pip and uv, by default the current folder.
    """
    texts = read(files)
    parts: list[str] = []
    for _, text in sorted(texts.items()):
        parts.append(text)
        for path in _local_paths(text):
            content = _content(Path(os.path.join(base or os.getcwd(), path)), folder_hash)
            if content is None:
                return None
            parts.append(content)
    return key_of(parts)


def _content(local: Path, folder_hash: Callable[[Path], str] | None) -> str | None:
    """The identity of a local archive or folder; the installer is the one to say that there is none."""
    if local.is_file():
        return file_hash(local)
    if local.is_dir() and folder_hash is not None:
        return folder_hash(local)
    return None if folder_hash is None else ""


def _local_paths(text: str) -> Iterator[str]:
    for line in text.splitlines():
        stripped = line.strip()
        if _LOCAL.match(stripped):
            yield re.sub(r"^(?:-e|--editable)\s+|^[^@#]*@\s*|^file:(?://)?|\s+#.*$|\s+;.*$|\[.*\]$", "", stripped)


def local_names(files: Sequence[Path]) -> list[str]:
    """The distributions of the local folders that the files name: uv takes one for unchanged by a time stamp."""
    from dotcloud.vendor.metadata import read_folder

    paths = [Path(os.path.join(os.getcwd(), path)) for text in read(files).values() for path in _local_paths(text)]
    names = (read_folder(path)[0].name for path in paths if path.is_dir())
    return sorted({normalise(name) for name in names if name})


def wants_hashes(files: Sequence[Path]) -> bool:
    """Whether pip's hash-checking mode is on: then every requirement needs one, the vendored ones too."""
    return any("--hash=" in text or "--require-hashes" in text for text in read(files).values())
