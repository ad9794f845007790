"""The site in a process of its own, loaded once for all the Django steps: starting Django costs up to half a second.

The contract with ``python -m dotcloud.django.steps PROJECT``, one JSON object a line:

- to its stdin: ``{"step": name, "options": {…}}``; the end of stdin ends it;
- from its stdout, with a record separator before each (RFC 7464): any number of ``{"say": text}``, then one of
  ``{"result": {"text", "skipped"}}`` and ``{"error": {"kind", "data", "traceback"}}``. Kind and data make an error of
  :mod:`dotcloud.errors.hooks`. Lines without the separator are what the site itself prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from dotcloud import process
from dotcloud.errors.hooks import DjangoEnded, rebuild
from dotcloud.hooks.project import VARIABLE, Site, find_site
from dotcloud.hooks.step import Outcome

SEPARATOR = "\x1e"


class LoadedSite:
    """Starts the process with the first question, and asks it the rest."""

    def __init__(self, project: Path, environ: Mapping[str, str], veil: Callable[[str], str]) -> None:
        self.project = project
        self.environ = environ
        self.veil = veil
        self._running = ExitStack()
        self._child: subprocess.Popen[str] | None = None

    def ask(self, step: str, options: Mapping[str, Any], say: Callable[[str], None]) -> Outcome:
        """Run one Django step.

        :raises HookError: it failed, or the process ended.
        """
        child = self._child or self._start()
        printed: deque[str] = deque(maxlen=20)
        for event in _answers(child, {"step": step, "options": dict(options)}):
            if isinstance(event, str):
                printed.append(self.veil(event))
                say(printed[-1])
            elif "say" in event:
                say(event["say"])
            elif "result" in event:
                return Outcome(**event["result"])
            else:
                error = rebuild(event["error"]["kind"], event["error"]["data"])
                error.traceback = event["error"]["traceback"]
                raise error
        raise DjangoEnded(step=step, status=child.wait(), lines=list(printed))

    def close(self) -> None:
        """Let the process end; the next question starts another one."""
        self._child = None
        self._running.close()

    def kill(self) -> None:
        """End the process at once, with all that it started."""
        if self._child:
            process.kill_group(self._child)
        self.close()

    def _start(self) -> subprocess.Popen[str]:
        site = find_site(self.project, self.environ)
        command: list[str | Path] = [sys.executable, "-m", "dotcloud.django.steps", self.project]
        running = process.conversation(command, cwd=self.project, env=_environment(self.environ, site))
        self._child = self._running.enter_context(running)
        return self._child


def _answers(child: subprocess.Popen[str], request: Mapping[str, Any]) -> Iterator[dict[str, Any] | str]:
    """Ask, and yield the events, and as plain text the lines that the site prints."""
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the process was started without pipes")
    with suppress(BrokenPipeError):  # it ended before it was asked; its output tells why
        child.stdin.write(json.dumps(request) + "\n")
    for line in child.stdout:
        if line.startswith(SEPARATOR):
            yield json.loads(line[1:])
        elif line.strip():
            yield line.rstrip()


def _environment(environ: Mapping[str, str], site: Site) -> dict[str, str]:
    path = os.pathsep.join([*map(str, site.path), *filter(None, [environ.get("PYTHONPATH")])])
    return {**environ, VARIABLE: site.settings, "PYTHONPATH": path}
