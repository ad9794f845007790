"""What a process sees of the disk: the platform's folder is covered, and what is its own is bound back."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import Any

from dotcloud.platform.enter import rights

HOME = "/home/dotcloud"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - each gets one of its own; databases keep parts of their contents there


def is_foreign(spec: dict[str, Any]) -> bool:
    """Whether it is of a site or commanded by one, and must see nothing but its own."""
    return bool(spec["home"] or spec["instance"])


def covers_of(spec: dict[str, Any]) -> list[str]:
    """The folders to cover: the platform's own, and those that the user cannot pass on the way to what it needs."""
    covers = [spec["root"]] if is_foreign(spec) else []
    if spec["mode"] == "root":
        for path, _ in _kept(spec):
            if not any(within(path, cover) for cover in covers if cover != spec["root"]):
                covers += _closed_ancestor(path, spec["uid"], spec["gid"])
    return [one for one in dict.fromkeys(covers) if not any(within(one, other) for other in covers if other != one)]


def _kept(spec: dict[str, Any]) -> list[tuple[str, bool]]:
    """What stays visible, outermost first: path and whether it may be written."""
    kept = dict.fromkeys([*spec["visible"], *_virtual_environment(spec)], False)
    kept.update({path: True for path in [spec["instance"] or spec["home"], *spec["writable"]] if path})
    return sorted((path, writable) for path, writable in kept.items() if os.path.exists(path))


def _virtual_environment(spec: dict[str, Any]) -> list[str]:
    """The virtual environment of the home, and its interpreter through all links that lead there.

    The site's user may have changed ``env``: it shows a build, which is the platform's own once it is made, or nothing.
    """
    if not spec["home"]:
        return []
    environment = os.path.realpath(os.path.join(spec["home"], "env"))
    if os.path.dirname(environment) != os.path.realpath(os.path.join(spec["root"], "builds")):
        return []
    python, folders = os.path.join(environment, "bin", "python"), [environment]
    while os.path.islink(python):
        python = os.path.normpath(os.path.join(os.path.dirname(python), os.readlink(python)))
        folders.append(os.path.dirname(os.path.dirname(python)))
    folders.append(os.path.dirname(os.path.dirname(os.path.realpath(python))))
    return [
        one for one in dict.fromkeys(folders) if one not in ("/", "/usr", "/usr/local") and _may_show(one, spec["root"])
    ]


def _may_show(folder: str, root: str) -> bool:
    return within(folder, os.path.join(root, "builds")) or not (within(folder, root) or within(root, folder))


def _closed_ancestor(path: str, uid: int, gid: int) -> list[str]:
    parts = path.split("/")
    for depth in range(2, len(parts) + 1):
        folder = "/".join(parts[:depth])
        status = os.stat(folder)
        bit = 0o100 if status.st_uid == uid else 0o010 if status.st_gid == gid else 0o001
        if not status.st_mode & bit:
            return [folder]
    return []


def within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def arrange(spec: dict[str, Any], covers: list[str]) -> None:
    """Cover, bind back what is kept, and bind the home at /home/dotcloud."""
    rights.private()
    if spec["home"]:
        _make_home()
    kept = [(path, writable) for path, writable in _kept(spec) if any(within(path, cover) for cover in covers)]
    sources = {path: os.open(path, os.O_PATH) for path, _ in kept}
    home = os.open(spec["home"], os.O_PATH) if spec["home"] else None
    for cover in covers:
        rights.tmpfs(cover)
    bound: list[tuple[str, bool]] = []
    for path, writable in kept:
        if not any(within(path, other) and (open_ or not writable) for other, open_ in bound):
            _make_target(path, sources[path])
            rights.bind(sources[path], path, writable)
            bound.append((path, writable))
    for cover in covers:
        rights.read_only(cover)
    if is_foreign(spec) and os.path.isdir(SHARED_MEMORY):
        with suppress(OSError):
            rights.tmpfs(SHARED_MEMORY, "mode=1777")
    if home is not None:
        rights.bind(home, HOME, True)
        os.close(home)
    for descriptor in sources.values():
        os.close(descriptor)


def _make_target(path: str, source: int) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path):
        if stat.S_ISDIR(os.fstat(source).st_mode):
            os.mkdir(path)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def _make_home() -> None:
    """/home/dotcloud has to exist to be bound over; who may not make it there covers /home with a copy that has it."""
    if os.path.isdir(HOME):
        return
    with suppress(OSError):
        os.makedirs(HOME, 0o755)
        return
    parent = os.path.dirname(HOME)
    entries = [entry for entry in os.listdir(parent) if os.path.isdir(os.path.join(parent, entry))]
    sources = {entry: os.open(os.path.join(parent, entry), os.O_PATH) for entry in entries}
    rights.tmpfs(parent)
    for entry, descriptor in sources.items():
        os.mkdir(os.path.join(parent, entry))
        rights.bind(descriptor, os.path.join(parent, entry), True)
        os.close(descriptor)
    os.mkdir(HOME)
