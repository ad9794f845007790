"""What the operating system refuses, wherever it happens: a full disk, a file of somebody else."""

from __future__ import annotations

import errno
import shlex

from dotcloud.errors import DotcloudError

_FULL = ("The disk, or this user's share of it, is full.", "df -h   then free some space and run this again")
_CAUSES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: ("It is on a disk that can only be read.", ""),
    errno.EMFILE: ("Too many files are open at once.", "ulimit -n 4096   then run this again"),
}


class SystemRefused(DotcloudError):
    """A file or a folder could not be read, written or made."""

    def __init__(self, error: OSError) -> None:
        self.errno = error.errno
        path = error.filename2 or error.filename
        what = error.strerror or str(error) or type(error).__name__
        meaning, fix = _CAUSES.get(error.errno or 0, ("", f"ls -ld {shlex.quote(str(path))}" if path else ""))
        if error.errno == errno.ENOENT and not path:  # os.getcwd() names none
            meaning, fix = "The current folder is gone.", "cd to one that is there"
        super().__init__(f"{what}: {path}" if path else f"{what}.", meaning, fix)
