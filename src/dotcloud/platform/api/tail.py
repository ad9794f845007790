"""Reading files that grow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

BLOCK = 64 << 10
LONGEST = 1 << 20  # bytes of one line; a longer one comes in pieces


class Tail:
    """The lines of a file: those that are there, later those that came. It may be rotated, cut or not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.inode = 0

    def skip(self, lines: int) -> None:
        """Go to where the last ``lines`` lines begin."""
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            self.inode = os.fstat(file.fileno()).st_ino
            self.offset = _start_of_last(file, lines)

    def new(self, whole: bool = True) -> Iterator[str]:
        """The lines that came since the last time.

        :param whole: only complete ones; or else what stands after the last newline counts as a line.
        """
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            self._find_place(os.fstat(file.fileno()))
            file.seek(self.offset)
            while line := file.readline(LONGEST):
                if whole and not line.endswith(b"\n") and len(line) < LONGEST:
                    return
                self.offset += len(line)
                yield line.decode(errors="replace").rstrip("\r\n")

    def _find_place(self, status: os.stat_result) -> None:
        if status.st_ino != self.inode or status.st_size < self.offset:
            self.inode, self.offset = status.st_ino, 0


def _start_of_last(file: BinaryIO, lines: int) -> int:
    """Where the last ``lines`` lines begin, found from the end, block by block."""
    position = end = file.seek(0, os.SEEK_END)
    wanted = lines + 1 if _ends_with_newline(file, end) else lines
    while position > 0:
        size = min(BLOCK, position)
        position -= size
        file.seek(position)
        block = file.read(size)
        count = block.count(b"\n")
        if count >= wanted:
            return position + _after_newline_from_end(block, wanted)
        wanted -= count
    return 0


def _ends_with_newline(file: BinaryIO, end: int) -> bool:
    if end == 0:
        return False
    file.seek(end - 1)
    return file.read(1) == b"\n"


def _after_newline_from_end(block: bytes, number: int) -> int:
    """Behind the ``number``-th newline from the end of the block."""
    place = len(block)
    for _ in range(number):
        place = block.rindex(b"\n", 0, place)
    return place + 1
