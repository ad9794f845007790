"""vendor/lock.json, and where it is enforced."""

from __future__ import annotations

import json

import pytest

from dotcloud.errors.vendor import LockMismatch, UnreadableLock
from dotcloud.vendor.check import check
from dotcloud.vendor.discover import discover
from dotcloud.vendor.lock import archival_for, read_lock, source_hash, verify, version_for, write_lock

SETUP = "from setuptools import setup\nsetup(name='{}', version='1.0')\n"
SCM = "from setuptools import setup\nsetup(name='acme', use_scm_version=True)\n"


@pytest.fixture
def root(plant):
    return plant({"acme/setup.py": SETUP.format("acme"), "other/setup.py": SETUP.format("other")})


def test_no_lock_is_none(tmp_path):
    assert read_lock(tmp_path) is None


def test_what_is_written_is_read(root):
    assert list(read_lock(root) or {}) == []
    written = write_lock(root)
    assert read_lock(root) == {entry.path: entry for entry in written}
    assert [(entry.path, entry.distribution, entry.version) for entry in written] == [
        ("vendor/acme", "acme", "1.0"),
        ("vendor/other", "other", "1.0"),
    ]


def test_the_file_has_a_version_and_ends_in_a_newline(root):
    write_lock(root)
    text = (root / "lock.json").read_text()
    assert json.loads(text)["version"] == 1
    assert text.endswith("}\n")


ENTRY = {"path": "vendor/acme", "distribution": "acme", "tree": "", "dirty": False}
ENTRY |= dict.fromkeys(["commit", "branch", "describe", "version"])


@pytest.mark.parametrize("text", ["", "[]", "{}", "[[[", '"text"', '{"version": 1, "packages": 3}'])
def test_an_unreadable_lock_is_told(root, text):
    (root / "lock.json").write_text(text)
    with pytest.raises(UnreadableLock, match="cannot be read"):
        read_lock(root)


@pytest.mark.parametrize("change", [{"path": 3}, {"commit": 5}, {"version": 1}, {"dirty": 0}, {"new": ""}])
def test_a_field_of_another_kind_is_told(root, change):
    (root / "lock.json").write_text(json.dumps({"version": 1, "packages": [ENTRY]}))
    assert list(read_lock(root)) == ["vendor/acme"]
    (root / "lock.json").write_text(json.dumps({"version": 1, "packages": [ENTRY | change]}))
    with pytest.raises(UnreadableLock, match="not what dotcloud vendor lock writes"):
        read_lock(root)


def test_a_lock_of_a_newer_dotcloud_asks_for_that(root):
    (root / "lock.json").write_text('{"version": 2}')
    with pytest.raises(UnreadableLock, match="pip install --upgrade django-dotcloud") as told:
        read_lock(root)
    assert told.value.fix in [problem.fix for problem in check(root)]


def test_the_locked_code_passes(root):
    write_lock(root)
    verify(root, discover(root), read_lock(root))


def test_each_changed_missing_and_new_package_is_named(root, plant):
    plant({"gone/setup.py": ""})
    write_lock(root)
    (root / "acme/setup.py").write_text("changed")
    (root / "gone/setup.py").unlink()
    plant({"new/setup.py": ""})
    with pytest.raises(LockMismatch) as caught:
        verify(root, discover(root), read_lock(root))
    assert caught.value.details == (
        "vendor/acme: its files differ from the ones locked",
        "vendor/new: not in the lock",
        "vendor/gone: locked, and not here",
    )


def test_residue_and_time_stamps_are_no_change(root, plant):
    write_lock(root)
    plant({"acme/build/lib/acme.py": "", "acme/acme.egg-info/PKG-INFO": ""})
    (root / "acme/setup.py").touch()
    verify(root, discover(root), read_lock(root))


def test_known_hashes_are_not_computed_again(root):
    write_lock(root)
    packages = discover(root)
    with pytest.raises(LockMismatch):
        verify(root, packages, read_lock(root), {packages[0].path: "other"})


def test_on_a_checkout_nothing_is_enforced(root):
    write_lock(root)
    (root / "acme/setup.py").write_text("changed")
    (root.parent / ".git").mkdir()
    (root.parent / ".git/HEAD").write_text("ref: refs/heads/main\n")
    verify(root, discover(root), read_lock(root))


def test_a_stranger_s_repository_around_the_box_makes_no_checkout(root):
    write_lock(root)
    (root / "acme/setup.py").write_text("changed")
    above = root.parent.parent / ".git"
    above.mkdir()
    (above / "HEAD").write_text("ref: refs/heads/main\n")
    with pytest.raises(LockMismatch):
        verify(root, discover(root), read_lock(root))


def test_a_git_file_that_leads_nowhere_makes_no_checkout(root):
    write_lock(root)
    (root / "acme/setup.py").write_text("changed")
    (root / "acme/.git").write_text("gitdir: ../../.git/modules/acme\n")
    with pytest.raises(LockMismatch, match="not the code"):
        verify(root, discover(root), read_lock(root))


def test_without_a_lock_nothing_is_enforced(root):
    verify(root, discover(root), None)


def test_archives_are_locked_by_their_bytes(plant):
    root = plant({"a-1-py3-none-any.whl": "Name: a\nVersion: 1\n"})
    write_lock(root)
    plant({"a-1-py3-none-any.whl": "Name: a\nVersion: 1\nSummary: other\n"})
    with pytest.raises(LockMismatch):
        verify(root, discover(root), read_lock(root))


def test_a_version_from_tags_comes_from_the_lock(plant):
    root = plant({"acme/setup.py": SCM})
    [package] = discover(root)
    write_lock(root)
    document = json.loads((root / "lock.json").read_text())
    document["packages"][0] |= {"version": "1.5", "describe": "v1.5-0-gabc", "commit": "abc"}
    (root / "lock.json").write_text(json.dumps(document))
    assert version_for(package, read_lock(root)) == "1.5"
    assert archival_for(package, read_lock(root)) == "node: abc\ndescribe-name: v1.5-0-gabc\n"


def test_a_version_from_tags_without_a_lock_is_unknown_unless_pkg_info_tells(plant):
    root = plant({"acme/setup.py": SCM})
    assert version_for(discover(root)[0], None) is None
    plant({"acme/PKG-INFO": "Metadata-Version: 2.1\nName: acme\nVersion: 1.6\n"})
    assert version_for(discover(root)[0], None) == "1.6"


def test_a_written_version_is_not_injected(root):
    assert version_for(discover(root)[0], None) is None


def test_the_hash_of_an_archive_and_of_a_folder(plant):
    root = plant({"a-1-py3-none-any.whl": "Name: a\n", "b/setup.py": ""})
    assert len({source_hash(package) for package in discover(root)}) == 2
