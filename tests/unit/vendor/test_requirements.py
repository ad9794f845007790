"""Whether requirements files changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.vendor.requirements import fingerprint, wants_hashes


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "requirements.txt"


def test_the_same_text_is_the_same(file: Path) -> None:
    file.write_text("Django>=5.2\n")
    assert fingerprint([file]) == fingerprint([file])
    assert fingerprint([file]) != fingerprint([])


def test_an_included_file_counts(file: Path) -> None:
    file.write_text("-r base.txt\n")
    (file.parent / "base.txt").write_text("Django>=5.1\n")
    before = fingerprint([file])
    (file.parent / "base.txt").write_text("Django>=5.2\n")
    assert fingerprint([file]) != before


def test_files_that_include_each_other_end(file: Path) -> None:
    file.write_text("-r requirements.txt\n")
    assert fingerprint([file])


@pytest.mark.parametrize("line", [".", "./library", "-e .", "-e ./library", "library @ file:./library", "../library"])
def test_a_local_folder_may_have_changed_at_any_time(file: Path, line: str) -> None:
    file.write_text(f"Django\n{line}\n")
    assert fingerprint([file]) is None


def test_a_local_archive_counts_by_its_content(file: Path) -> None:
    file.write_text("./vendor/acme-1.0-py3-none-any.whl\n")
    (file.parent / "vendor").mkdir()
    wheel = file.parent / "vendor" / "acme-1.0-py3-none-any.whl"
    wheel.write_bytes(b"one")
    before = fingerprint([file])
    wheel.write_bytes(b"two")
    assert before is not None
    assert fingerprint([file]) not in (None, before)


def test_hash_checking_mode_is_seen(file: Path) -> None:
    file.write_text("Django==5.2 --hash=sha256:abc\n")
    assert wants_hashes([file])
    file.write_text("Django==5.2\n")
    assert not wants_hashes([file])
