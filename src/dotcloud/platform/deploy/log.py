"""The log of one deployment: JSON lines that the laptop, the file and whoever looks later read alike.

Each line has ``created_at`` (UTC, microseconds, strictly increasing: clients drop what is not newer) and ``message``,
where it applies ``service``, ``instance``, ``level`` (``ERROR``), ``step`` and ``seconds``; the last one has
``status``: ``deploy_end`` or ``deploy_fail``.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self


class DeploymentLog:
    """Appends to a deployment's file; one writer, several threads.

    :param hidden: texts that never go into the log (passwords).
    """

    def __init__(self, path: Path, hidden: set[str] | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by __exit__
        os.fchmod(self.file.fileno(), 0o600)
        self.hidden = hidden or set()
        self.lock = threading.Lock()
        self.last = datetime.min.replace(tzinfo=UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def say(self, message: str, where: Place | None = None, **facts: Any) -> None:
        """One line; ``where`` names the service and the instance it is about."""
        place = {} if where is None else where.fields()
        for secret in self.hidden:
            message = message.replace(secret, "[hidden]")
        with self.lock:
            self.last = max(datetime.now(UTC), self.last + timedelta(microseconds=1))
            line = {"created_at": self.last.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "message": message, **place, **facts}
            self.file.write(json.dumps(line).encode() + b"\r\n")

    def error(self, message: str, where: Place | None = None) -> None:
        """The lines of an error, in red where there is colour."""
        for line in message.splitlines():
            self.say(line, where, level="ERROR")

    def end(self, message: str, succeeded: bool) -> None:
        """The last line."""
        self.say(message, status="deploy_end" if succeeded else "deploy_fail", level="INFO" if succeeded else "ERROR")

    @contextmanager
    def step(self, name: str, message: str, where: Place | None = None) -> Iterator[Step]:
        """One line when it begins, and one with its time once it is done: what it came to, ``step.message``."""
        step, started = Step(message), time.monotonic()
        self.say(name, where, step=name)
        yield step
        self.say(step.message, where, step=name, seconds=round(time.monotonic() - started, 2))


@dataclass
class Step:
    """A step under way; its message may change until it is done."""

    message: str


@dataclass(frozen=True)
class Place:
    """A service, or one instance of it."""

    service: str
    instance: int | None = None

    def __str__(self) -> str:
        return self.service if self.instance is None else f"{self.service}.{self.instance}"

    def fields(self) -> dict[str, Any]:
        return {"service": self.service} | ({} if self.instance is None else {"instance": self.instance})
