"""Blobs, trees made of them, and the collection of garbage."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dotcloud.errors.store import BlobDamaged, BlobsMissing, DiskFull, FileTooLarge, PackBroken, StoreError, WrongHash
from dotcloud.platform.store import Blobs, Collected, Manifest, checkout, collect

CONTENTS = {"a.py": b"print()\n", "b/run": b"#!/bin/sh\n", "b/c/empty": b"", "same": b"print()\n"}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(*contents: bytes) -> bytes:
    return b"".join(hashlib.sha256(c).digest() + struct.pack(">Q", len(c)) + c for c in contents)


def listed(contents: dict[str, bytes]) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = [
        {"path": path, "kind": "exec" if path == "b/run" else "file", "size": len(content), "sha256": sha(content)}
        for path, content in contents.items()
    ]
    return [*files, {"path": "b/link", "kind": "link", "target": "../a.py"}]


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def manifest(blobs: Blobs) -> Manifest:
    blobs.receive(io.BytesIO(pack(*CONTENTS.values())))
    return Manifest.parse(listed(CONTENTS))


def stored(blobs: Blobs) -> list[str]:
    """Every file in the store."""
    return sorted(path.relative_to(blobs.folder).as_posix() for path in blobs.folder.rglob("*") if path.is_file())


def test_a_pack_is_taken_whole(blobs: Blobs):
    manifest = Manifest.parse(listed(CONTENTS))
    assert set(blobs.missing(manifest)) == {sha(content) for content in CONTENTS.values()}
    assert blobs.receive(io.BytesIO(pack(*CONTENTS.values()))) == 4
    assert blobs.missing(manifest) == []
    assert blobs.has(sha(b""))
    assert not blobs.has(sha(b"x"))
    with blobs.open(sha(b"print()\n")) as content:
        assert content.read() == b"print()\n"
        assert os.fstat(content.fileno()).st_mode & 0o777 == 0o444


def test_the_umask_of_the_process_does_not_count(tmp_path: Path):
    before = os.umask(0o077)  # 0o177 would keep even ourselves out of the folders that we make, unless we are root
    try:
        blobs = Blobs(tmp_path / "new" / "blobs")
        blobs.receive(io.BytesIO(pack(*CONTENTS.values())))
        tree = checkout(Manifest.parse(listed(CONTENTS)), blobs, tmp_path / "tree", writable=True)
    finally:
        os.umask(before)
    modes = {path: (tree / path).stat().st_mode & 0o777 for path in ("a.py", "b", "b/run")}
    assert modes == {"a.py": 0o644, "b": 0o755, "b/run": 0o755}
    assert {path.stat().st_mode & 0o777 for path in blobs.folder.iterdir()} == {0o700}


def test_an_empty_pack(blobs: Blobs):
    assert blobs.receive(io.BytesIO()) == 0


def test_a_content_that_comes_again_stays_as_it_is(blobs: Blobs):
    assert blobs.add(sha(b"x"), 1, io.BytesIO(b"x"))
    before = os.stat(blobs.path(sha(b"x")))
    assert not blobs.add(sha(b"x"), 1, io.BytesIO(b"x"))
    assert os.stat(blobs.path(sha(b"x"))).st_ino == before.st_ino


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (pack(b"good")[:-1], PackBroken),
        (pack(b"good")[:20], PackBroken),
        (pack(b"good")[:-4] + b"evil", WrongHash),
        (hashlib.sha256(b"").digest() + struct.pack(">Q", 1 << 60), FileTooLarge),
        (hashlib.sha256(b"").digest() + struct.pack(">Q", 5) + b"12345", WrongHash),
    ],
)
def test_a_broken_pack_leaves_nothing_of_what_is_broken(blobs: Blobs, broken: bytes, error: type[StoreError]):
    with pytest.raises(error):
        blobs.receive(io.BytesIO(pack(b"whole") + broken))
    assert stored(blobs) == [f"{sha(b'whole')[0]}/{sha(b'whole')[1:]}"]


def test_a_client_that_goes_away(blobs: Blobs):
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError(errno.ECONNRESET, "connection reset")

    with pytest.raises(PackBroken, match="connection reset"):
        blobs.receive(Gone())


def test_the_largest_file_is_a_setting(tmp_path: Path):
    with pytest.raises(FileTooLarge):
        Blobs(tmp_path, limit=3).receive(io.BytesIO(pack(b"four")))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The third write finds no room."""
    write, count = os.write, iter(range(1000))

    def limited(fd: int, data: bytes) -> int:
        if next(count) >= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data)

    monkeypatch.setattr(os, "write", limited)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_keeps_nothing_of_a_pack(blobs: Blobs):
    with pytest.raises(DiskFull):
        blobs.receive(io.BytesIO(pack(b"1", b"2", b"3", b"4")))
    assert stored(blobs) == []


