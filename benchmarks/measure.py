"""Time and memory of whole processes, with everything they start."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

INTERVAL = 0.05
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Sample:
    """One run: wall seconds from before its first process starts until its last one has ended, and peak bytes."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Summary:
    """Several runs of the same thing."""

    median: float
    fastest: float
    slowest: float
    runs: int
    memory: int

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Summary:
        times = [sample.seconds for sample in samples]
        return cls(median(times), min(times), max(times), len(times), max(sample.memory for sample in samples))


def run(commands: Sequence[Sequence[str]], env: Mapping[str, str]) -> Sample:
    """Run commands one after the other.

    :raises SystemExit: one failed; what it printed is shown.
    """
    watch = Watch()
    started = time.perf_counter()
    for command in commands:
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
            watch.root = child.pid
            output = child.communicate()[0]
        if child.returncode:
            sys.exit(f"{' '.join(command)}\nfailed:\n{output}")
    seconds = time.perf_counter() - started
    return Sample(seconds, watch.stop())


class Watch:
    """Adds up the resident memory of a process and of everything below it, twenty times a second.

    Pages that processes share count once for each of them: the sum is never less than what is really used.
    Where there is no ``/proc`` the sum is 0.
    """

    def __init__(self) -> None:
        self.root = 0
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._ended.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._ended.wait(INTERVAL):
            if self.root:
                self.peak = max(self.peak, sum(map(_resident, _descendants(self.root))))


def _descendants(root: int) -> set[int]:
    parents = _parents()
    found = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        grown = bool(more)
        found |= more
    return found


def _parents() -> dict[int, int]:
    parents = {}
    with suppress(FileNotFoundError):
        for name in os.listdir("/proc"):
            if name.isdigit() and (stat := _read(f"/proc/{name}/stat")):
                parents[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def _resident(pid: int) -> int:
    statm = _read(f"/proc/{pid}/statm")
    return int(statm.split()[1]) * PAGE if statm else 0


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
