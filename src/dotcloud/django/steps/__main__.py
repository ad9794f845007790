"""``python -m dotcloud.django.steps PROJECT``: loads the site once and runs steps; :mod:`dotcloud.hooks.site` asks."""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from dotcloud.django.steps import failure, work
from dotcloud.errors.hooks import HookError
from dotcloud.hooks.secrets import Veil
from dotcloud.hooks.site import SEPARATOR


def main(project: Path) -> None:
    _stay_nice()
    channel = Channel(sys.stdin, sys.stdout, Veil(os.environ))
    for request in channel.requests():
        channel.send(answer(request, project, channel))
    _leave()


def _stay_nice() -> None:
    """A session of our own has the processors' usual share, whatever our niceness (autogroups, sched(7))."""
    nice = os.nice(0)
    if nice > 0:
        with suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write(str(nice))


def _leave() -> None:
    """End as Python does, without taking a thousand modules apart first: a push waits for us."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the site's threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Channel:
    """The hook on the other side of stdin and stdout. Nothing goes through with a secret in it."""

    def __init__(self, incoming: TextIO, outgoing: TextIO, veil: Veil) -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.veil = veil
        self.busy = False

    def requests(self) -> Iterator[dict[str, Any]]:
        """The requests as they come, until there are no more. When that is in the middle of a step, we end too."""
        lines: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        while line := lines.get():
            self.busy = True
            yield json.loads(line)

    def send(self, event: dict[str, Any]) -> None:
        """Write one event, after everything the site printed before it."""
        self.busy = "say" in event
        sys.stdout.flush()
        sys.stderr.flush()
        print(f"\n{SEPARATOR}{json.dumps(self._masked(event))}", file=self.outgoing, flush=True)

    def say(self, text: str) -> None:
        self.send({"say": text})

    def _read(self, lines: SimpleQueue[str]) -> None:
        for line in self.incoming:
            lines.put(line)
        if self.busy:  # the hook was killed: nobody may go on migrating behind the back of the next one
            os._exit(1)
        lines.put("")

    def _masked(self, value: Any) -> Any:
        match value:
            case str():
                return self.veil(value)
            case dict():
                return {key: self._masked(item) for key, item in value.items()}
            case list() | tuple():
                return [self._masked(item) for item in value]
            case _:
                return value


def answer(request: dict[str, Any], project: Path, channel: Channel) -> dict[str, Any]:
    """Run one step; the event that tells how it ended."""
    try:
        _load(project, channel)
        try:
            outcome = work(request["step"])(request["options"], channel.say)
        except (Exception, SystemExit) as error:
            raise failure.of_step(request["step"], error, project) from error
        return {"result": {"text": outcome.text, "skipped": outcome.skipped}}
    except HookError as error:
        return {"error": {"kind": type(error).__name__, "data": error.data, "traceback": error.traceback}}


def _load(project: Path, channel: Channel) -> None:
    """Load the settings and the applications, the first time."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    try:
        django.setup()
    except (Exception, SystemExit) as error:
        raise failure.of_settings(error, project) from error
    channel.veil.secrets.update(failure.site_secrets())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
