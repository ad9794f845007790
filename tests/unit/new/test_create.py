"""A project on the disk, and in git."""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from dotcloud.errors.new import CannotWriteProject, FolderExists
from dotcloud.new import repository
from dotcloud.new.create import create
from dotcloud.new.wheel import pack

WHEEL = pack(
    {"dotcloud/starter/postinstall": b"#!/bin/sh\n", "x-1.dist-info/WHEEL": b"Tag: py3-none-any\n"}, "x-1.dist-info"
)


@pytest.fixture(autouse=True)
def no_build_and_no_git_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(import_module("dotcloud.new.create"), "library_wheel", lambda: WHEEL)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_project_is_written_and_committed(tmp_path: Path) -> None:
    created = create("shop", tmp_path)
    assert created.files == 4
    assert (tmp_path / "shop/postinstall").stat().st_mode & 0o777 == 0o755
    assert git(tmp_path / "shop", "status", "--porcelain") == ""
    assert git(tmp_path / "shop", "log", "--format=%s by %an") == f"{repository.MESSAGE} by dotcloud new"


def test_the_commit_is_its_authors_where_git_knows_one(tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    assert create("shop", tmp_path).git == "the first commit"
    assert git(tmp_path / "shop", "log", "--format=%an") == "Ada"


def test_an_author_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "Ada", "EMAIL": "ada@example.com"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    assert create("shop", tmp_path).git == "the first commit"
    assert git(tmp_path / "shop", "log", "--format=%an") == "Ada"


def test_vendor_is_committed_where_a_person_ignores_such_folders_everywhere(tmp_path: Path) -> None:
    (tmp_path / "ignored").write_text("vendor/\n*.whl\n")
    (tmp_path / "gitconfig").write_text(f"[core]\nexcludesFile = {tmp_path}/ignored\n")
    create("shop", tmp_path)
    assert git(tmp_path / "shop", "ls-files", "vendor") == f"vendor/{WHEEL.filename}"


def test_inside_a_repository_there_is_no_second_one(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    git(tmp_path / "big", "init", "--quiet")
    assert create("shop", tmp_path / "big").git.startswith("skipped: the folder is in a repository")


def test_without_git_there_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert create("shop", tmp_path).git == "skipped: git is not installed"


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    with pytest.raises(FolderExists):
        create("shop", tmp_path)


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWriteProject, match="file"):
        create("shop", tmp_path / "file")
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]
