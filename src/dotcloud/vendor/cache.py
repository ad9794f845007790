"""Built wheels, kept under a key of everything that went into them; safe for several installs at once.

::

    DOTCLOUD_CACHE_DIR/
      wheels/<key>/<variant>/       the wheel and record.json, put there by one rename; other contents, other variant
      build-environments/<key>-*/   see build_environment.py
      work/*/                       one folder per running install; swept when its owner is long gone
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dotcloud.errors.install import CacheNotWritable
from dotcloud.paths import absolute
from dotcloud.vendor.tree import file_hash

FORMAT = 2
DAY = 24 * 3600.0
UNUSED_WHEELS_KEPT = 30 * DAY
WORK_KEPT = DAY


@dataclass(frozen=True)
class Wheel:
    """A wheel and what went into it.

    :param key: hash of the source tree and of everything else known before the build.
    :param inputs: vendored distributions that were in its build environment, name to SHA-256 of their wheel.
    :param index: names in its build environment that came from an index, and names that it requires from an address.
    :param named: names that it required from an address, and now requires by name since they are under vendor/.
    """

    key: str
    name: str
    version: str
    path: str
    sha256: str
    inputs: dict[str, str] = field(default_factory=dict)
    index: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @classmethod
    def from_record(cls, facts: dict[str, Any]) -> Wheel:
        """The wheel that a JSON record tells of. :raises TypeError, KeyError: it is no such record."""
        return cls(**{**facts, "index": tuple(facts["index"]), "named": tuple(facts.get("named", ()))})

    @property
    def url(self) -> str:
        return Path(self.path).as_uri()


def key_of(*parts: object) -> str:
    """One hash (hex) of anything JSON can say."""
    return hashlib.sha256(json.dumps([FORMAT, *parts], sort_keys=True).encode()).hexdigest()


def cache_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """``DOTCLOUD_CACHE_DIR``, else the user's cache folder, else (a read-only home) a private temporary folder.

    :raises CacheNotWritable: the folder that ``DOTCLOUD_CACHE_DIR`` names cannot be written.
    """
    chosen = environ.get("DOTCLOUD_CACHE_DIR")
    if chosen:
        folder = absolute(Path(chosen))
        if not _writable(folder):
            raise CacheNotWritable(folder)
        return folder
    base = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "dotcloud"
    return folder if folder.is_absolute() and _writable(folder) else _temporary_cache()


def _writable(folder: Path) -> bool:
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary_cache() -> Path:
    """A folder of this user's alone: where others could write it, code that runs would come from strangers."""
    folder = Path(tempfile.gettempdir()) / f"dotcloud-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != os.getuid() or facts.st_mode & 0o022:
        raise CacheNotWritable(folder)
    return folder


class Cache:
    """The wheels built before.

    :param fresh: look up nothing (``--clean``); what is built replaces what was kept.
    """

    def __init__(self, folder: Path, fresh: bool = False) -> None:
        self.folder = folder
        self.fresh = fresh
        self.wheels = folder / "wheels"
        self.environments = folder / "build-environments"

    def kept(self, key: str) -> list[Wheel]:
        """The wheels under ``key``: several where their inputs differed."""
        return [] if self.fresh else list(self._records(key))

    def _records(self, key: str) -> Iterator[Wheel]:
        for record in sorted((self.wheels / key).glob("*/record.json")):
            with suppress(OSError, ValueError, TypeError, KeyError):
                wheel = Wheel.from_record(json.loads(record.read_bytes()))
                if file_hash(Path(wheel.path)) == wheel.sha256:  # whole: a crash may have cut it
                    with suppress(PermissionError):  # another user built it
                        os.utime(record)
                    yield wheel

    def add(
        self, key: str, built: Path, inputs: dict[str, str], index: tuple[str, ...], named: tuple[str, ...] = ()
    ) -> Wheel:
        """Keep a wheel that was just built; where another install kept the same first, theirs is as good."""
        from packaging.utils import parse_wheel_filename

        name, version, *_ = parse_wheel_filename(built.name)
        sha256 = file_hash(built)
        final = self.wheels / key / key_of(inputs, sha256)[:16]
        wheel = Wheel(
            key=key,
            name=str(name),
            version=str(version),
            path=str(final / built.name),
            sha256=sha256,
            inputs=inputs,
            index=index,
            named=named,
        )
        (built.parent / "record.json").write_text(json.dumps(asdict(wheel)))
        return self._put(built.parent, final, wheel)

    def _put(self, folder: Path, final: Path, wheel: Wheel) -> Wheel:
        final.parent.mkdir(parents=True, exist_ok=True)
        same = [kept for kept in self._records(wheel.key) if (kept.inputs, kept.named) == (wheel.inputs, wheel.named)]
        if same and not self.fresh:
            return same[0]  # another install was first
        self._place(folder, final, wheel)
        for kept in same:
            self._forget(kept, wheel)
        return wheel

    def _place(self, folder: Path, final: Path, wheel: Wheel) -> None:
        try:
            folder.rename(final)
        except OSError:
            if any(kept.path == wheel.path for kept in self._records(wheel.key)):
                return  # another install has put the same there
            self._move_away(final)  # what stands there cannot be used
            folder.rename(final)

    def _forget(self, old: Wheel, new: Wheel) -> None:
        """Find it no more. Its file stays where it is for a while: another install may be about to read it."""
        if old.path != new.path:
            with suppress(OSError):
                Path(old.path).with_name("record.json").unlink()

    def _move_away(self, folder: Path) -> None:
        if folder.exists():
            with suppress(FileNotFoundError):
                folder.rename(Path(tempfile.mkdtemp(dir=self._work())) / "replaced")

    def _work(self) -> Path:
        work = self.folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        return work

    @contextmanager
    def working_folder(self) -> Iterator[Path]:
        """A folder for one install, on the same file system as the cache; gone afterwards."""
        try:
            folder = Path(tempfile.mkdtemp(dir=self._work()))
        except PermissionError:
            raise CacheNotWritable(self.folder) from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove wheels unused for a month and what killed installs left behind."""
        now = time.time()
        for folder in self.wheels.glob("*/*"):
            record = folder / "record.json"
            if _age(record if record.exists() else folder, now) > UNUSED_WHEELS_KEPT:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.folder / "work").glob("*"):
            if _age(folder, now) > WORK_KEPT:
                shutil.rmtree(folder, ignore_errors=True)


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0.0
