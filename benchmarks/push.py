"""How long a push takes, beside what no platform can avoid; what visitors notice; how it grows; what it costs idle.

Run it with ``make bench``. Every ratio is of two things measured in this run, in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from box import WORKERS, Box, ByHand, Project, running
from load import CONNECTIONS, Load, measure, under_load

NOTES = f"""\
The project is what `dotcloud new` makes, with two generated packages more under vendor/ and a view that tells its
version; after each push that view is looked at. Seconds are those of whole commands; median (fastest-slowest).
floor: the site's own `migrate --check`, `collectstatic` and gunicorn until its first answer, one after the other, on a
fresh copy of the same code with the same virtual environment and database and {WORKERS} workers, without isolation.
code-only push: one view was edited. rollback: `dotcloud deploy previous`. Floor and pushes were measured in turns.
load: wrk, {CONNECTIONS} connections, on the same machine: what a deployment computes, it takes from the site.
by hand: the same gunicorn, workers and threads, started from a shell on the same code."""


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, deployments under load, seconds of load, applications beside, files."""

    rounds: int
    deployments: int
    seconds: int
    applications: Sequence[int]
    files: int


FULL = Size(5, 20, 10, (1, 10, 100), 10_000)
QUICK = Size(3, 4, 4, (1, 5), 10_000)


@dataclass
class Row:
    """One line of the table: what, how much, and what it is to be compared with."""

    name: str
    value: str
    compared: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def main() -> None:
    options = _options()
    size = QUICK if options.quick else FULL
    with running() as (box, folder):
        project = Project.new(folder / "mysite", box.env)
        rows = [_idle(box)]
        rows.append(_seconds("first push", [box.push(project, project.edit())]))
        hand = ByHand(box, project)
        turns = [_turn(box, project, hand) for _ in range(size.rounds)]
        rows += _speed([list(times) for times in zip(*turns, strict=True)])
        for keep_alive in (True, False):
            rows.append(_under_load(box, project, size, keep_alive))
        rows += _rates(box, project, hand, size)
        rows += _growth(box, project, size)
    if options.json:
        print(json.dumps({"machine": _machine(), "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print(_table(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, deployments and applications")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    return parser.parse_args()


# --- one thing each ---


def _idle(box: Box) -> Row:
    memory = box.memory()
    return Row(
        "the platform's own memory, idle", f"{memory / 2**20:.0f} MB", "circusd and the API, PSS", {"bytes": memory}
    )


def _turn(box: Box, project: Project, hand: ByHand) -> tuple[float, float, float, float]:
    """The floor, a code-only push, the same push again, and the way back."""
    floor = hand.floor()
    pushed = box.push(project, project.edit())
    before = box.release(project)
    unchanged, printed = box.dotcloud(project.folder, "push")
    if box.release(project) != before:
        raise SystemExit(f"an unchanged push made a new release:\n{printed}")
    back, _ = box.dotcloud(project.folder, "deploy", "previous")
    return floor, pushed, unchanged, back


def _speed(columns: list[list[float]]) -> list[Row]:
    floor, pushed, unchanged, back = columns
    base = median(floor)
    aim = 1.3 * base + 0.5
    return [
        _seconds("floor", floor),
        _seconds("code-only push", pushed, f"{median(pushed) / base:.2f} x floor (aim: {aim:.2f} s)"),
        _seconds("unchanged push", unchanged, "aim: 0.5 s"),
        _seconds("rollback", back, f"{median(back) / base:.2f} x floor (aim: 1)"),
    ]


def _under_load(box: Box, project: Project, size: Size, keep_alive: bool) -> Row:
    port = box.port(project)
    steady = measure(port, size.seconds, keep_alive)
    with under_load(port, keep_alive) as during:
        for _ in range(size.deployments):
            box.push(project, project.edit())
    name = f"{size.deployments} deployments, {'keep-alive' if keep_alive else 'a connection per request'}"
    facts = {"steady": asdict(steady), "during": asdict(during)}
    return Row(name, f"{during.errors} errors of {during.requests:,} requests", _latencies(steady, during), facts)


def _latencies(steady: Load, during: Load) -> str:
    ratio = during.p99 / steady.p99
    return f"p99 {during.p99 * 1000:.1f} ms, steady {steady.p99 * 1000:.1f} ms: {ratio:.2f} (aim: 2)"


def _rates(box: Box, project: Project, hand: ByHand, size: Size) -> list[Row]:
    """Requests a second, in many short turns: deployed, by hand with an access log as that has, by hand without."""
    with hand.serving("logging", True) as logging, hand.serving("silent", False) as silent:
        ports = {"deployed": box.port(project), "by hand": logging, "by hand, no access log": silent}
        found: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(size.rounds * size.seconds):
            for name, port in ports.items():
                found[name].append(measure(port, 1).rate)
    deployed = median(found["deployed"])
    return [
        Row(
            f"requests/s, {name}",
            f"{median(rates):,.0f}",
            f"deployed / this: {deployed / median(rates):.3f}",
            {"rates": rates},
        )
        for name, rates in found.items()
    ]


def _growth(box: Box, project: Project, size: Size) -> list[Row]:
    rows = []
    there = 1
    for count in size.applications:
        while there < count:
            there += 1
            _add_application(box, project, there)
        times = [box.push(project, project.edit()) for _ in range(size.rounds)]
        rows.append(_seconds(f"code-only push, {count} application{'s' if count > 1 else ''}", times, _memory(box)))
    project.grow(size.files)
    first = box.push(project, project.edit())
    times = [box.push(project, project.edit()) for _ in range(size.rounds)]
    rows.append(_seconds(f"code-only push, {size.files:,} files more", times, f"the first one: {first:.2f} s"))
    return rows


def _add_application(box: Box, project: Project, number: int) -> None:
    """A small static site: what counts is how many there are."""
    folder = project.folder.parent / f"other{number}"
    folder.mkdir()
    (folder / "index.html").write_text(f"<p>{number}</p>\n")
    (folder / "dotcloud.yml").write_text("www:\n  type: static\n  config:\n    workers: 1\n")
    box.dotcloud(folder, "push")


def _memory(box: Box) -> str:
    return f"the platform's memory: {box.memory() / 2**20:.0f} MB"


# --- the table ---


def _seconds(name: str, times: Sequence[float], compared: str = "") -> Row:
    spread = f"  ({min(times):.2f}-{max(times):.2f})" if len(times) > 1 else ""
    return Row(name, f"{median(times):.2f} s{spread}", compared, {"seconds": list(times)})


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _table(rows: Sequence[Row]) -> str:
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("name", "value")]
    lines = [f"{row.name:<{widths[0]}}  {row.value:<{widths[1]}}  {row.compared}".rstrip() for row in rows]
    return "\n".join([_machine(), "", *lines, "", NOTES])


if __name__ == "__main__":
    main()
