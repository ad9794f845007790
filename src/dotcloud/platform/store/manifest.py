"""The list of a pushed tree: parsed once, with every rule a path has to keep, and believed from then on."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from dotcloud.errors.store import DiskFull, ManifestRefused
from dotcloud.platform.store import links
from dotcloud.platform.store.full import is_full

MAX_FILE = 1 << 30
MAX_ENTRIES = 500_000
# Under the 4,096 of Linux, so that there is room for the folder the tree is put in.
MAX_PATH = 3000
MAX_NAME = 255
KINDS = ("file", "exec", "link")
SHA256 = re.compile(r"[0-9a-f]{64}")
ODD = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or link. ``size`` in bytes and ``sha256`` (hex) of a file's content; ``target`` of a link."""

    path: str
    kind: str
    size: int = 0
    sha256: str = ""
    target: str = ""

    @property
    def is_link(self) -> bool:
        return self.kind == "link"

    @property
    def is_executable(self) -> bool:
        return self.kind == "exec"

    def as_dict(self) -> dict[str, Any]:
        if self.is_link:
            return {"path": self.path, "kind": self.kind, "target": self.target}
        return {"path": self.path, "kind": self.kind, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Manifest:
    """A list that keeps all the rules, by path in order. Made by :meth:`parse`."""

    entries: tuple[Entry, ...]

    @classmethod
    def parse(cls, files: object, limit: int = MAX_FILE) -> Self:
        """Check what a client sent.

        :param limit: bytes a single file may have.
        :raises ManifestRefused: naming every problem.
        """
        if not isinstance(files, list) or len(files) > MAX_ENTRIES:
            raise ManifestRefused([f"it has to be a list of at most {MAX_ENTRIES:,} files"])
        problems: list[str] = []
        entries = [entry for value in files if (entry := _entry(value, limit, problems))]
        problems += _collisions(entries) + _sizes(entries)
        if not problems:
            problems += links.escaping({entry.path: entry.target for entry in entries if entry.is_link})
        if problems:
            raise ManifestRefused(problems)
        return cls(tuple(sorted(entries, key=lambda entry: entry.path)))

    @classmethod
    def read(cls, path: Path) -> Self:
        """A list that :meth:`write` wrote."""
        return cls(tuple(Entry(**value) for value in json.loads(path.read_bytes())))

    def write(self, path: Path) -> None:
        """Write the list; the file is complete or not there. :raises DiskFull:"""
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(self.files, separators=(",", ":")))
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            if is_full(error):
                raise DiskFull(os.fspath(path.parent)) from None
            raise

    @property
    def files(self) -> list[dict[str, Any]]:
        """The list as it travels, in order."""
        return [entry.as_dict() for entry in self.entries]

    @cached_property
    def blobs(self) -> dict[str, Entry]:
        """An entry for every content the tree needs, by its SHA-256."""
        return {entry.sha256: entry for entry in self.entries if not entry.is_link}

    @cached_property
    def folders(self) -> list[str]:
        """Every folder the entries stand in, those above before those below."""
        return sorted(_folders(entry.path for entry in self.entries))

    @cached_property
    def tree_hash(self) -> str:
        """SHA-256 (hex) over path, kind and content of every entry: two trees are equal when it is."""
        digest = hashlib.sha256()
        for entry in self.entries:
            digest.update(f"{entry.kind} {entry.path}\0{entry.sha256 or entry.target}\n".encode())
        return digest.hexdigest()


def _entry(value: object, limit: int, problems: list[str]) -> Entry | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("path"), str):
        problems.append(f"{str(value)[:80]!r} is not an entry with a path")
        return None
    path = value["path"]
    wrong = path_problem(path) or _value_problem(value, limit)
    if wrong:
        problems.append(f"{shown(path)}: {wrong}")
        return None
    if value["kind"] == "link":
        return Entry(path, "link", target=value["target"])
    return Entry(path, value["kind"], value["size"], value["sha256"])


def path_problem(path: str) -> str | None:
    """What is wrong with a path that comes from outside; ``None`` for one that can be used."""
    names = path.split("/")
    if path.startswith("/"):
        return "is absolute"
    if ".." in names:
        return "leads out of its folder"
    if "" in names or "." in names:
        return "has an empty part"
    if any(name.lower() == ".git" for name in names):
        return "belongs to git, and does not travel"
    return _name_problem(path, MAX_PATH, max(map(len, names)))


def _name_problem(text: str, longest: int, longest_name: int = 0) -> str | None:
    if ODD.search(text):
        return "has a control character or a backslash in its name"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    too_long = size > longest or (longest_name * 4 > MAX_NAME and _longest_name(text) > MAX_NAME)
    return "has a name that is too long" if too_long else None


def _longest_name(text: str) -> int:
    return max(len(name.encode()) for name in text.split("/"))


def _value_problem(value: Mapping[str, Any], limit: int) -> str | None:
    kind = value.get("kind")
    if kind not in KINDS:
        return f"is neither a file nor a link but {str(kind)[:40]!r}"
    if kind == "link":
        return _target_problem(value.get("target"))
    size, sha256 = value.get("size"), value.get("sha256")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return "has no size"
    if size > limit:
        return f"has {size:,} bytes, and a file may have {limit:,}"
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        return "has no SHA-256"
    return None


def _target_problem(target: object) -> str | None:
    if not isinstance(target, str) or not target:
        return "is a link without a target"
    if target.startswith("/"):
        return f"is a link to {shown(target)}, outside of the project"
    return _name_problem(target, MAX_PATH)


def _collisions(entries: Sequence[Entry]) -> list[str]:
    """Paths that are there twice, and files that stand where others need a folder (on any file system: case aside)."""
    problems = []
    seen: set[str] = set()
    folders = {folder.lower() for folder in _folders(entry.path for entry in entries)}
    for entry in entries:
        if entry.path in seen:
            problems.append(f"{shown(entry.path)}: is there twice")
        elif entry.path.lower() in folders:
            problems.append(f"{shown(entry.path)}: is a {_word(entry)}, and a folder of other entries")
        seen.add(entry.path)
    return problems


def _word(entry: Entry) -> str:
    return "link" if entry.is_link else "file"


def _folders(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _sizes(entries: Sequence[Entry]) -> list[str]:
    """One content has one size."""
    sizes: dict[str, int] = {}
    return [
        f"{shown(entry.path)}: its SHA-256 is listed with another size too"
        for entry in entries
        if entry.sha256 and sizes.setdefault(entry.sha256, entry.size) != entry.size
    ]


def shown(path: str) -> str:
    """A path fit for a message: odd characters escaped, not longer than a line."""
    text = path.encode("unicode_escape").decode() if not path.isprintable() else path
    return text if len(text) <= 120 else f"{text[:117]}…"
