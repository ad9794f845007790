"""Requirements files, read as far as needed to know whether they changed (the installer reads them for real)."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from dotcloud.paths import absolute
from dotcloud.vendor.cache import key_of
from dotcloud.vendor.names import normalise
from dotcloud.vendor.tree import file_hash

# As pip and uv read them; UTF-16 is what PowerShell's > writes. The mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_INCLUDE = re.compile(r"^(\s*(?:-r|-c|-f|--requirement|--constraint|--find-links)[ =]*)(\S+)", re.MULTILINE)
_LOCAL = re.compile(r"\s*(?:-e\s|--editable[\s=]|\.{0,2}/|\w[\w.-]*/|\.\S*\s*$|file:|[^#]*@\s*(?:file:|\.{0,2}/))")
_PATH = re.compile(
    r"\s*(?:-e\s+|--editable[\s=]\s*)?(?:[\w.-]+\s*(?P<asked>\[[^]]*\])?\s*@\s*)?(?:file:(?://)?)?"
    r"(?P<path>[^\s;#[]+)(?P<extras>\[[^]]*\])?(?:#\S*)?[^;#]*(?P<marker>;[^#]*)?"
)
# What pip freeze writes, and what people write: NAME @ URL (PEP 508), or a URL that says a name in it.
_DIRECT = re.compile(
    r"\s*(?:-e\s+|--editable[\s=]\s*)?(?:(?P<name>[\w.-]+)\s*(?P<asked>\[[^]]*\])?\s*@\s*)?"
    r"(?P<url>[^\s;]+)[^;#]*(?P<marker>;[^#]*)?"
)
_EGG = re.compile(r"#(?:.*&)?egg=(?P<name>[\w.-]+)(?P<asked>\[[^]]*\])?")
_ARCHIVE = re.compile(r".*/(?P<name>\w[\w.-]*?)-\d[^/]*\.(?:whl|tar\.gz|zip)(?P<asked>\[[^]]*\])?(?:[?#].*)?$")


def read(files: Sequence[Path]) -> dict[Path, str]:
    """The text of the files and of those that they include, by absolute path, with no requirement on two lines."""
    found: dict[Path, str] = {}
    waiting = [absolute(file) for file in files]
    while waiting:
        file = waiting.pop()
        if file not in found and file.is_file():
            found[file] = _joined(_decoded(file.read_bytes()))
            waiting += [file.parent / _expanded(name) for _, name in _INCLUDE.findall(found[file])]
    return found


def _decoded(content: bytes) -> str:
    """The text by its byte order mark, else UTF-8; bytes that are none are kept as they are for the copy."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("utf-8-sig", "surrogateescape")


def _joined(text: str) -> str:
    r"""The text with lines that end with ``\`` made one, as pip does; empty lines keep the numbers of the rest."""
    lines: list[str] = []
    parts: list[str] = []
    for line in text.splitlines():
        # A comment ends a requirement, whatever it ends with itself.
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            parts.append(line.rstrip("\\"))
            continue
        lines += ["".join([*parts, f" {line}" if parts and comment else line]), *[""] * len(parts)]
        parts = []
    lines += ["".join(parts)] if parts else []
    return "".join(f"{line}\n" for line in lines)


def _expanded(line: str) -> str:
    """The line with variables as pip and uv read them: ``${NAME}`` alone. ``PROJECT_ROOT`` is uv's own."""
    known = {"PROJECT_ROOT": os.getcwd(), **os.environ}
    return _VARIABLE.sub(lambda found: known.get(found[1]) or found[0], line)


def fingerprint(
    files: Sequence[Path],
    vendored: Mapping[str, str] | None = None,
    folder_hash: Callable[[Path], str] | None = None,
    base: Path | None = None,
) -> str | None:
    """A hash of everything the files say.

    :param vendored: as for :func:`by_name`; the content of these packages is not counted.
    :param folder_hash: the identity of a local folder that they name. Without it ``None`` is returned where they name
        one: its content may change at any time.
    :param base: where relative paths in the files start; as for pip and uv, by default the current folder.
    """
    texts = read(files)
    parts: list[str] = []
    for _, original in sorted(texts.items()):
        text = _without_places(original, vendored or {})
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
    return (_path(found) for line in text.splitlines() if (found := _local(line)))


