"""What all tests share."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

PLATFORMS = "tests/integration/platform/"

# On a busy machine an example takes as long as it takes: that is no defect.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure() -> None:
    """What was ignored where the tests were started (nohup, "&") would be ignored in every program they run."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How the processes of ``make test`` share the files."""
    return _Scheduling(config, log)


class _Scheduling(LoadScopeScheduling):
    """A file stays in one process, and everything that runs platforms in one: they use what a machine has once."""

    def _split_scope(self, nodeid: str) -> str:
        return PLATFORMS if nodeid.startswith(PLATFORMS) else nodeid.partition("::")[0]
