"""Plain tables: columns in line, no wider than the terminal, whole in a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

NARROWEST = 7


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> list[str]:
    """The lines of a table. :param width: in columns; by default the terminal's, and unlimited elsewhere."""
    if width is None and sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    if width is not None:
        widths = _shrunk(widths, width - 2 * (len(widths) - 1))
    return [_line(cells, widths) for cells in (titles, *rows)]


def _shrunk(widths: list[int], total: int) -> list[int]:
    """The widest columns give way until all fit."""
    widths = list(widths)
    while sum(widths) > total and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = (_cut(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(parts).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
