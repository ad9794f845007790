"""vendor/ with real git: submodules from private bare repositories, a laptop's checkout, a box without ``.git``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dotcloud import process
from dotcloud.errors.vendor import LockMismatch
from dotcloud.vendor import git, git_version
from dotcloud.vendor.check import check
from dotcloud.vendor.discover import discover
from dotcloud.vendor.listing import rows
from dotcloud.vendor.lock import archival_for, read_lock, verify, version_for, write_lock
from dotcloud.vendor.versions import pretend

SETUP = "from setuptools import setup\nsetup(name='{0}', version='1.0', packages=['{0}'])\n"
SCM = """[build-system]
requires = ["setuptools>=64", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"
[project]
name = "acme"
dynamic = ["version"]
[tool.setuptools_scm]
"""
HATCH_VCS = """[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"
[project]
name = "acme"
dynamic = ["version"]
[tool.hatch.version]
source = "vcs"
"""


def run(folder: Path, *words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def commit(folder: Path, message: str, files: dict[str, str] | None = None, tag: str | None = None) -> str:
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "-q", "-m", message)
    if tag:
        run(folder, "git", "tag", tag)
    return run(folder, "git", "rev-parse", "HEAD").strip()


class Desk:
    """A private server (bare repositories), somebody's own clones of them, and the project of the laptop."""

    def __init__(self, folder: Path) -> None:
        self.server = folder / "server"
        self.clones = folder / "clones"
        self.project = folder / "project"
        self.vendor = self.project / "vendor"
        for path in (self.server, self.clones, self.project):
            path.mkdir()
        run(self.project, "git", "init", "-q", "-b", "main")
        commit(self.project, "Start", {"dotcloud.yml": "www:\n  type: python\n"})

    def serve(self, name: str, files: dict[str, str], tag: str | None = None) -> str:
        """A repository on the server; its address."""
        clone, bare = self.clones / name, self.server / f"{name}.git"
        run(self.clones, "git", "init", "-q", "-b", "main", clone)
        commit(clone, "First", files, tag)
        run(self.server, "git", "clone", "-q", "--bare", clone, bare)
        run(clone, "git", "remote", "add", "origin", bare)
        return str(bare)

    def publish(self, name: str, message: str, files: dict[str, str]) -> str:
        new = commit(self.clones / name, message, files)
        run(self.clones / name, "git", "push", "-q", "origin", "main", "--tags")
        return new

    def submodule(self, name: str, files: dict[str, str], tag: str | None = None) -> Path:
        """A submodule of the project, committed."""
        run(self.project, "git", "submodule", "--quiet", "add", self.serve(name, files, tag), f"vendor/{name}")
        commit(self.project, f"Add {name}")
        return self.vendor / name

    def dotcloud(self, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dotcloud", "vendor", *words]
        return subprocess.run(command, cwd=self.project, capture_output=True, text=True, env=env)

    def codes(self) -> list[tuple[str, str]]:
        return [(problem.code, problem.path) for problem in check(self.vendor)]

    def box(self, folder: Path) -> Path:
        """The vendor/ folder of a box: the files git would send, and no ``.git``."""
        for name in git.files(self.project) or ():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.project / name, target, follow_symlinks=False)
        return folder / "vendor"

    def state(self) -> dict[str, object]:
        """All that an ``add`` touches."""
        return {
            "status": run(self.project, "git", "status", "--porcelain", "--ignored"),
            "index": run(self.project, "git", "ls-files", "--stage"),
            "config": (self.project / ".git/config").read_text(),
            "modules": sorted(path.name for path in (self.project / ".git").glob("modules/vendor/*")),
        }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "home").mkdir()
    settings = {"user.name": "A", "user.email": "a@example.org", "protocol.file.allow": "always"}
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    return Desk(tmp_path)


def package(name: str) -> dict[str, str]:
    return {"setup.py": SETUP.format(name), f"{name}/__init__.py": ""}


def test_a_fresh_submodule_has_no_problem(desk):
    desk.submodule("acme", package("acme"))
    assert desk.codes() == []
    [row] = rows(desk.vendor)
    assert (row.path, row.distribution, row.branch, row.state) == ("vendor/acme", "acme", "main", "clean")


def test_every_problem_that_git_tells(desk, tmp_path):
    for name in ("dirty", "unpushed", "emptied", "undeclared", "unlinked", "moved"):
        desk.submodule(name, package(name))
    (desk.vendor / "dirty/new.py").write_text("")
    commit(desk.vendor / "unpushed", "Only here", {"new.py": ""})
    commit(desk.project, "Record it")
    run(desk.project, "git", "submodule", "--quiet", "deinit", "vendor/emptied")
    run(desk.project, "git", "config", "-f", ".gitmodules", "--remove-section", "submodule.vendor/undeclared")
    run(desk.project, "git", "update-index", "--force-remove", "vendor/unlinked")
    desk.publish("moved", "Next", {"next.py": ""})
    run(desk.vendor / "moved", "git", "pull", "-q")
    (desk.vendor / "stranger").mkdir()
    run(desk.vendor / "stranger", "git", "clone", "-q", desk.serve("stranger", package("stranger")), ".")
    assert desk.codes() == [
        ("empty-submodule", "vendor/emptied"),
        ("gitlink-without-gitmodules", "vendor/undeclared"),
        ("gitmodules-without-gitlink", "vendor/unlinked"),
        ("uncommitted-changes", "vendor/dirty"),
        ("submodule-moved", "vendor/moved"),
        ("unregistered-repository", "vendor/stranger"),
        ("unpushed-commit", "vendor/unpushed"),
    ]


def test_the_fixes_mend(desk):
    for name in ("emptied", "undeclared", "unlinked", "moved", "unpushed"):
        desk.submodule(name, package(name))
    run(desk.project, "git", "submodule", "--quiet", "deinit", "vendor/emptied")
    run(desk.project, "git", "config", "-f", ".gitmodules", "--remove-section", "submodule.vendor/undeclared")
    run(desk.project, "git", "update-index", "--force-remove", "vendor/unlinked")
    commit(desk.vendor / "unpushed", "Only here", {"new.py": ""})
    desk.publish("moved", "Next", {"next.py": ""})
    run(desk.vendor / "moved", "git", "pull", "-q")
    for problem in check(desk.vendor):
        run(desk.project, "sh", "-c", problem.fix)
    assert desk.codes() == []


def test_a_commit_on_no_branch_that_was_tagged_here_is_unpushed(desk):
    acme = desk.submodule("acme", package("acme"))
    run(acme, "git", "checkout", "-q", "--detach")
    commit(acme, "Hot fix", {"fix.py": ""}, tag="v9")
    [fix] = [problem.fix for problem in check(desk.vendor) if problem.code == "unpushed-commit"]
    assert fix == "git -C vendor/acme push origin HEAD:main"


def test_a_tag_off_every_branch_that_was_fetched_is_known(desk):
    acme = desk.submodule("acme", package("acme"))
    clone = desk.clones / "acme"
    run(clone, "git", "checkout", "-q", "--detach")
    commit(clone, "Release", {"release.py": ""}, tag="v9")
    run(clone, "git", "push", "-q", "origin", "v9")
    run(acme, "git", "fetch", "-q", "--tags")
    run(acme, "git", "checkout", "-q", "v9")
    assert desk.codes() == [("submodule-moved", "vendor/acme")]


def test_a_shallow_submodule_is_known(desk):
    url = f"file://{desk.serve('acme', package('acme'))}"
    desk.publish("acme", "Second", {"b.py": ""})
    run(desk.project, "git", "submodule", "--quiet", "add", "--depth", "1", url, "vendor/acme")
    commit(desk.project, "Add")
    run(desk.vendor / "acme", "git", "update-ref", "-d", "refs/remotes/origin/main")
    assert desk.codes() == []


def test_a_copy_in_the_project_that_git_ignores_partly(desk):
    commit(desk.project, "Ignore", {".gitignore": "*.mo\n"})
    commit(desk.project, "Copy", {f"vendor/acme/{name}": text for name, text in package("acme").items()})
    (desk.vendor / "acme/acme/de.mo").write_text("")
    (desk.vendor / "acme/setup.py").write_text(SETUP.format("acme") + "\n")
    assert desk.codes() == [("ignored-files", "vendor/acme")]


def test_a_copy_that_git_ignores_wholly(desk):
    commit(desk.project, "Ignore", {".gitignore": "vendor/acme\n"})
    for name, text in package("acme").items():
        (desk.vendor / "acme" / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.vendor / "acme" / name).write_text(text)
    assert desk.codes() == [("ignored-package", "vendor/acme")]


def test_a_version_from_tags_where_there_is_no_tag(desk):
    desk.submodule("acme", {"pyproject.toml": SCM, "acme/__init__.py": ""})
    [problem] = check(desk.vendor)
    assert (problem.code, problem.severity.value) == ("no-version-tag", "warning")
    assert "0.1.dev1+g" in problem.message
    run(desk.project, "sh", "-c", problem.fix)
    assert desk.codes() == []


def test_a_hook_of_another_repository_changes_nothing(desk, monkeypatch):
    desk.submodule("acme", package("acme"))
    monkeypatch.setenv("GIT_DIR", str(desk.clones / "acme/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(desk.clones / "acme/.git/index"))
    assert desk.codes() == []


def test_a_submodule_of_a_submodule_that_was_never_fetched(desk: Desk):
    inner = desk.serve("inner", {"x.h": ""})
    address = desk.serve("acme", package("acme"))
    run(desk.clones / "acme", "git", "submodule", "--quiet", "add", inner, "libs/inner")
    desk.publish("acme", "Use inner", {})
    run(desk.project, "git", "submodule", "--quiet", "add", address, "vendor/acme")
    commit(desk.project, "Add acme")
    (problem,) = check(desk.vendor)
    assert (problem.code, problem.severity, problem.path) == ("empty-submodule", "warning", "vendor/acme/libs/inner")
    run(desk.project, "sh", "-c", problem.fix)
    assert desk.codes() == []
    run(desk.vendor / "acme", "git", "submodule", "--quiet", "deinit", "--all", "--force")
    assert desk.dotcloud("update").returncode == 0
    assert (desk.vendor / "acme/libs/inner/x.h").exists()


def test_thirty_submodules_take_few_programs_each(desk, monkeypatch):
    """Starting git is what a check costs: its time on this machine says less, and changes with its load."""
    for number in range(30):
        files = {"pyproject.toml": SCM.replace('"acme"', f'"acme-{number}"'), "acme/__init__.py": ""}
        run(
            desk.project,
            "git",
            "submodule",
            "--quiet",
            "add",
            desk.serve(f"a{number}", files, "v1.0"),
            f"vendor/a{number}",
        )
    commit(desk.project, "Thirty")
    started, run_program = [], process.run
    monkeypatch.setattr(process, "run", lambda args, **more: started.append(args) or run_program(args, **more))
    assert desk.codes() == []
    assert len(started) <= 30 * 4, started


# The commands.


def test_check_prints_json_and_exits_1_on_errors(desk):
    desk.submodule("acme", package("acme"))
    assert json.loads(desk.dotcloud("check", "--json").stdout) == {"problems": []}
    run(desk.project, "git", "submodule", "--quiet", "deinit", "vendor/acme")
    done = desk.dotcloud("check", "--json")
    [problem] = json.loads(done.stdout)["problems"]
    assert done.returncode == 1
    assert problem["code"] == "empty-submodule"
    assert problem["fix"] == "git submodule update --init --recursive -- vendor/acme"


def test_check_in_words(desk):
    desk.submodule("acme", package("acme"))
    (desk.vendor / "acme/new.py").write_text("")
    done = desk.dotcloud("check")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "warning: vendor/acme (uncommitted-changes)"
    assert done.stderr == "1 package: 1 warning\n"


def test_list_without_git(desk, tmp_path):
    desk.submodule("acme", package("acme"))
    done = desk.dotcloud("list", "--json", env={**os.environ, "PATH": str(tmp_path)})
    [row] = json.loads(done.stdout)["packages"]
    assert (row["distribution"], row["version"], row["state"]) == ("acme", "1.0", "unknown")


def test_add_without_git_says_what_to_install(desk, tmp_path):
    done = desk.dotcloud("add", "url", env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "git is not installed" in done.stderr


def test_add(desk):
    done = desk.dotcloud("add", desk.serve("acme", package("acme")))
    assert done.returncode == 0, done.stderr
    assert "Added vendor/acme: acme 1.0 at" in done.stderr
    assert "Next: git commit -m 'Add acme'" in done.stderr
    commit(desk.project, "Add acme")
    assert desk.codes() == []


@pytest.fixture
def below(desk: Desk) -> Desk:
    """The project is a folder of a repository, and holds the submodule vendor/acme."""
    top = desk.project
    desk.project, desk.vendor = top / "my site", top / "my site/vendor"
    desk.project.mkdir()
    commit(top, "A folder", {"my site/dotcloud.yml": "www:\n  type: python\n"})
    run(top, "git", "submodule", "--quiet", "add", desk.serve("acme", package("acme")), "my site/vendor/acme")
    run(top, "git", "submodule", "--quiet", "add", desk.serve("other", package("other")), "vendor/other")
    commit(top, "Add acme")
    return desk


def test_a_project_in_a_folder_of_its_repository(below):
    assert below.codes() == []
    below.publish("acme", "Next", {"next.py": ""})
    done = below.dotcloud("update")
    assert "1 new commit" in done.stdout, done.stderr
    assert "vendor/other" not in done.stdout
    done = below.dotcloud("add", below.serve("core", package("core")))
    assert done.returncode == 0, done.stderr
    assert "my site/vendor/core" in (below.project.parent / ".gitmodules").read_text()
    commit(below.project, "Add core")
    assert below.codes() == []


def test_an_add_that_fails_in_a_folder_of_a_repository_leaves_nothing(below):
    gitmodules = (below.project.parent / ".gitmodules").read_bytes()
    index = run(below.project, "git", "ls-files", "--stage", ":/")
    assert below.dotcloud("add", below.serve("bad", {"notes.txt": ""})).returncode == 1
    assert below.dotcloud("add", str(below.server / "nowhere.git")).returncode == 1
    assert (below.project.parent / ".gitmodules").read_bytes() == gitmodules
    assert run(below.project, "git", "ls-files", "--stage", ":/") == index
    assert sorted(path.name for path in below.vendor.iterdir()) == ["acme"]


def test_the_fix_of_a_folder_without_its_submodule_finds_gitmodules_at_the_top(below):
    run(below.project, "git", "rm", "-rq", "--cached", "vendor/acme")
    (below.vendor / "acme/.git").unlink()
    [fix] = [problem.fix for problem in check(below.vendor) if problem.code == "gitmodules-without-gitlink"]
    run(below.project, "sh", "-c", fix)
    assert [submodule.path for submodule in git.declared_submodules(below.project)] == []


def test_gitmodules_is_read_as_git_reads_it(desk):
    first = '[Submodule "a.b"]\n\tPath = "vendor/a b" ; note\n\turl = ../a\\\n.git # note\n'
    (desk.project / ".gitmodules").write_text(first + '[submodule "c"] path = vendor/c/\n')
    assert git.declared_submodules(desk.project) == [
        git.Submodule("a.b", "vendor/a b", "../a.git"),
        git.Submodule("c", "vendor/c", ""),
    ]


def test_add_refuses_an_address_with_a_token_and_does_not_show_it(desk):
    before = desk.state()
    done = desk.dotcloud("add", "https://oauth2:TOKEN@host.invalid/acme.git")
    assert done.returncode == 1
    assert "dotcloud vendor add https://host.invalid/acme.git" in done.stderr
    assert "TOKEN" not in done.stdout + done.stderr
    assert desk.state() == before


def test_a_token_in_gitmodules_is_reported_and_never_shown(desk):
    acme = desk.submodule("acme", package("acme"))
    url = "https://oauth2:TOKEN@host.invalid/acme.git"
    run(desk.project, "git", "config", "-f", ".gitmodules", "submodule.vendor/acme.url", url)
    run(acme, "git", "remote", "set-url", "origin", url)
    [problem] = [problem for problem in check(desk.vendor) if problem.code == "secret-in-address"]
    shown = [desk.dotcloud("check"), desk.dotcloud("update"), desk.dotcloud("list")]
    assert all("TOKEN" not in done.stdout + done.stderr for done in shown)
    run(desk.project, "sh", "-c", problem.fix)
    assert desk.codes() == []
    assert "TOKEN" not in (acme / ".git").read_text() + (desk.project / ".git/modules/vendor/acme/config").read_text()


def test_add_with_a_name_and_a_branch(desk):
    url = desk.serve("acme", package("acme"))
    run(desk.clones / "acme", "git", "push", "-q", "origin", "main:stable")
    assert desk.dotcloud("add", url, "core", "--branch", "stable").returncode == 0
    assert [(s.path, s.branch) for s in git.declared_submodules(desk.project)] == [("vendor/core", "stable")]


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize(
    ("files", "arguments", "says"),
    [
        (None, (), "could not be added"),
        (package("acme"), ("--branch", "nosuch"), "could not be added"),
        ({"README": ""}, (), "No package in it"),
        ({"setup.py": "from setuptools import setup\nsetup(name='acme', python_requires='>=9')\n"}, (), "Python >=9"),
    ],
)
def test_an_add_that_fails_leaves_nothing_behind(desk, files, arguments, says, others):
    if others:
        desk.submodule("other", package("other"))
    (desk.project / "staged.txt").write_text("mine")
    run(desk.project, "git", "add", "staged.txt")
    url = str(desk.server / "none.git") if files is None else desk.serve("acme", files)
    before = desk.state()
    done = desk.dotcloud("add", url, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert desk.state() == before


def test_add_where_something_stands_already(desk):
    desk.submodule("acme", package("acme"))
    done = desk.dotcloud("add", str(desk.server / "acme.git"))
    assert (done.returncode, "vendor/acme exists already" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", ["../evil", "-x", ".git", ""])
def test_add_with_a_name_that_is_no_folder(desk, name):
    done = desk.dotcloud("add", "--", "url", name) if name else desk.dotcloud("add", "/")
    assert (done.returncode, "cannot be the name" in done.stderr) == (1, True)


def test_update_moves_to_the_tip_and_shows_the_log(desk):
    for name in ("acme", "other"):
        desk.submodule(name, package(name))
    new = desk.publish("acme", "Faster", {"a.py": "1"})
    done = desk.dotcloud("update")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith(f"-> {new[:7]} (main, 1 new commit)")
    assert lines[1].endswith("Faster (A)")
    assert lines[2].startswith("vendor/other: main is still at")
    assert "Next: git commit -m 'Update acme' -- vendor/acme" in done.stderr
    run(desk.project, "git", "commit", "-m", "Update acme", "--", "vendor/acme")
    assert desk.codes() == []


@pytest.mark.parametrize("name", ["acme", "vendor/acme", "Acme_Dist"])
def test_update_by_name(desk, name):
    desk.submodule("acme", package("acme") | {"setup.py": SETUP.replace("'{0}', v", "'acme-dist', v").format("acme")})
    desk.submodule("other", package("other"))
    new = desk.publish("acme", "Next", {"a.py": "1"})
    assert desk.dotcloud("update", name).stdout.count("vendor/") == 1
    assert run(desk.vendor / "acme", "git", "rev-parse", "HEAD").strip() == new


def test_update_follows_the_declared_branch_from_a_detached_head(desk):
    desk.submodule("acme", package("acme"))
    clone = desk.clones / "acme"
    run(clone, "git", "checkout", "-q", "-b", "next")
    new = commit(clone, "Next", {"a.py": "1"})
    run(clone, "git", "push", "-q", "origin", "next")
    run(desk.vendor / "acme", "git", "checkout", "-q", "--detach")
    run(desk.project, "git", "submodule", "--quiet", "set-branch", "--branch", "next", "vendor/acme")
    done = desk.dotcloud("update", "acme")
    assert f"{new[:7]} (next, 1 new commit)" in done.stdout


def test_update_moves_nothing_when_work_would_be_lost(desk):
    for name in ("clean", "dirty"):
        desk.submodule(name, package(name))
        desk.publish(name, "Next", {"a.py": "1"})
    (desk.vendor / "dirty/setup.py").write_text("mine")
    before = run(desk.vendor / "clean", "git", "rev-parse", "HEAD")
    done = desk.dotcloud("update")
    assert (done.returncode, "vendor/dirty has uncommitted changes" in done.stderr) == (1, True)
    run(desk.vendor / "dirty", "git", "commit", "-qam", "Only here")
    assert "which its remote does not have" in desk.dotcloud("update").stderr
    assert run(desk.vendor / "clean", "git", "rev-parse", "HEAD") == before


def test_update_of_a_stranger(desk):
    desk.submodule("acme", package("acme"))
    done = desk.dotcloud("update", "nobody")
    assert (done.returncode, "Known: acme" in done.stderr) == (1, True)


def test_update_without_the_server(desk):
    desk.submodule("acme", package("acme"))
    shutil.rmtree(desk.server)
    done = desk.dotcloud("update")
    assert (done.returncode, "vendor/acme could not be fetched" in done.stderr) == (1, True)


# The lock, from the laptop to the box.


def test_the_box_proves_the_code_of_the_laptop(desk, tmp_path):
    acme = desk.submodule("acme", package("acme") | {".gitignore": "*.log\n"})
    (acme / "debug.log").write_text("ignored, so it does not travel")
    (acme / "acme/fresh.py").write_text("not committed, and travels")
    write_lock(desk.vendor)
    box = desk.box(tmp_path / "box")
    assert not (box / "acme/debug.log").exists()
    verify(box, discover(box), read_lock(box))
    (box / "acme/acme/fresh.py").write_text("changed on the way")
    with pytest.raises(LockMismatch) as caught:
        verify(box, discover(box), read_lock(box))
    assert caught.value.details == (f"vendor/acme: its files differ from the ones locked at {_commit(acme)[:7]}",)


def test_a_submodule_that_did_not_travel_is_named(desk, tmp_path):
    desk.submodule("acme", package("acme"))
    write_lock(desk.vendor)
    box = desk.box(tmp_path / "box")
    shutil.rmtree(box / "acme")
    with pytest.raises(LockMismatch, match="not the code"):
        verify(box, discover(box), read_lock(box))


def test_a_stale_lock_is_ignored_on_the_laptop_and_told(desk):
    acme = desk.submodule("acme", package("acme"))
    write_lock(desk.vendor)
    run(acme, "git", "commit", "-q", "--allow-empty", "-m", "Next")
    verify(desk.vendor, discover(desk.vendor), read_lock(desk.vendor))
    assert ("stale-lock", "vendor/acme") in desk.codes()


def test_lock_command(desk):
    desk.submodule("acme", {"pyproject.toml": SCM, "acme/__init__.py": ""}, tag="v1.4")
    assert desk.dotcloud("lock").returncode == 0
    [entry] = json.loads((desk.vendor / "lock.json").read_text())["packages"]
    assert (entry["version"], entry["branch"], entry["dirty"]) == ("1.4", "main", False)
    assert entry["describe"].startswith("v1.4-0-g")


def _commit(folder: Path) -> str:
    return run(folder, "git", "rev-parse", "HEAD").strip()


# The versions, against the tools themselves.


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with setuptools-scm and hatch-vcs; its interpreter."""
    folder = tmp_path_factory.mktemp("tools") / "venv"
    run(folder.parent, sys.executable, "-m", "uv", "venv", "-q", "--python", sys.executable, folder)
    python = folder / "bin/python"
    names = ("setuptools", "setuptools-scm", "hatchling", "hatch-vcs")
    run(folder.parent, sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, *names)
    return python


def build(python: Path, source: Path, backend: str, target: Path, env: dict[str, str] | None = None) -> tuple[str, str]:
    """(version, files) of the wheel that a backend makes."""
    target.mkdir()
    code = f"import sys, {backend} as b; b.build_wheel(sys.argv[1])"
    command = [python, "-W", "ignore", "-c", code, target]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, env={**os.environ, **(env or {})})
    assert done.returncode == 0, done.stderr
    [wheel] = target.glob("*.whl")
    names = run(target, sys.executable, "-m", "zipfile", "-l", wheel)
    return wheel.name.split("-")[1], names


STATES: dict[str, Callable[[Path], object]] = {
    "on the tag": lambda acme: None,
    "past the tag": lambda acme: commit(acme, "Next", {"acme/next.py": ""}),
    "dirty": lambda acme: (acme / "acme/__init__.py").write_text("x = 1\n"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("pyproject", "backend"), [(SCM, "setuptools.build_meta"), (HATCH_VCS, "hatchling.build")], ids=["scm", "hatch"]
)
def test_the_box_gives_the_version_that_the_tool_gives_on_the_laptop(desk, tmp_path, tools, pyproject, backend, state):
    files = {
        "pyproject.toml": pyproject,
        "acme/__init__.py": "",
        "acme/page.html": "",
        ".gitignore": "/build\n*.egg-info\n",
    }
    acme = desk.submodule("acme", files, tag="v1.4")
    STATES[state](acme)
    [laptop] = discover(desk.vendor)
    version = (git_version.of(laptop) or pytest.fail("no version")).version
    write_lock(desk.vendor)

    box = desk.box(tmp_path / "box")
    [vendored] = discover(box)
    locked = version_for(vendored, read_lock(box))
    (box / "acme/.git_archival.txt").write_text(archival_for(vendored, read_lock(box)) or "")
    built, names = build(tools, box / "acme", backend, tmp_path / "w1", pretend(vendored.name, locked or ""))
    assert build(tools, acme, backend, tmp_path / "w2")[0] == built == version == locked
    assert "acme/page.html" in names
