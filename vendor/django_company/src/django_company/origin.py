"""Where the running code of this package came from, as far as what travelled with it can tell."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

DISTRIBUTION = "django-company"


@dataclass(frozen=True)
class Origin:
    """One state of this package: its version, its place, its commit, and the hash of its files.

    ``fingerprint`` is made of the files that are running; the rest is what others wrote down about them.
    """

    version: str
    place: str
    installed_as: str
    commit: str
    branch: str
    describe: str
    fingerprint: str


@lru_cache(maxsize=1)
def read_origin():
    """The origin of the code of this process; it cannot change while the process lives."""
    root = Path(settings.BASE_DIR)
    direct_url = read_direct_url()
    entry = lock_entry(root / "vendor" / "lock.json")
    return Origin(
        version=read_version(),
        place=entry.get("path") or vendored_place(root) or place_of(direct_url, root),
        installed_as=installed_as(direct_url),
        commit=entry.get("commit") or direct_url.get("vcs_info", {}).get("commit_id", ""),
        branch=entry.get("branch") or "",
        describe=entry.get("describe") or "",
        fingerprint=fingerprint(Path(__file__).parent),
    )


def read_version():
    try:
        return distribution(DISTRIBUTION).version
    except PackageNotFoundError:
        return "not installed"


def read_direct_url():
    """What the installer noted about the source (PEP 610), or nothing."""
    with suppress(PackageNotFoundError, ValueError):
        return json.loads(distribution(DISTRIBUTION).read_text("direct_url.json") or "{}")
    return {}


def lock_entry(path):
    """What ``vendor/lock.json`` says about this package, or nothing."""
    with suppress(OSError, ValueError, AttributeError):
        packages = json.loads(path.read_text())["packages"]
        entries = packages.values() if isinstance(packages, dict) else packages
        return next((entry for entry in entries if entry.get("distribution") == DISTRIBUTION), {})
    return {}


def vendored_place(root):
    """The folder below vendor/ that holds this package: the installer's note names the wheel that was made of it."""
    for found in sorted(root.glob("vendor/**/django_company/origin.py")):
        return "/".join(found.relative_to(root).parts[:2])
    return ""


def place_of(direct_url, root):
    """Where the installer took it from, as a person writes it."""
    source = Path(unquote(urlsplit(direct_url.get("url", "")).path))
    with suppress(ValueError):
        return str(source.relative_to(root))
    return str(source) if direct_url.get("url") else str(Path(__file__).parent)


def installed_as(direct_url):
    if not direct_url:
        return "source folder"
    return "editable" if direct_url.get("dir_info", {}).get("editable") else "wheel"


def fingerprint(folder):
    """SHA-256 over path and content of every file of the package."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            digest.update(b"%s %d\0" % (path.relative_to(folder).as_posix().encode(), len(content)) + content)
    return digest.hexdigest()
