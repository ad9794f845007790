"""Load from wrk: requests a second, errors and the slowest hundredth."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CONNECTIONS = 8
FOREVER = 3600
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass
class Load:
    """What one run of wrk saw; seconds."""

    requests: int = 0
    rate: float = 0.0
    errors: int = 0
    p50: float = 0.0
    p99: float = 0.0


def measure(port: int, seconds: float, keep_alive: bool = True) -> Load:
    """Ask for a while, and tell."""
    printed = subprocess.run(_command(port, keep_alive, seconds), capture_output=True, text=True, check=True).stdout
    return parse(printed)


@contextmanager
def under_load(port: int, keep_alive: bool) -> Iterator[Load]:
    """Ask as long as the block lasts; the result is filled in when it ends."""
    found = Load()
    with subprocess.Popen(_command(port, keep_alive, FOREVER), stdout=subprocess.PIPE, text=True) as child:
        try:
            yield found
        finally:
            child.send_signal(signal.SIGINT)  # wrk then tells what it has
            printed = child.communicate(timeout=30)[0]
    vars(found).update(vars(parse(printed)))


def _command(port: int, keep_alive: bool, seconds: float) -> list[str]:
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is not installed. On Debian and Ubuntu: apt-get install wrk")
    header = [] if keep_alive else ["--header", "Connection: close"]
    options = ["--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s", "--latency"]
    return [wrk, *options, "--duration", f"{seconds:g}s", *header, f"http://127.0.0.1:{port}/version"]


def parse(printed: str) -> Load:
    """What wrk prints, as numbers."""
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", printed)))
    errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", printed)))
    return Load(
        int(_number(r"(\d+) requests in", printed)),
        float(_number(r"Requests/sec:\s+([\d.]+)", printed)),
        errors,
        _latency("50%", printed),
        _latency("99%", printed),
    )


def _number(pattern: str, printed: str) -> str:
    found = re.search(pattern, printed)
    if found is None:
        sys.exit(f"wrk printed something else than expected:\n{printed}")
    return found[1]


def _latency(which: str, printed: str) -> float:
    found = re.search(rf"{which}\s+([\d.]+)(us|ms|s|m)\b", printed)
    return float(found[1]) * UNITS[found[2]] if found else 0.0
