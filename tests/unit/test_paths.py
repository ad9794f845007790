"""Paths that a person gave, in the form in which they are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.paths import absolute
from dotcloud.vendor.cache import cache_directory
from dotcloud.vendor.discover import discover


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path / "site")


@pytest.mark.parametrize("given", ["../cache", "x/../../cache", "./../cache/", "../site/../cache"])
def test_a_path_with_dots_is_the_path_without(tmp_path: Path, given: str) -> None:
    (tmp_path / "site" / "x").mkdir()
    assert absolute(Path(given)) == tmp_path.resolve() / "cache"


def test_a_link_stays_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "vendor").symlink_to(tmp_path / "site")
    assert absolute(tmp_path / "vendor") == tmp_path / "vendor"


def test_dots_behind_a_link_lead_where_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "site" / "link").symlink_to(tmp_path / "a" / "b")
    assert absolute(Path("link/../x")) == tmp_path.resolve() / "a" / "x"


def test_the_cache_may_be_named_with_dots(tmp_path: Path) -> None:
    assert cache_directory({"DOTCLOUD_CACHE_DIR": "../cache"}) == tmp_path.resolve() / "cache"


def test_packages_of_a_folder_with_dots_have_paths_without(tmp_path: Path) -> None:
    (tmp_path / "vendor" / "acme").mkdir(parents=True)
    (tmp_path / "vendor" / "acme" / "setup.py").touch()
    [package] = discover(Path("../vendor"))
    assert (package.path, package.label) == (tmp_path.resolve() / "vendor" / "acme", "vendor/acme")
