"""The one door to other programs: run one, keep what it prints, end it and its children when time is up."""

from __future__ import annotations

import atexit
import errno
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Completed:
    """What a finished program left: its arguments, exit status and everything it printed."""

    args: tuple[str, ...]
    status: int
    output: str
    errors: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    def last_lines(self, count: int = 20) -> list[str]:
        """The last ``count`` lines that are not blank, errors after output."""
        lines = [line.rstrip() for line in f"{self.output}\n{self.errors}".splitlines() if line.strip()]
        return lines[-count:]


def run(
    args: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    stdin: str | None = None,
    terminal: bool = False,
    user: tuple[int, int] | None = None,
) -> Completed:
    """Run a program to its end and return what it printed; a non-zero status is the caller's to judge.

    :param env: the whole environment of the program; ``None`` passes ours on.
    :param timeout: seconds; then the program and all its children are killed.
    :param terminal: leave it the terminal, so that it may ask for a passphrase; then only the program itself is killed.
    :param user: uid and gid to run it as, with no further groups; only root may.
    :raises FileNotFoundError: there is no such program.
    :raises TimeoutError: time was up.
    """
    command = tuple(os.fspath(arg) for arg in args)
    identity = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": ()}
    source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with _start(command, cwd, env, stdin=source, start_new_session=not terminal, **identity) as child:
        _running.add(child)
        try:
            output, errors = child.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_group(child)
            raise TimeoutError(f"{command[0]} did not end within {timeout:g} s") from None
        except BaseException:
            kill_group(child)
            raise
        finally:
            _running.discard(child)
    return Completed(command, child.returncode, output, errors)


@contextmanager
def conversation(
    args: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    patience: float = 5,
) -> Iterator[subprocess.Popen[str]]:
    """Start a program to talk with, a line at a time over its stdin and stdout; it ends with the block.

    Its stderr comes on stdout too, so that everything it says is in order.

    :param patience: seconds it has to end by itself once its stdin is closed; then it is killed with its children.
    """
    with _start(args, cwd, env, stdin=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=1) as child:
        try:
            yield child
            if child.stdin:
                child.stdin.close()
            child.wait(patience)
        except subprocess.TimeoutExpired:
            kill_group(child)
        except BaseException:
            kill_group(child)
            raise


_running: set[subprocess.Popen[str]] = set()


@atexit.register
def _kill_all() -> None:
    """Whatever a thread still waits for when this process ends is not to go on without it."""
    for child in list(_running):
        kill_group(child)


def kill_group(child: subprocess.Popen[str]) -> None:
    """Kill a child, and where it leads a session of its own everything it started."""
    with suppress(ProcessLookupError):
        if os.getpgid(child.pid) == child.pid:
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
    child.wait()


def stream(
    args: Sequence[str | os.PathLike[str]],
    line: Callable[[str], None],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> int:
    """Run a program, hand over each line it prints (errors included) as it comes, and return its exit status.

    :raises FileNotFoundError: there is no such program.
    :raises TimeoutError: time was up; the program and all its children are dead.
    """
    with _start(args, cwd, env, stderr=subprocess.STDOUT) as child, _killed_after(timeout, child) as expired:
        try:
            for text in _lines_of(child):
                line(text)
            child.wait()
        except BaseException:
            kill_group(child)
            raise
    if expired.is_set():
        raise TimeoutError(f"{os.fspath(args[0])} did not end within {timeout:g} s")
    return child.wait()


def _start(
    args: Sequence[str | os.PathLike[str]], cwd: Path | None, env: Mapping[str, str] | None, **options: Any
) -> subprocess.Popen[str]:
    """A program with its output in a pipe, no input and a session of its own, unless ``options`` say otherwise."""
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [os.fspath(arg) for arg in args]
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=None if env is None else dict(env),
            text=True,
            errors="replace",
            **{"start_new_session": True, **usual, **options},
        )
    except PermissionError:
        if is_nowhere(command[0], os.environ if env is None else env):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0]) from None
        raise


def is_nowhere(program: str, environ: Mapping[str, str]) -> bool:
    """Whether no folder of ``PATH`` has a program of this name.

    The system says "permission denied" instead where one of the folders is closed to us (as ``/root/bin`` is after
    ``su``), and a shell says that there is no such command.
    """
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    return "/" not in program and not any(os.path.lexists(os.path.join(folder, program)) for folder in folders)


@contextmanager
def _killed_after(seconds: float | None, child: subprocess.Popen[str]) -> Iterator[threading.Event]:
    """Kill the child and its children when time is up, and set the event; without a limit, never."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        kill_group(child)

    timer = threading.Timer(threading.TIMEOUT_MAX if seconds is None else max(seconds, 0), expire)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


def _lines_of(child: subprocess.Popen[str]) -> Iterator[str]:
    """What a child prints until it ends; what it leaves in its session then is killed, or it would hold the pipe."""
    assert child.stdout is not None  # noqa: S101 - it was asked for
    pipe, rest = child.stdout.fileno(), b""
    poll = select.poll()
    poll.register(pipe)
    while True:
        if poll.poll(200):
            chunk = os.read(pipe, 1 << 16)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (text.decode(errors="replace").rstrip("\r") for text in lines)
            if not chunk:
                break
        elif child.poll() is not None:
            break
    if rest:
        yield rest.decode(errors="replace")
    child.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def start_detached(
    args: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    output: Path,
    keep: Sequence[int] = (),
) -> int:
    """Start a program that outlives us, in a session of its own, and return its process id.

    :param output: the file that what it prints is added to.
    :param keep: descriptors it inherits.
    :raises FileNotFoundError: there is no such program.
    """
    with open(output, "ab") as file:
        child = subprocess.Popen(
            [os.fspath(arg) for arg in args],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(keep),
        )
    threading.Thread(target=child.wait, daemon=True).start()  # where we live on, it must not stay behind as a zombie
    return child.pid
