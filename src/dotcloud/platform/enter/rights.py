"""System calls: namespaces, mounts, users.

Nothing may be imported once they were used: Python's own files may be out of sight.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MS_OF_ST = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}  # statvfs(3) flags -> mount(2) flags
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446  # the same on every architecture
LANDLOCK_SCOPE_SIGNAL = 2


def private() -> None:
    _mount("none", "/", None, MS_REC | MS_PRIVATE)


def tmpfs(folder: str, options: str = "mode=755,size=1m") -> None:
    _mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options)


def bind(descriptor: int, target: str, writable: bool) -> None:
    _mount(f"/proc/self/fd/{descriptor}", target, None, MS_BIND | MS_REC)
    if not writable:
        with suppress(OSError):
            read_only(target)


def read_only(target: str) -> None:
    """The flags that a mount has already must be named again: a user namespace may not take one away."""
    have = os.statvfs(target).f_flag
    flags = sum(flag for known, flag in MS_OF_ST.items() if have & known)
    _mount("none", target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | flags)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [text.encode() if text is not None else None for text in (source, target, kind)]
    call("mount", *texts, ctypes.c_ulong(flags), options.encode() if options else None)


def die_with_parent(wanted: bool) -> None:
    """Be killed when circusd is, as long as no record tells who we are."""
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL if wanted else 0, 0, 0, 0)


def drop(uid: int, gid: int) -> None:
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
        if sys.platform == "linux":
            call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # or /proc/self stays root's, and its maps cannot be written


def own_user_namespace(flags: int, uid: int, gid: int) -> None:
    call("unshare", flags)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        file = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(file, text.encode())
        os.close(file)


def confine() -> None:
    """For good, and for all children: no rights by setuid programs; where Landlock knows it, no signals to others."""
    if sys.platform == "linux":
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with suppress(OSError):
            _keep_signals_inside()


def _keep_signals_inside() -> None:
    """Sites run as one user: without this any of them could end the processes of all."""
    attributes = (ctypes.c_uint64 * 3)(0, 0, LANDLOCK_SCOPE_SIGNAL)  # struct landlock_ruleset_attr: fs, net, scoped
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    number = ctypes.CDLL(None, use_errno=True).syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0)
    if number < 0:
        return
    try:
        call("syscall", LANDLOCK_RESTRICT_SELF, number, 0)
    finally:
        os.close(number)


def call(name: str, *arguments: Any) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
