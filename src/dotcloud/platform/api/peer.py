"""Who is at the other end of the socket."""

from __future__ import annotations

import os
import pwd
import socket
import struct

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid; see unix(7)


def user_of(peer: socket.socket | None) -> int:
    """The user id of the process that knocked, ourselves where there is no socket or the system does not tell.

    There the file's mode, 0600, is what keeps others out. For a socket that is not a file it is -1, nobody's.
    """
    if peer is None or not hasattr(socket, "SO_PEERCRED"):
        return os.geteuid()
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(credentials)[1]
    return uid


def may_enter(uid: int) -> bool:
    """The platform's own user and root may."""
    return uid in (os.geteuid(), 0)


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
