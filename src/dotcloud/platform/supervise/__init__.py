"""Processes that are kept running, and the listening sockets they share."""

from __future__ import annotations

from dotcloud.platform.supervise.description import (
    BEHIND_SITES,
    DATA_SERVICE,
    FRONT,
    PLATFORM,
    SITE,
    Process,
    ProcessStatus,
)
from dotcloud.platform.supervise.supervisor import Supervisor
from dotcloud.platform.supervise.users import User, unprivileged

__all__ = [
    "Process",
    "ProcessStatus",
    "Supervisor",
    "User",
    "unprivileged",
    "BEHIND_SITES",
    "DATA_SERVICE",
    "FRONT",
    "PLATFORM",
    "SITE",
]
