"""The certificate authorities of the box, where builds can read them.

Builds run as the sites' user and do not see folders that are closed to it: a file below ``/root``, named by
``SSL_CERT_FILE``, is not there for them. What they cannot read is copied beside the tools.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dotcloud.vendor.certificates import FILES, FOLDERS, trusting

# Certificates alone (RFC 7468): a file of authorities may hold somebody's private key too, which stays where it is.
_CERTIFICATE = re.compile(
    rb"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[A-Za-z0-9+/=\s]+-----END \1-----", re.MULTILINE
)


def readable(folder: Path, environ: Mapping[str, str] = os.environ, closed: Path | None = None) -> dict[str, str]:
    """The variables that name authorities, with a copy in ``folder`` in place of what others cannot read.

    :param closed: a folder that builds do not see, whatever its mode.
    """
    told = trusting(environ)
    files = {name: _file(told[name], folder, closed) for name in FILES if told.get(name)}
    folders = {name: _folders(told[name], folder, closed) for name in FOLDERS if told.get(name)}
    return {**files, **folders}


def _file(path: str, folder: Path, closed: Path | None) -> str:
    if _is_open(path, closed):
        return path
    return _copy(Path(path), folder / _name(path)) or path


def _folders(paths: str, folder: Path, closed: Path | None) -> str:
    return os.pathsep.join(_folder(path, folder, closed) for path in paths.split(os.pathsep))


def _folder(path: str, folder: Path, closed: Path | None) -> str:
    """OpenSSL looks for the names in it, which are hashes: they stay."""
    if _is_open(path, closed):
        return path
    target = folder / _name(path)
    with suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        for entry in Path(path).iterdir():
            _copy(entry, target / entry.name)
        return str(target)
    return path


def _copy(source: Path, target: Path) -> str:
    """The certificates of a file, in a file that everyone may read; empty where it has none, or is none."""
    try:
        found = [match[0] for match in _CERTIFICATE.finditer(source.read_bytes())]
    except OSError:
        return ""
    if not found:
        return ""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.write_bytes(b"\n".join(found) + b"\n")
    fresh.chmod(0o644)
    fresh.replace(target)
    return str(target)


def _name(path: str) -> str:
    return f"{hashlib.sha256(path.encode()).hexdigest()[:12]}-{os.path.basename(path) or 'certificates'}"


def _is_open(path: str, closed: Path | None) -> bool:
    """Whether everyone may read a file or a folder, and pass all the folders on the way to it."""
    real = Path(os.path.realpath(path))
    if closed and real.is_relative_to(os.path.realpath(closed)):
        return False
    try:
        own = real.stat().st_mode
        wanted = 0o005 if real.is_dir() else 0o004
        return own & wanted == wanted and all(parent.stat().st_mode & 0o001 for parent in real.parents)
    except OSError:
        return False