def test_a_full_disk_keeps_nothing_of_a_checkout(
    blobs: Blobs, manifest: Manifest, tmp_path: Path, request: pytest.FixtureRequest
):
    request.getfixturevalue("full_disk")
    with pytest.raises(DiskFull):
        checkout(manifest, blobs, tmp_path / "tree", writable=True)
    assert [path.name for path in tmp_path.iterdir()] == ["blobs"]


def test_a_blob_cut_short_by_a_loss_of_power_is_missing(blobs: Blobs, manifest: Manifest):
    path = Path(blobs.path(sha(b"print()\n")))
    path.unlink()
    path.touch()
    assert blobs.missing(manifest) == [sha(b"print()\n")]
    blobs.receive(io.BytesIO(pack(b"print()\n")))
    assert blobs.missing(manifest) == []


def test_a_list_that_names_what_never_came(blobs: Blobs, manifest: Manifest):
    more = Manifest.parse(listed(CONTENTS | {"late": b"late"}))
    with pytest.raises(BlobsMissing) as caught:
        blobs.require(more)
    assert caught.value.missing == (sha(b"late"),)
    assert caught.value.details == ("late",)
    blobs.require(manifest)


def test_a_store_that_lost_folders_mends(blobs: Blobs, manifest: Manifest):
    for name in ("parts", sha(b"new")[0]):
        shutil.rmtree(blobs.folder / name)
    assert blobs.add(sha(b"new"), 3, io.BytesIO(b"new"))
    assert blobs.has(sha(b"new"))


@pytest.mark.parametrize("attempt", range(3))
def test_the_first_pushes_at_once(tmp_path: Path, attempt: int):
    contents = [str(number).encode() for number in range(60)]
    with ThreadPoolExecutor(4) as pool:
        taken = pool.map(lambda _: Blobs(tmp_path / "blobs").receive(io.BytesIO(pack(*contents))), range(4))
        assert list(taken) == [60] * 4
    assert len(stored(Blobs(tmp_path / "blobs"))) == 60


@pytest.mark.parametrize("writable", [False, True])
def test_a_checkout(blobs: Blobs, manifest: Manifest, tmp_path: Path, writable: bool):
    tree = checkout(manifest, blobs, tmp_path / "tree", writable=writable)
    assert {path: (tree / path).read_bytes() for path in CONTENTS} == CONTENTS
    assert os.readlink(tree / "b/link") == "../a.py"
    assert os.access(tree / "b/run", os.X_OK)
    assert not (tree / "a.py").stat().st_mode & 0o111
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_tree_of_the_platform_shares_its_files_and_nobody_writes_to_them(
    blobs: Blobs, manifest: Manifest, tmp_path: Path
):
    tree = checkout(manifest, blobs, tmp_path / "tree")
    assert (tree / "a.py").samefile(blobs.path(sha(b"print()\n")))
    assert {path.stat().st_mode & 0o222 for path in (tree / "a.py", tree / "b/run")} == {0}


def test_a_tree_of_a_site_is_its_own(blobs: Blobs, manifest: Manifest, tmp_path: Path):
    tree = checkout(manifest, blobs, tmp_path / "tree", writable=True)
    (tree / "a.py").write_text("changed")
    (tree / "a.py").chmod(0o755)
    with blobs.open(sha(b"print()\n")) as content:
        assert content.read() == b"print()\n"
    assert (checkout(manifest, blobs, tmp_path / "other", writable=True) / "a.py").read_bytes() == b"print()\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_tree_of_a_site_belongs_to_its_user(blobs: Blobs, manifest: Manifest, tmp_path: Path):
    tree = checkout(manifest, blobs, tmp_path / "tree", owner=(65534, 65534), writable=True)
    assert {path.lstat().st_uid for path in (tree, *tree.rglob("*"))} == {65534}
    shared = checkout(manifest, blobs, tmp_path / "shared", owner=(65534, 65534))
    assert {path.lstat().st_uid for path in (shared, *shared.rglob("*"))} == {0}


