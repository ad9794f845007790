"""SHA-256 of many files, remembered from push to push.

A file whose size, times and inode are those of the last time is not read again. Times tell nothing about a file that
was changed within the granularity of the clock (git calls it "racily clean"), so what was changed less than two
seconds before it was read is not remembered.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from dotcloud.errors.client import FileUnreadable

RACY_SECONDS = 2.0
WORKERS = 8
BATCH = 64
FORMAT = 1

Hash = tuple[int, str]
# size, mtime_ns, ctime_ns, inode, sha256
Remembered = list[int | str]
FACTS = 5


def of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def of(root: Path, files: Mapping[str, os.stat_result]) -> dict[str, Hash]:
    """(size in bytes, SHA-256 in hex) of every file, by its path relative to ``root``.

    :raises FileUnreadable:
    """
    cache = _cache_file(root)
    before = _read(cache)
    kept = {
        path: facts for path, status in files.items() if (facts := before.get(path)) and facts[:4] == _facts(status)
    }
    fresh, hashes = _hash_all(root, [path for path in files if path not in kept])
    after = kept | fresh
    if after != before:
        _write(cache, after)
    return hashes | {path: (int(facts[0]), str(facts[4])) for path, facts in kept.items()}


def _facts(status: os.stat_result) -> Remembered:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _hash_all(root: Path, paths: Sequence[str]) -> tuple[dict[str, Remembered], dict[str, Hash]]:
    """What may be remembered, and every hash."""
    fresh: dict[str, Remembered] = {}
    hashes: dict[str, Hash] = {}

    def batch(some: Sequence[str]) -> None:
        for path in some:
            status, hashes[path] = _hash(root, path)
            if time.time() - max(status.st_mtime, status.st_ctime) > RACY_SECONDS:
                fresh[path] = [*_facts(status), hashes[path][1]]

    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
        for _ in pool.map(batch, batches):
            pass
    return fresh, hashes


def _hash(root: Path, path: str) -> tuple[os.stat_result, Hash]:
    try:
        with open(f"{root}/{path}", "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return status, (file.tell(), digest)
    except OSError as error:
        raise FileUnreadable(path, error.strerror or type(error).__name__) from None


def _cache_file(root: Path) -> Path:
    import platformdirs

    name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]
    return Path(platformdirs.user_cache_dir("dotcloud")) / "hashes" / f"{name}.json"


def _read(cache: Path) -> dict[str, Remembered]:
    try:
        document = json.loads(cache.read_bytes())
        files = document["files"] if document["format"] == FORMAT else {}
        return {path: facts for path, facts in files.items() if isinstance(facts, list) and len(facts) == FACTS}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(cache: Path, files: Mapping[str, Remembered]) -> None:
    """A cache that cannot be written is only slower."""
    part = cache.with_name(f"{cache.name}.{os.getpid()}.part")
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"format": FORMAT, "files": files}, separators=(",", ":")))
        part.replace(cache)
