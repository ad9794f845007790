"""What counts as source: its hash, and the copy that is built."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dotcloud.vendor.tree import clean_copy, tree_hash


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "acme"
    (root / "src" / "acme").mkdir(parents=True)
    (root / "setup.py").write_text("from setuptools import setup\n")
    (root / "src" / "acme" / "__init__.py").write_text("VALUE = 1\n")
    return root


def test_an_edit_changes_the_hash_even_with_the_old_time_stamp(tree: Path) -> None:
    module = tree / "src" / "acme" / "__init__.py"
    before, stamp = tree_hash(tree), module.stat().st_mtime
    module.write_text("VALUE = 2\n")
    os.utime(module, (stamp, stamp))
    assert tree_hash(tree) != before


def test_a_fresh_time_stamp_changes_nothing(tree: Path) -> None:
    before = tree_hash(tree)
    os.utime(tree / "setup.py", (0, 0))
    assert tree_hash(tree) == before


def test_a_renamed_file_an_added_one_and_an_executable_bit_change_the_hash(tree: Path) -> None:
    hashes = {tree_hash(tree)}
    (tree / "setup.py").rename(tree / "setup2.py")
    hashes.add(tree_hash(tree))
    (tree / "empty").touch()
    hashes.add(tree_hash(tree))
    (tree / "empty").chmod(0o755)
    hashes.add(tree_hash(tree))
    assert len(hashes) == 4


RESIDUE = [
    "build/lib/acme/deleted.py",
    "build/bdist.linux-x86_64/x",
    "acme.egg-info/SOURCES.txt",
    "src/acme.egg-info/PKG-INFO",
    "src/acme/__pycache__/x.cpython-311.pyc",
    "src/acme/x.pyc",
    ".git/HEAD",
    ".venv/bin/python",
]


@pytest.mark.parametrize("path", RESIDUE)
def test_build_residue_is_neither_hashed_nor_copied(tree: Path, tmp_path: Path, path: str) -> None:
    before = tree_hash(tree)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("residue")
    assert tree_hash(tree) == before
    assert not (clean_copy(tree, tmp_path / "copy") / path).exists()


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py", "setup.cfg"])
@pytest.mark.parametrize("place", ["core", "python/core", "packages/a/b/core", "src/core"])
@pytest.mark.parametrize("path", RESIDUE)
def test_the_residue_of_a_package_below_the_top_is_none_either(
    tree: Path, tmp_path: Path, path: str, place: str, marker: str
) -> None:
    package = tree / place
    package.mkdir(parents=True)
    (package / marker).touch()
    before = tree_hash(tree)
    (package / path).parent.mkdir(parents=True, exist_ok=True)
    (package / path).write_text("residue")
    assert tree_hash(tree) == before
    assert not (clean_copy(tree, tmp_path / "copy") / place / path).exists()


SOURCE = ["build/backend.py", "src/acme/build/lib.py", "src/acme/deep.egg-info/x", "dist/x.js", "src/acme/.env"]


@pytest.mark.parametrize("path", SOURCE)
def test_what_merely_looks_like_residue_is_source(tree: Path, tmp_path: Path, path: str) -> None:
    before = tree_hash(tree)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("source")
    assert tree_hash(tree) != before
    assert (clean_copy(tree, tmp_path / "copy") / path).read_text() == "source"


def test_the_copy_has_the_same_hash_links_and_modes_included(tree: Path, tmp_path: Path) -> None:
    (tree / "link.py").symlink_to("setup.py")
    (tree / "setup.py").chmod(0o755)
    assert tree_hash(clean_copy(tree, tmp_path / "copy")) == tree_hash(tree)
    assert (tmp_path / "copy" / "link.py").is_symlink()


def test_only_the_files_that_git_would_send_can_be_counted(tree: Path) -> None:
    before = tree_hash(tree)
    (tree / "ignored.txt").touch()
    assert tree_hash(tree, only=frozenset({"setup.py", "src/acme/__init__.py"})) == before


def test_pipes_and_sockets_are_no_source(tree: Path, tmp_path: Path) -> None:
    before = tree_hash(tree)
    os.mkfifo(tree / "src" / "acme" / "pipe")
    assert tree_hash(tree) == before
    assert not (clean_copy(tree, tmp_path / "copy") / "src" / "acme" / "pipe").exists()
