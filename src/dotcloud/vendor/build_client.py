"""The other side of :mod:`dotcloud.vendor.build_server`: start one, send it jobs, hear what came of them."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, Any

from dotcloud.vendor import build_server
from dotcloud.vendor.certificates import trusting


@dataclass(frozen=True)
class Job:
    """One build, as the server expects it."""

    id: int
    backend: str
    backend_path: tuple[str, ...]
    source: str
    out: str
    log: str
    variables: Mapping[str, str]
    hook: str
    checked: tuple[str, ...]

    def line(self, path: str) -> bytes:
        """The job as the protocol has it, with the build environment's scripts before ``path``."""
        variables = {**self.variables, "PATH": os.pathsep.join(filter(None, (self.variables.get("PATH"), path)))}
        return json.dumps({**asdict(self), "variables": variables}).encode() + b"\n"


def _start(python: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [python, "-I", build_server.__file__, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=trusting(),
        start_new_session=True,
    )


class BuildServer:
    """A warm server; what its children answer goes to ``answer``, from a thread.

    A server that dies answers ``crashed`` for every job it had.
    """

    def __init__(self, python: str, backends: Sequence[str], answer: Callable[[dict[str, Any]], None]) -> None:
        self.answer = answer
        self.open_jobs: set[int] = set()
        self.lock = threading.Lock()
        warm = [argument for backend in backends for argument in ("--warm", backend)]
        self.process = _start(python, warm)
        first = _pipe(self.process.stdout).readline()
        self.forks = bool(first) and bool(json.loads(first)["forks"])
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, job: Job) -> bool:
        """Hand over a job; false where the server is gone."""
        with self.lock:
            self.open_jobs.add(job.id)
        try:
            pipe = _pipe(self.process.stdin)
            pipe.write(job.line(os.environ.get("PATH", os.defpath)))
            pipe.flush()
        except OSError:
            with self.lock:
                self.open_jobs.discard(job.id)
            return False
        return True

    def _listen(self) -> None:
        for line in _pipe(self.process.stdout):
            answer = json.loads(line)
            with self.lock:
                self.open_jobs.discard(answer["id"])
            self.answer(answer)
        with self.lock:
            lost, self.open_jobs = self.open_jobs, set()
        for job in lost:
            self.answer({"id": job, "status": "crashed", "seconds": 0.0})

    def stop(self) -> None:
        """End of input ends the server and what it still builds."""
        with suppress(OSError):
            _pipe(self.process.stdin).close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def build_once(python: str, job: Job) -> dict[str, Any]:
    """Build in a fresh process, neither forked nor warm."""
    try:
        with _start(python, ["--once"]) as server:
            pipe = _pipe(server.stdin)
            pipe.write(job.line(os.environ.get("PATH", os.defpath)))
            pipe.flush()
            line = _pipe(server.stdout).readline()  # its stdin stays open until then: the end of it ends the build
        answer: dict[str, Any] = json.loads(line)
    except (OSError, ValueError):
        return {"id": job.id, "status": "crashed", "seconds": 0.0}
    return answer


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("not a pipe")
    return stream
