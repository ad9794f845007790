"""What all tests share."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """What was ignored where the tests were started (nohup, "&") would be ignored in every program they run."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
