"""Telling a full disk from every other trouble with files."""

from __future__ import annotations

import errno

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException) -> bool:
    """Whether an error means that no room is left: the disk's, or a quota's."""
    return isinstance(error, OSError) and error.errno in FULL
