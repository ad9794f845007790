"""The live display: finished steps scroll up as lines, what runs now moves below them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from dotcloud.cli.lines import clean, is_beginning
from dotcloud.cli.present import size
from dotcloud.cli.screen import Screen

SHOWN_STEPS = 4
BAR_WIDTH = 28

Key = tuple[Any, Any, Any]


class LiveScreen(Screen):
    """Prints through rich, which keeps the moving part below the lines."""

    def __init__(self, times: bool = False) -> None:
        super().__init__(times)
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.moving = Moving()
        self.live = Live(self.moving, console=self.console, transient=True, refresh_per_second=12.5)

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def close(self) -> None:
        self.live.stop()

    def write(self, text: str) -> None:
        self.console.print(Text.from_ansi(text), soft_wrap=True)

    def doing(self, text: str) -> None:
        self.moving.idle = (text, time.monotonic())

    def entry(self, entry: dict[str, Any]) -> None:
        self.moving.follow(entry)
        super().entry(entry)

    def sent(self, sent: int, total: int) -> None:
        self.moving.upload = (sent, total) if sent < total else None


class Moving:
    """What moves: the upload's bar, and a spinner with the time for each running step."""

    def __init__(self) -> None:
        self.spinner = Spinner("dots", style="blue")
        self.idle: tuple[str, float] | None = None
        self.steps: dict[Key, tuple[str, float]] = {}
        self.upload: tuple[int, int] | None = None

    def follow(self, entry: dict[str, Any]) -> None:
        key = (entry.get("step"), entry.get("service"), entry.get("instance"))
        if is_beginning(entry):
            self.steps[key] = (_label(entry), time.monotonic())
        else:
            self.steps.pop(key, None)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.upload:
            yield _bar(*self.upload)
        else:
            yield from self._running()

    def _running(self) -> Iterator[Table]:
        running = list(self.steps.values()) or ([self.idle] if self.idle else [])
        for text, began in running[:SHOWN_STEPS]:
            row = Table.grid(padding=(0, 1))
            row.add_column(no_wrap=True)
            row.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
            row.add_column(no_wrap=True)
            now = time.monotonic()
            row.add_row(self.spinner.render(now), Text(text), Text(f"{now - began:.1f} s", style="dim"))
            yield row


def _label(entry: dict[str, Any]) -> str:
    service, instance = entry.get("service"), entry.get("instance")
    where = "" if not service else f"[{service}] " if instance is None else f"[{service}.{instance}] "
    return where + clean(str(entry.get("message", "")))


def _bar(sent: int, total: int) -> Table:
    row = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=total, completed=sent, width=BAR_WIDTH, complete_style="blue", finished_style="green")
    row.add_row(
        Text("sending"), bar, Text(f"{100 * sent // total} %"), Text(f"{size(sent)} of {size(total)}", style="dim")
    )
    return row
