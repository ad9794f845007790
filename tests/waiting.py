"""Waiting for a condition, never for a time: a machine under load needs longer, and nothing else changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

Answer = TypeVar("Answer")

PATIENCE = 60.0  # seconds; only a test that fails waits for so long


def until(answer: Callable[[], Answer], what: object = "it", seconds: float = PATIENCE) -> Answer:
    """Wait for an answer that is true, and return it; a file or a process that is not there counts as none yet.

    :param what: what did not happen, for the message; called when it is one that can be.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            if found := answer():
                return found
        except (FileNotFoundError, psutil.NoSuchProcess):
            pass
        assert time.monotonic() < end, f"not within {seconds:g} s: {what() if callable(what) else what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs: one that has ended and that nobody has asked about (a zombie) does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