def _local(line: str) -> re.Match[str] | None:
    expanded = _expanded(line)
    return _PATH.match(expanded) if _LOCAL.match(expanded) else None


def _path(found: re.Match[str]) -> str:
    return unquote(found["path"])


def by_name(files: Sequence[Path], vendored: Mapping[str, str], folder: Path) -> list[Path]:
    """The files as the installer is to read them: none says where a vendored package is.

    ``./vendor/acme`` and ``acme @ git+ssh://…`` would be a second place for a package that is given as a wheel already,
    the latter with other code. Where one does, all are copied into
    ``folder``; what includes another file then includes the copy.

    :param vendored: real path of each package under vendor/ to its name.
    """
    texts = read(files)
    named = {file: _without_places(text, vendored) for file, text in texts.items()}
    if named == texts:
        return list(files)
    copies = {file: folder / f"{number}-{file.name}" for number, file in enumerate(texts)}
    for file, text in named.items():
        copy = _INCLUDE.sub(partial(_moved, file.parent, copies), text)
        copies[file].write_bytes(copy.encode("utf-8", "surrogateescape"))
    return [copies[absolute(file)] for file in files]


def _moved(folder: Path, copies: Mapping[Path, Path], found: re.Match[str]) -> str:
    """The line for the copy; an address stays as it is written, since a variable in one may hold a secret."""
    named = _expanded(found[2])
    place = folder / named
    return found[0] if "://" in named else found[1] + str(copies.get(place, place))


def _without_places(text: str, vendored: Mapping[str, str]) -> str:
    return re.sub(r"(?m)^.+$", lambda line: _named(line[0], vendored), text) if vendored else text


def _named(line: str, vendored: Mapping[str, str]) -> str:
    """The line with a name for a place; nothing where it asks for no extra, since all of vendor/ is installed."""
    asked = _asked_by_path(line, vendored) or _asked_by_address(line, frozenset(vendored.values()))
    if asked is None:
        return line
    name, extras, marker = asked
    return f"{name}{extras} {marker or ''}".rstrip() if extras else ""


def _asked_by_path(line: str, vendored: Mapping[str, str]) -> tuple[str, str | None, str | None] | None:
    """Name, extras and marker where the line is the path of a vendored package."""
    found = _local(line)
    name = vendored.get(os.path.realpath(_path(found))) if found else None
    return (name, found["extras"] or found["asked"], found["marker"]) if found and name else None


def _asked_by_address(line: str, names: frozenset[str]) -> tuple[str, str | None, str | None] | None:
    """Name, extras and marker where the line wants a vendored name from elsewhere: another repository or archive."""
    found = _DIRECT.match(_expanded(line))
    if not found:
        return None
    url = unquote(found["url"])
    said = found if found["name"] else _EGG.search(url) or _ARCHIVE.match(url)
    name = normalise(said["name"]) if said else ""
    return (name, said["asked"], found["marker"]) if said and name in names else None


def local_names(files: Sequence[Path]) -> list[str]:
    """The distributions of the local folders that the files name: uv takes one for unchanged by a time stamp."""
    from dotcloud.vendor.metadata import read_folder

    paths = [Path(os.path.join(os.getcwd(), path)) for text in read(files).values() for path in _local_paths(text)]
    names = (read_folder(path)[0].name for path in paths if path.is_dir())
    return sorted({normalise(name) for name in names if name})


def wants_hashes(files: Sequence[Path]) -> bool:
    """Whether pip's hash-checking mode is on: then every requirement needs one, the vendored ones too."""
    return any("--hash=" in text or "--require-hashes" in text for text in read(files).values())
