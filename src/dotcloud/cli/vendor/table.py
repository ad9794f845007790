"""Plain tables: columns in line, and every cell whole, since an address or an id that is cut is of no use."""

from __future__ import annotations

from collections.abc import Sequence


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; where the terminal is narrower, it wraps them."""
    rows = [[_printable(cell) for cell in cells] for cells in rows]
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    return [_line(cells, widths) for cells in (titles, *rows)]


def _printable(cell: str) -> str:
    """The cell without what would move the cursor: a folder may have any name."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cell)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(parts).rstrip()
