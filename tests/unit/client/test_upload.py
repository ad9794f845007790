"""Sending a project: only what the platform lacks, and nothing but what was listed."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from dotcloud.client import upload
from dotcloud.client.api import Client
from dotcloud.client.files import File, collect
from dotcloud.errors.client import FileChanged, Refused


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for number in range(30):
        (root / f"{number}.txt").write_text(str(number) * 100)
    (root / "same.txt").write_text("0" * 100)
    (root / "empty").touch()
    return root


def send(client: Client, files: list[File], **options: Any) -> upload.Revision:
    return upload.upload(client, "shop", "default", files, **options)


def packs(platform: Any) -> int:
    return sum(asked == "POST /blobs" for asked in platform.asked)


def test_a_push_and_the_next_one(platform: Any, client: Client, project: Path):
    first = send(client, collect(project))
    assert (first.name, first.unchanged) == ("push-1", False)
    assert first.tree == platform.revisions[0].tree_hash
    platform.asked.clear()
    assert send(client, collect(project)).unchanged
    assert packs(platform) == 0
    (project / "1.txt").write_text("changed")
    assert upload.missing(client, "shop", "default", collect(project)) == {hashlib.sha256(b"changed").hexdigest()}
    assert not send(client, collect(project)).unchanged
    assert packs(platform) == 1


def test_several_packs_travel_at_once(platform: Any, client: Client, project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upload, "PACK_FILES", 5)
    told: list[tuple[int, int]] = []
    send(client, collect(project), progress=lambda sent, total: told.append((sent, total)))
    assert packs(platform) == 7
    total = sum(len(str(number)) * 100 for number in range(30))
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)


def test_packs_are_limited_in_bytes_and_files():
    files = [File(str(n), "file", size) for n, size in enumerate([1, 1, upload.PACK_BYTES + 1, 2, upload.PACK_BYTES])]
    assert [[file.path for file in pack] for pack in upload.packed(files)] == [["0", "1"], ["2"], ["3"], ["4"]]
    assert [len(pack) for pack in upload.packed([File("a", "file")] * (upload.PACK_FILES + 1))] == [
        upload.PACK_FILES,
        1,
    ]


@pytest.mark.parametrize("change", ["content", "shorter", "gone"])
def test_a_file_that_changes_meanwhile(platform: Any, client: Client, project: Path, change: str):
    files = collect(project)
    path = project / "7.txt"
    if change == "gone":
        path.unlink()
    else:
        path.write_text("x" * (100 if change == "content" else 50))
    with pytest.raises(FileChanged, match=r"7\.txt"):
        send(client, files)
    assert platform.revisions == []


def test_a_failing_pack_stops_the_others(platform: Any, client: Client, project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upload, "PACK_FILES", 2)
    stopped, stop = threading.Event(), upload._Counter.stop
    monkeypatch.setattr(upload._Counter, "stop", lambda counter: (stop(counter), stopped.set()))
    lock = threading.Lock()
    first = iter([True])

    def answer(handler: Any) -> None:
        with lock:
            refused = next(first, False)
        if refused:
            handler.send(422, {"error": {"description": "There is no space left."}})
        else:  # the others take longer than the refusal
            assert stopped.wait(10)
            platform.told(platform.receive)(handler)

    platform.answers["POST /blobs"] = answer
    with pytest.raises(Refused, match="no space left"):
        send(client, collect(project))
    assert platform.revisions == []
    assert packs(platform) < 3 * upload.CONNECTIONS


def test_a_content_collected_in_between_is_sent_again(platform: Any, client: Client, project: Path):
    make = platform.answers["POST /applications/shop/revisions"]
    digest = hashlib.sha256(b"3" * 100).hexdigest()
    collected = iter([True, False])

    def answer(handler: Any) -> None:
        if next(collected):
            platform.blobs.forget(digest)
        make(handler)

    platform.answers["POST /applications/shop/revisions"] = answer
    assert send(client, collect(project)).name == "push-1"
    assert packs(platform) == 2


def test_a_list_that_is_refused_is_told_with_every_problem(platform: Any, client: Client, project: Path):
    (project / "out").symlink_to("/etc/passwd")
    (project / "back\\slash").write_text("x")
    with pytest.raises(Refused) as caught:
        send(client, collect(project))
    assert len(caught.value.details) == 2
    assert packs(platform) == 0
