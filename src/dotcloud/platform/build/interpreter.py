"""Which Python builds and runs a service: one of the version it asks for that the site's user can run."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from dotcloud import process
from dotcloud.errors.build import NoSuchPython

_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def find(version: str | None, user: tuple[int, int] | None) -> Path:
    """The interpreter for a service.

    :param version: ``3.12``, or ``None`` for the platform's own.
    :param user: uid and gid of who has to be able to run it; the platform's own Python may lie where no other looks.
    :raises NoSuchPython: there is none that this user can run.
    """
    ours = "{}.{}".format(*sys.version_info[:2])
    wanted = version or ours
    if user is None and wanted == ours:
        return Path(_own())  # there is nothing to find out
    for candidate in dict.fromkeys(_candidates(wanted)):
        if _version_of(candidate, user) == wanted:
            return Path(candidate)
    raise NoSuchPython(wanted, user is not None)


def _own() -> str:
    return getattr(sys, "_base_executable", None) or sys.executable


def _candidates(version: str) -> Iterator[str]:
    yield _own()
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/python/bin"):
        yield f"{folder}/python{version}"
    found = shutil.which(f"python{version}")
    if found:
        yield found
    yield from _uv_pythons(version)


def _uv_pythons(version: str) -> Iterator[str]:
    from dotcloud.vendor.installer import find_uv

    uv = find_uv()
    if uv and re.fullmatch(r"\d+\.\d+", version):
        found = process.run([uv, "python", "find", "--no-project", "--offline", version])
        if found.ok:
            yield found.output.strip()


def _version_of(executable: str, user: tuple[int, int] | None) -> str | None:
    try:
        answer = process.run([executable, "-I", "-c", _VERSION], cwd=Path("/"), timeout=30, user=user)
    except OSError:
        return None
    return answer.output.strip() if answer.ok else None
