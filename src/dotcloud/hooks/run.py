"""Steps one after the other: as the program a platform starts (``run``), or inside another one (``perform``)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol

from dotcloud import output
from dotcloud.errors import DotcloudError
from dotcloud.errors.hooks import UnknownStep
from dotcloud.hooks import blame
from dotcloud.hooks.secrets import Veil
from dotcloud.hooks.site import LoadedSite
from dotcloud.hooks.step import Context, Outcome, Step
from dotcloud.hooks.steps import as_step
from dotcloud.stopping import Stopped, stoppable

RESUME = "DOTCLOUD_HOOK_RESUME"  # how many of the steps the process before this one has done
TRACEBACK = "DOTCLOUD_TRACEBACK"

USAGE = """\
usage: ./postinstall [--list] [--traceback] [STEP…]

Run the steps of this hook, or only those that are named, in the hook's order."""


class Listener(Protocol):
    """Who is told what happens, line by line; the lines hold no secrets."""

    def said(self, step: Step, text: str, /) -> None: ...

    def finished(self, step: Step, outcome: Outcome, seconds: float, /) -> None: ...

    def failed(self, step: Step, seconds: float, /) -> None: ...


def run(*steps: Step | Callable[[], object], project: Path | None = None) -> None:
    """Run the steps, or those that the command line names, and exit: 0 when all are done, 1 when one failed.

    When a step changed the virtual environment, the rest runs in a new process, which sees what was installed.

    :param project: the site's folder; by default the one the hook is in.
    """
    hook = sys._getframe(1).f_globals.get("__file__")
    folder = (project or (Path(hook).resolve().parent if hook else Path.cwd())).resolve()
    done = int(os.environ.pop(RESUME, None) or 0)
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    options = set(sys.argv[1:]) - set(names)
    veil = Veil(os.environ)
    try:
        if "--help" in options or "-h" in options:
            return output.data(USAGE)
        wanted = _chosen([as_step(step) for step in steps], [*names, *sorted(options - {"--list", "--traceback"})])
        if "--list" in options:
            return output.data("\n".join(f"{step.name:<12} {step.summary}".rstrip() for step in wanted))
        _run(wanted, done, folder)
    except Stopped as stop:
        output.say(str(stop))
        sys.exit(stop.exit_code)
    except KeyboardInterrupt:
        output.say("Stopped.")
        sys.exit(130)
    except BrokenPipeError:  # whoever reads has had enough: … | head -1
        output.forget_stdout()
        sys.exit(141)
    except DotcloudError as error:
        if "--traceback" in options or os.environ.get(TRACEBACK, "0") not in ("", "0"):
            output.say(veil(getattr(error, "traceback", "") or blame.full(error)))
        output.fail(error)
        sys.exit(error.exit_code)


def perform(
    steps: Sequence[Step],
    *,
    project: Path,
    listener: Listener,
    environ: Mapping[str, str] | None = None,
    stop_on_change: bool = False,
) -> int:
    """Run steps in this process, and return how many were done.

    :param environ: variables for the site and for commands, over those of this process.
    :param stop_on_change: stop after a step that changed this process's virtual environment, before the next one.
    :raises DotcloudError: a step failed; the later ones were not started.
    """
    variables = {**os.environ, **(environ or {})}
    veil = Veil(variables)
    site = LoadedSite(project, variables, veil)
    try:
        for number, step in enumerate(steps, start=1):
            context = Context(project, site, partial(listener.said, step), variables, veil)
            outcome = _one(step, context, listener)
            if outcome.environment_changed:
                site.close()
                if stop_on_change and number < len(steps):
                    return number
    except BaseException as error:
        site.kill()
        if isinstance(error, DotcloudError):
            veil.cover(error)
        raise
    site.close()
    return len(steps)


class Terminal:
    """Tells a person: one line per step, with its time."""

    def said(self, _step: Step, text: str) -> None:
        output.say(f"    {text}")

    def finished(self, step: Step, outcome: Outcome, seconds: float) -> None:
        text = f"skipped: {outcome.text}" if outcome.skipped else outcome.text
        output.step(step.name, text, seconds, "yellow" if outcome.skipped else "green")

    def failed(self, step: Step, seconds: float) -> None:
        output.step(step.name, "failed", seconds, "red")


def _run(steps: Sequence[Step], done: int, folder: Path) -> None:
    started_in = Path.cwd()
    os.chdir(folder)
    with stoppable():
        done += perform(steps[done:], project=folder, listener=Terminal(), stop_on_change=True)
    if done < len(steps):
        os.chdir(started_in)
        _start_again(done)


def _start_again(done: int) -> NoReturn:
    """Become a new process of the same hook: this one has modules loaded that may have been replaced, dotcloud's too.

    A hook library that does not know the variable starts from the first step, which then has nothing to do.
    """
    os.environ[RESUME] = str(done)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is wanted


def _one(step: Step, context: Context, listener: Listener) -> Outcome:
    started = time.monotonic()
    try:
        outcome = step.run(context)
    except Exception:
        listener.failed(step, time.monotonic() - started)
        raise
    listener.finished(step, outcome, time.monotonic() - started)
    return outcome


def _chosen(steps: list[Step], names: Sequence[str]) -> list[Step]:
    known = [step.name for step in steps]
    for name in names:
        if name not in known:
            raise UnknownStep(name=name, known=known)
    return [step for step in steps if not names or step.name in names]