@pytest.mark.parametrize("writable", [False, True])
def test_the_same_content_keeps_its_time(blobs: Blobs, manifest: Manifest, tmp_path: Path, writable: bool):
    os.utime(blobs.path(sha(b"print()\n")), (1_000_000, 1_000_000))
    tree = checkout(manifest, blobs, tmp_path / "tree", writable=writable)
    assert (tree / "a.py").stat().st_mtime == 1_000_000


def test_a_target_that_is_there_is_complete(blobs: Blobs, manifest: Manifest, tmp_path: Path):
    (tmp_path / "tree").mkdir()
    assert list(checkout(manifest, blobs, tmp_path / "tree").iterdir()) == []


def test_checkouts_of_one_tree_at_once(blobs: Blobs, manifest: Manifest, tmp_path: Path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: checkout(manifest, blobs, tmp_path / "tree"), range(12)))
    assert (tmp_path / "tree/a.py").read_bytes() == CONTENTS["a.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blobs", "tree"]


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_damaged_blob_is_told_and_forgotten(
    blobs: Blobs, manifest: Manifest, tmp_path: Path, writable: bool, damage: str
):
    path = Path(blobs.path(sha(b"print()\n")))
    path.unlink()
    if damage == "cut":
        path.write_bytes(b"print")
    with pytest.raises(BlobDamaged, match=r"a\.py"):
        checkout(manifest, blobs, tmp_path / "tree", writable=writable)
    assert not path.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["blobs"]


@pytest.mark.parametrize("reason", [errno.EMLINK, errno.ENOENT], ids=["too many links", "replaced meanwhile"])
def test_a_blob_that_cannot_be_linked_is_copied(
    blobs: Blobs, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
):
    def refuse(*args: object, **options: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(os, "link", refuse)
    tree = checkout(manifest, blobs, tmp_path / "tree")
    assert {path: (tree / path).read_bytes() for path in CONTENTS} == CONTENTS
    assert not (tree / "a.py").stat().st_mode & 0o222


def test_garbage_is_what_no_list_needs(blobs: Blobs, manifest: Manifest):
    blobs.receive(io.BytesIO(pack(b"garbage")))
    assert collect(blobs, [manifest]) == Collected()  # it has just come
    assert collect(blobs, [manifest], grace=-10) == Collected(1, 7)
    assert blobs.missing(manifest) == []
    assert not blobs.has(sha(b"garbage"))


def test_broken_uploads_are_garbage(blobs: Blobs, manifest: Manifest):
    (blobs.folder / "parts" / "old").write_text("half")
    collect(blobs, [manifest], grace=-10)
    assert stored(blobs) == sorted(f"{name[0]}/{name[1:]}" for name in manifest.blobs)


def test_executable_variants_go_with_their_blob(blobs: Blobs, manifest: Manifest, tmp_path: Path):
    checkout(manifest, blobs, tmp_path / "tree")
    assert collect(blobs, [manifest], grace=-10) == Collected()
    assert collect(blobs, [], grace=-10).count == 4
    assert stored(blobs) == []


def test_a_store_without_a_folder_has_no_garbage(tmp_path: Path):
    assert collect(Blobs(tmp_path / "none"), []) == Collected()


def test_no_blob_goes_while_a_push_is_told_that_it_is_here(
    blobs: Blobs, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
):
    there = []

    def keep(path: str, *_: object) -> bool:
        pool.submit(collect, blobs, [], grace=-10)
        time.sleep(0.02)
        there.append(os.path.exists(path))
        return True

    monkeypatch.setattr("dotcloud.platform.store.blobs._keep", keep)
    with ThreadPoolExecutor() as pool:
        assert blobs.missing(manifest) == []
    assert there == [True] * 3
    assert stored(blobs) == []


def test_asking_for_a_blob_protects_it(blobs: Blobs, manifest: Manifest, monkeypatch: pytest.MonkeyPatch):
    """A push that was told a content is here must find it there a little later."""
    now = time.time
    path = blobs.path(sha(b"print()\n"))
    modified = os.stat(path).st_mtime_ns
    monkeypatch.setattr(time, "time", lambda: now() + 3000)  # older than half of the time a blob is spared
    before = os.stat(path).st_ctime_ns
    blobs.missing(manifest)
    assert os.stat(path).st_ctime_ns > before
    assert os.stat(path).st_mtime_ns == modified
