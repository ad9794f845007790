"""What a push takes along."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dotcloud import process
from dotcloud.client import hashing
from dotcloud.client.files import File, collect
from dotcloud.errors.client import FileUnreadable, OddFileNames
from dotcloud.vendor.tree import tree_hash

OLD = 1_600_000_000


def git(folder: Path, *args: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True)


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, a_py="a", sub__b_py="b", _gitignore="*.log\n/secret/\n", debug_log="log", secret__key="k")
    return root


@pytest.fixture
def repository(project: Path) -> Path:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    return project


def paths(root: Path) -> list[str]:
    return [file.path for file in collect(root)]


def test_tracked_and_new_files_but_no_ignored_ones(repository: Path):
    write(repository, new_py="new")
    (repository / "sub/b.py").unlink()
    assert paths(repository) == [".gitignore", "a.py", "new.py"]


def test_without_git_everything_but_folders_of_tools(project: Path):
    write(
        project, _hg__store="x", sub___svn__x="x", env__pyvenv_cfg="", env__lib__x_py="x", sub____pycache____x_pyc="x"
    )
    (project / "empty").mkdir()
    assert paths(project) == [".gitignore", "a.py", "debug.log", "secret/key", "sub/b.py"]


def test_a_project_ignored_by_a_repository_above_has_all_its_files(project: Path):
    git(project.parent, "init", "-q")
    write(project.parent, _gitignore="/project/\n")
    assert "a.py" in paths(project)


def test_a_project_in_a_folder_of_a_repository(repository: Path):
    assert paths(repository / "sub") == ["b.py"]


def test_virtual_environments_and_byte_code_never_travel(repository: Path):
    write(repository, venv__pyvenv_cfg="", venv__lib__x_py="x", sub__c_pyc="x", _dotcloud__config="{}")
    git(repository, "add", "-f", "sub/c.pyc")
    assert paths(repository) == [".gitignore", "a.py", "sub/b.py"]


def test_the_project_itself_may_be_a_virtual_environment(project: Path):
    write(project, pyvenv_cfg="")
    assert "a.py" in paths(project)


def test_dotcloudignore_has_the_syntax_of_gitignore(repository: Path):
    write(repository, media__x="x", media__keep="x", _dotcloudignore="# comment\n/media/*\n!/media/keep\nsub/\n")
    assert paths(repository) == [".dotcloudignore", ".gitignore", "a.py", "media/keep"]


def test_kinds_sizes_and_hashes(repository: Path):
    (repository / "a.py").chmod(0o755)
    (repository / "link").symlink_to("sub/b.py")
    (repository / "folder").symlink_to("sub")
    (repository / "gone").symlink_to("nowhere")
    found = {file.path: file for file in collect(repository)}
    assert found["a.py"].as_dict() == {
        "path": "a.py",
        "kind": "exec",
        "size": 1,
        "sha256": hashlib.sha256(b"a").hexdigest(),
    }
    assert found["link"].as_dict() == {"path": "link", "kind": "link", "target": "sub/b.py"}
    assert [found[name].target for name in ("folder", "gone")] == ["sub", "nowhere"]
    assert found["sub/b.py"].kind == "file"


def test_what_is_neither_file_nor_link_stays_at_home(project: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(project / "pipe")
    monkeypatch.chdir(project)  # the name of a unix socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("site.sock")
    assert not {"pipe", "site.sock"} & set(paths(project))


def test_names_that_are_not_utf8_are_told(project: Path):
    (Path(os.fsdecode(os.fsencode(project) + b"/caf\xe9"))).write_text("x")
    with pytest.raises(OddFileNames) as caught:
        collect(project)
    assert "caf" in str(caught.value)
    git(project, "init", "-q")
    with pytest.raises(OddFileNames):
        collect(project)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told(project: Path):
    (project / "a.py").chmod(0)
    with pytest.raises(FileUnreadable, match=r"a\.py"):
        collect(project)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("with_git", [True, False])
def test_a_folder_that_cannot_be_read_is_told_unless_it_is_ignored(repository: Path, with_git: bool):
    if not with_git:
        shutil.rmtree(repository / ".git")
    write(repository, sub__p__f="x")
    (repository / "sub/p").chmod(0)
    for root in (repository, repository / "sub"):
        path = f"{(repository / 'sub/p').relative_to(root)}/"
        with pytest.raises(FileUnreadable, match=f"^{path} cannot be read: Permission denied"):
            collect(root)
        write(root, _dotcloudignore=f"/{path}\n")
        assert "a.py" in paths(root) or "b.py" in paths(root)
    (repository / "sub/p").chmod(0o700)


def test_a_folder_that_git_only_warns_about_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch):
    warning = "warning: could not open directory 'sub/it's/': Permission denied\n"
    run = process.run
    told = lambda args, **more: replace(run(args, **more), errors=warning)  # noqa: E731
    monkeypatch.setattr(process, "run", told)
    for root, name in ((repository, "sub/it's/"), (repository / "sub", "it's/")):
        with pytest.raises(FileUnreadable, match=f"^{name} cannot be read"):
            collect(root)


@pytest.fixture
def private(tmp_path: Path, repository: Path) -> Path:
    """The project with a submodule that has one of its own."""
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for folder in (inner, outer):
        write(folder, code_py=folder.name)
        git(folder, "init", "-q")
    write(outer, pyproject_toml='[project]\nname = "acme-core"\nversion = "1.2"\n', _gitignore="built/\n")
    for folder in (inner, outer):
        if folder is outer:
            git(outer, "submodule", "--quiet", "add", str(inner), "deep")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "x")
    git(repository, "submodule", "--quiet", "add", str(outer), "vendor/core")
    git(repository, "submodule", "--quiet", "update", "--init", "--recursive")
    write(repository, vendor__core__new_py="new", vendor__core__built__x="x")
    return repository


def test_submodules_travel_with_their_submodules(private: Path):
    assert [path for path in paths(private) if path.startswith("vendor/")] == [
        "vendor/core/.gitignore",
        "vendor/core/.gitmodules",
        "vendor/core/code.py",
        "vendor/core/deep/code.py",
        "vendor/core/new.py",
        "vendor/core/pyproject.toml",
        "vendor/lock.json",
    ]


def lock_of(files: list[File]) -> dict[str, object]:
    (source,) = [file.source for file in files if file.path == "vendor/lock.json"]
    assert isinstance(source, bytes)
    (package,) = json.loads(source)["packages"]
    return dict(package)


def lay_out(files: list[File], target: Path) -> Path:
    for file in files:
        copy = target / file.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.source if isinstance(file.source, bytes) else Path(file.source).read_bytes())
        copy.chmod(0o755 if file.kind == "exec" else 0o644)
    return target


def test_the_lock_is_fresh_and_the_tree_untouched(private: Path, tmp_path: Path):
    write(private, vendor__lock_json="stale")
    files = collect(private)
    lock = lock_of(files)
    assert (lock["path"], lock["distribution"], lock["version"], lock["dirty"]) == (
        "vendor/core",
        "acme-core",
        "1.2",
        True,
    )
    assert (private / "vendor/lock.json").read_text() == "stale"
    box = lay_out(files, tmp_path / "box")
    assert lock["tree"] == tree_hash(box / "vendor/core")


def test_the_lock_knows_what_dotcloudignore_left_out(private: Path, tmp_path: Path):
    write(private, _dotcloudignore="deep/\n")
    files = collect(private)
    box = lay_out(files, tmp_path / "box")
    assert not (box / "vendor/core/deep").exists()
    assert lock_of(files)["tree"] == tree_hash(box / "vendor/core")


def test_no_packages_no_lock(project: Path):
    (project / "vendor").mkdir()
    assert "vendor/lock.json" not in paths(project)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths whose contents are read from now on."""
    found: list[str] = []
    real = hashing._hash
    monkeypatch.setattr(hashing, "_hash", lambda root, path: (found.append(path), real(root, path))[1])
    return found


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seconds later than it is, so that the files are old enough to be remembered."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3)


