"""What follows ends when nobody reads it any more, and does not wait for a next line to find out."""

from __future__ import annotations

import os
import select
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STDOUT = 1
GRACE = 0.2  # seconds; whoever is writing notices by itself


class _Gone(BaseException):
    """No Exception: nothing on the way takes it for a broken connection."""


@contextmanager
def ends_with_its_reader() -> Iterator[None]:
    """Within the block, in the main thread, a pipe whose other end is closed raises :class:`BrokenPipeError` at once.

    So does ``tail -f``; a program only notices by itself when it writes.
    """
    if not stat.S_ISFIFO(os.fstat(STDOUT).st_mode):
        yield
        return
    over = threading.Event()
    before = signal.signal(signal.SIGUSR1, _gone)
    threading.Thread(target=_watch, args=(over, threading.get_ident()), daemon=True).start()
    try:
        yield
    except _Gone:
        raise BrokenPipeError from None
    finally:
        over.set()
        signal.signal(signal.SIGUSR1, before)


def _watch(over: threading.Event, thread: int) -> None:
    """When the pipe breaks, and nobody notices, end what the thread waits for with a signal."""
    pipe = select.poll()
    pipe.register(STDOUT, 0)  # an error is always reported
    pipe.poll()
    if not over.wait(GRACE):
        signal.pthread_kill(thread, signal.SIGUSR1)


def _gone(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Gone
