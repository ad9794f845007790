"""How long private packages take to install: one pip call each, one pip call, uv, ours; then ours at 3, 30 and 300.

Run it with ``make bench``. Every row is measured in this run, on its own copy of the same packages.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import packages
from measure import Sample, Summary, run

NOTES = """\
cold: a new virtual environment and no build cache. unchanged: the same call again. changed: one module was edited.
Times are those of whole processes, from start to end; median (fastest-slowest) where a row ran several times.
Making the virtual environment is counted for none of them. pip's and uv's caches of what comes from a package index
(setuptools, wheel, hatchling and what these need) were filled for all before measuring.
pip, one call each, goes in the order of the requirements, which somebody has to know: in any other order it asks the
index for the ones that come later.
memory: the peak of the resident memory of all processes of a call together, looked at every 50 ms.
edit: whether the edited module is what was imported afterwards."""


@dataclass(frozen=True)
class Place:
    """What one tool works on: its own packages, virtual environment and caches."""

    folder: Path
    order: Sequence[str]

    @property
    def vendor(self) -> Path:
        return self.folder / "vendor"

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    @property
    def paths(self) -> list[str]:
        return [str(self.vendor / name) for name in self.order]


@dataclass(frozen=True)
class Tool:
    """A way to install packages, and how often it is measured: cold, unchanged, changed."""

    name: str
    commands: Callable[[Place], list[list[str]]]
    runs: tuple[int, int, int]
    venv: tuple[str, ...] = ("--without-pip",)


@dataclass(frozen=True)
class Row:
    """What was measured of one tool."""

    tool: str
    packages: int
    cold: Summary
    unchanged: Summary
    changed: Summary
    edit_arrived: bool

    @property
    def memory(self) -> int:
        return max(part.memory for part in (self.cold, self.unchanged, self.changed))


def pip_each(place: Place) -> list[list[str]]:
    return [[place.python, "-m", "pip", "install", path] for path in place.paths]


def pip_once(place: Place) -> list[list[str]]:
    return [[place.python, "-m", "pip", "install", *place.paths]]


def uv(place: Place) -> list[list[str]]:
    return [[uv_program(), "pip", "install", "--python", place.python, *place.paths]]


def ours(place: Place) -> list[list[str]]:
    command = str(Path(sys.prefix) / "bin" / "dotcloud")
    return [[command, "vendor", "install", str(place.vendor), "--python", place.python]]


OURS = Tool("dotcloud vendor install", ours, (3, 15, 5))
TOOLS = (
    Tool("pip, one call each", pip_each, (1, 1, 1), ()),
    Tool("pip, one call", pip_once, (1, 1, 1), ()),
    Tool("uv pip install", uv, (3, 3, 3)),
    OURS,
)


def uv_program() -> str:
    return str(Path(sys.prefix) / "bin" / "uv")


@dataclass
class Bench:
    """Makes places below one folder and measures tools in them."""

    folder: Path
    places: int = 0
    env: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        self.env = {
            **kept,
            "PIP_CACHE_DIR": str(self.folder / "pip-cache"),
            "UV_CACHE_DIR": str(self.folder / "uv-cache"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def fill_index_caches(self) -> None:
        """Let pip and uv fetch what every build of the packages needs from an index."""
        place = self.new_place(0, ())
        wanted = ["setuptools", "wheel", "hatchling"]
        run([[place.python, "-m", "pip", "install", "--ignore-installed", *wanted]], self.env)
        run([[uv_program(), "pip", "install", "--reinstall", "--python", place.python, *wanted]], self.env)

    def new_place(self, count: int, venv: Sequence[str]) -> Place:
        self.places += 1
        folder = self.folder / f"place-{self.places}"
        order = packages.generate(folder / "vendor", count)
        subprocess.run([sys.executable, "-m", "venv", *venv, str(folder / "venv")], check=True)
        return Place(folder, order)

    def measure(self, tool: Tool, count: int) -> Row:
        cold, place, env = [], None, self.env
        for number in range(tool.runs[0]):
            say(f"{tool.name}: {count} packages, cold, {number + 1} of {tool.runs[0]}")
            place = self.new_place(count, tool.venv)
            env = self._cold_caches(place)
            cold.append(run(tool.commands(place), env))
        assert place is not None
        say(f"{tool.name}: {count} packages, again")
        unchanged = [run(tool.commands(place), env) for _ in range(tool.runs[1])]
        changed, arrived = self._edits(tool, place, env)
        return Row(tool.name, count, Summary.of(cold), Summary.of(unchanged), Summary.of(changed), arrived)

    def _cold_caches(self, place: Place) -> dict[str, str]:
        """A copy of the filled uv cache (links, it takes no room) and no cache of builds."""
        shutil.copytree(self.env["UV_CACHE_DIR"], place.folder / "uv", copy_function=os.link)
        return {
            **self.env,
            "UV_CACHE_DIR": str(place.folder / "uv"),
            "DOTCLOUD_CACHE_DIR": str(place.folder / "dotcloud"),
        }

    def _edits(self, tool: Tool, place: Place, env: Mapping[str, str]) -> tuple[list[Sample], bool]:
        name = place.order[len(place.order) // 2]
        samples, arrived = [], True
        for value in range(1, tool.runs[2] + 1):
            packages.edit(place.vendor, name, value)
            samples.append(run(tool.commands(place), env))
            arrived = arrived and _imported(place, name) == value
        return samples, arrived


def _imported(place: Place, name: str) -> int:
    code = f"import {packages.module_name(name)}.module_7 as module; print(module.VALUE)"
    return int(_output([place.python, "-I", "-c", code]))


def machine() -> dict[str, str]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "pip": _output([sys.executable, "-m", "ensurepip", "--version"]).split()[1],
        "uv": _output([uv_program(), "--version"]).split()[1],
    }


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def table(rows: Sequence[Row], reference: Row | None) -> str:
    head = ("", "packages", "cold", "unchanged", "one changed", "memory", "edit")
    lines = [head, *(_cells(row, reference) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cells(row: Row, reference: Row | None) -> tuple[str, ...]:
    times = (
        _time(getattr(row, part), getattr(reference, part) if reference else None)
        for part in ("cold", "unchanged", "changed")
    )
    memory = f"{row.memory / 2**20:.0f} MB" if row.memory else "?"
    return (row.tool, str(row.packages), *times, memory, "arrived" if row.edit_arrived else "STALE")


def _time(one: Summary, reference: Summary | None) -> str:
    ratio = f" {one.median / reference.median:5.1f}x" if reference else ""
    spread = f" ({one.fastest:.2f}-{one.slowest:.2f})" if one.runs > 1 else ""
    return f"{one.median:.2f} s{ratio}{spread}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="6 packages instead of 30, and nothing larger")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    options = parser.parse_args()
    count, sizes = (6, (3, 6)) if options.quick else (30, (3, 30, 300))
    facts, load = machine(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="dotcloud-bench-") as folder:
        bench = Bench(Path(folder))
        bench.fill_index_caches()
        rows = [bench.measure(tool, count) for tool in TOOLS]
        ours_by_size = [rows[-1] if size == count else bench.measure(OURS, size) for size in sizes]
    facts["load"] = f"{load:.1f} before and {os.getloadavg()[0]:.1f} after"
    if options.json:
        print(json.dumps({"machine": facts, "rows": [asdict(row) for row in (*rows, *ours_by_size)]}, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in facts.items()), end="\n\n")
    print(table(rows, rows[-1]), end="\n\n")
    print(table(ours_by_size, None), end="\n\n")
    print(NOTES)


if __name__ == "__main__":
    main()