@pytest.mark.usefixtures("patient")
def test_a_file_that_stayed_is_not_read_again(project: Path, monkeypatch: pytest.MonkeyPatch):
    first = collect(project)
    read = reads(monkeypatch)
    assert collect(project) == first
    assert read == []
    (project / "a.py").write_text("A")
    assert collect(project) != first
    assert read == ["a.py"]


@pytest.mark.usefixtures("patient")
def test_a_change_that_keeps_size_and_time_is_seen(project: Path):
    os.utime(project / "a.py", (OLD, OLD))
    before = collect(project)
    (project / "a.py").write_text("A")
    os.utime(project / "a.py", (OLD, OLD))
    assert collect(project) != before


def test_what_was_just_written_is_not_remembered(project: Path, monkeypatch: pytest.MonkeyPatch):
    collect(project)
    read = reads(monkeypatch)
    collect(project)
    assert "a.py" in read


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 99}',
        '{"format": 1, "files": []}',
        '{"format": 1, "files": {"a.py": []}}',
        '{"format": 1, "files": {"a.py": 3}}',
    ],
)
def test_a_broken_cache_does_no_harm(project: Path, own_cache: Path, text: str):
    before = collect(project)
    (cache,) = (own_cache / "dotcloud/hashes").iterdir()
    cache.write_text(text)
    assert collect(project) == before


def test_a_cache_that_cannot_be_written_does_no_harm(project: Path, own_cache: Path):
    own_cache.write_text("a file where the folder should be")
    assert "a.py" in paths(project)
