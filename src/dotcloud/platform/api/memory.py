"""What processes use, from /proc."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def used_by(pids: Iterable[int]) -> int:
    """Bytes of these processes and all their descendants: their proportional set size, so that shared pages count once.

    0 where the system has no /proc.
    """
    wanted, children = set(pids), _children()
    found: set[int] = set()
    while wanted:
        found |= wanted
        wanted = {child for pid in wanted for child in children.get(pid, ())} - found
    return sum(map(_bytes, found))


def _children() -> dict[int, list[int]]:
    """parent -> children, for every process there is."""
    found: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdigit():
            with suppress(OSError):  # it ended while we looked
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found.setdefault(parent, []).append(int(entry.name))
    return found


def _bytes(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
