"""What must hold of ``dotcloud vendor install``: the code that runs is the code in vendor/, always."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.box import (
    BACKENDS,
    BUILT_WITH,
    DOTCLOUD,
    MADE,
    PRIVATE,
    Box,
    legacy,
    module_of,
    project,
    run,
)

AGES = {"fresh": 0.0, "old": 10 * 365 * 24 * 3600.0}


def listing(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Everything below a folder: mode, time stamp in nanoseconds, content."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        facts = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (facts.st_mode, facts.st_mtime_ns, content)
    return found


def set_times(folder: Path, age: float) -> None:
    moment = time.time() - age
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))


# --- the code that runs is the code in vendor/ ---


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("age", AGES)
def test_an_edit_that_touches_no_metadata_arrives(box: Box, backend: str, age: str) -> None:
    package = BACKENDS[backend](box.vendor, "acme-core")
    set_times(box.vendor, AGES[age])
    box.install()
    (package / "acme_core/__init__.py").write_text("ORIGIN = 'edited!'\n")
    set_times(box.vendor, AGES[age])
    assert box.install()["acme-core"] in MADE
    assert box.value("acme_core") == "edited!"


def test_an_edit_of_the_same_size_and_time_arrives(box: Box) -> None:
    package = legacy(box.vendor, "acme-core")
    module = package / "acme_core/__init__.py"
    before = module.stat()
    box.install()
    module.write_text(PRIVATE.replace("private", "altered"))
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    box.install()
    assert box.value("acme_core") == "altered"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_deleted_module_is_gone(box: Box, backend: str) -> None:
    package = BACKENDS[backend](box.vendor, "acme-core")
    (package / "acme_core/old.py").touch()
    box.install()
    assert box.can_import("acme_core.old")
    (package / "acme_core/old.py").unlink()
    box.install()
    assert not box.can_import("acme_core.old")


def test_going_back_to_what_was_before_takes_the_kept_wheel(box: Box) -> None:
    package = legacy(box.vendor, "acme-core")
    box.install()
    (package / "acme_core/__init__.py").write_text("ORIGIN = 'bad idea'\n")
    box.install()
    (package / "acme_core/__init__.py").write_text(PRIVATE)
    assert box.install() == {"acme-core": "cached"}
    assert box.value("acme_core") == "private"


def test_build_residue_in_the_tree_is_not_believed(box: Box) -> None:
    package = legacy(box.vendor, "acme-core")
    stale = package / "build/lib/acme_core"
    stale.mkdir(parents=True)
    (stale / "__init__.py").write_text("ORIGIN = 'residue'\n")
    (stale / "deleted.py").touch()
    info = package / "acme_core.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: acme-core\nVersion: 0.1\n")
    (info / "SOURCES.txt").write_text("acme_core/deleted.py\n")
    set_times(package / "build", -3600)
    box.install()
    assert box.value("acme_core") == "private"
    assert not box.can_import("acme_core.deleted")
    assert box.version("acme-core") == "1.0"


def test_a_package_installed_over_ours_by_hand_is_put_back(box: Box, tmp_path: Path) -> None:
    legacy(box.vendor, "acme-core")
    box.install()
    other = project(tmp_path / "elsewhere", "acme-core", version="99")
    uv = str(Path(sys.prefix) / "bin/uv")
    assert run([uv, "pip", "install", "-q", "--python", box.python, str(other)], box.env).returncode == 0
    box.install()
    assert box.version("acme-core") == "1.0"


def test_a_package_uninstalled_by_hand_comes_back(box: Box) -> None:
    legacy(box.vendor, "acme-core")
    box.install()
    uv = str(Path(sys.prefix) / "bin/uv")
    assert run([uv, "pip", "uninstall", "-q", "--python", box.python, "acme-core"], box.env).returncode == 0
    assert box.install() == {"acme-core": "cached"}
    assert box.value("acme_core") == "private"


def test_a_package_that_left_vendor_is_uninstalled(box: Box) -> None:
    old = legacy(box.vendor, "acme-old")
    legacy(box.vendor, "acme-core")
    box.install()
    shutil.rmtree(old)
    assert box.install() == {"acme-core": "unchanged", "acme-old": "removed"}
    assert not box.can_import("acme_old")
    assert box.distributions() == {"acme_core"}


def test_the_last_package_can_leave_too(box: Box) -> None:
    old = legacy(box.vendor, "acme-old")
    box.install()
    shutil.rmtree(old)
    assert box.install() == {"acme-old": "removed"}
    assert not box.can_import("acme_old")


def test_a_vendor_folder_that_is_gone_as_a_whole_uninstalls_nothing(box: Box) -> None:
    legacy(box.vendor, "acme-core")
    box.install()
    box.vendor.rename(box.folder / "elsewhere")
    (box.folder / "dotcloud.yml").touch()
    (box.folder / "requirements.txt").touch()
    command = [DOTCLOUD, "vendor", "install", "--python", box.python, "-r", "requirements.txt"]
    refused = run(command, box.env, cwd=box.folder)
    assert refused.returncode == 1
    assert "vendor/acme-core" in refused.stderr
    assert box.value("acme_core") == "private"
    box.vendor.mkdir()
    assert run(command, box.env, cwd=box.folder).returncode == 0
    assert not box.can_import("acme_core")


def test_a_project_needs_no_vendor_folder(box: Box) -> None:
    box.vendor.rmdir()
    (box.folder / "dotcloud.yml").touch()
    (box.folder / "requirements.txt").touch()
    command = [DOTCLOUD, "vendor", "install", "--python", box.python, "-r", "requirements.txt"]
    assert run(command, box.env, cwd=box.folder).returncode == 0


def test_a_mistyped_folder_uninstalls_nothing(box: Box) -> None:
    legacy(box.vendor, "acme-core")
    box.install()
    (box.folder / "requirements.txt").touch()
    command = [DOTCLOUD, "vendor", "install", "vendro", "--python", box.python, "-r", "requirements.txt"]
    refused = run(command, box.env, cwd=box.folder)
    assert refused.returncode == 1
    assert "vendro is not a folder" in refused.stderr
    assert box.value("acme_core") == "private"


def test_a_renamed_distribution_replaces_the_old_one(box: Box) -> None:
    package = legacy(box.vendor, "acme-core")
    box.install()
    (package / "setup.py").write_text((package / "setup.py").read_text().replace("'acme-core'", "'acme-kernel'"))
    box.install()
    assert box.distributions() == {"acme_kernel"}
    assert box.value("acme_core") == "private"


# --- nothing else is touched ---


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nothing_is_written_into_vendor(box: Box, installer: str) -> None:
    for backend, make in BACKENDS.items():
        make(box.vendor, f"acme-{backend}")
    (box.vendor / "plain").mkdir()
    (box.vendor / "plain/plain_module.py").touch()
    before = listing(box.vendor)
    box.install("--installer", installer)
    box.install("--installer", installer)
    box.value("acme_legacy")
    assert listing(box.vendor) == before


def test_unchanged_means_nothing_is_written_anywhere(box: Box) -> None:
    for backend, make in BACKENDS.items():
        make(box.vendor, f"acme-{backend}")
    box.install()
    before = listing(box.venv)
    assert set(box.install().values()) == {"unchanged"}
    lock = str(next(path for path in before if path.endswith(".dotcloud-vendor.lock")))
    after = listing(box.venv)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= {lock}


def test_unchanged_means_no_program_is_started(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from dotcloud import process
    from dotcloud.vendor.install import install

    legacy(box.vendor, "acme-core")
    monkeypatch.setenv("DOTCLOUD_CACHE_DIR", box.env["DOTCLOUD_CACHE_DIR"])
    install(box.vendor, python=Path(box.python))

    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(process, "run", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert [outcome.action for outcome in install(box.vendor, python=Path(box.python)).packages] == ["unchanged"]


# --- packages that need each other ---


def test_packages_that_need_each_other_at_run_time_install(box: Box) -> None:
    legacy(box.vendor, "acme-a", requires=["acme-b"])
    project(box.vendor, "acme-b", requires=["acme-c>=1.0"])
    project(box.vendor, "acme-c", requires=["acme-a"], build=["hatchling"], backend="hatchling.build")
    assert box.install().keys() == {"acme-a", "acme-b", "acme-c"}
    assert box.distributions() == {"acme_a", "acme_b", "acme_c"}


@pytest.mark.parametrize("user", ["acme-before", "acme-user"])
def test_a_build_requirement_comes_from_vendor_whatever_the_order(box: Box, user: str) -> None:
    project(box.vendor, user, build=["setuptools", "acme-tool"], setup=BUILT_WITH)
    legacy(box.vendor, "acme-tool")
    box.install()
    assert box.value(f"{module_of(user)}.made") == "private"


def test_a_changed_build_requirement_rebuilds_what_was_built_with_it(box: Box) -> None:
    project(box.vendor, "acme-user", build=["setuptools", "acme-tool"], setup=BUILT_WITH)
    tool = legacy(box.vendor, "acme-tool")
    legacy(box.vendor, "acme-bystander")
    box.install()
    (tool / "acme_tool/__init__.py").write_text("ORIGIN = 'second'\n")
    assert box.install() == {"acme-user": "built", "acme-tool": "built", "acme-bystander": "unchanged"}
    assert box.value("acme_user.made") == "second"


def test_a_cycle_at_build_time_is_named(box: Box) -> None:
    project(box.vendor, "acme-a", build=["setuptools", "acme-b"])
    project(box.vendor, "acme-b", build=["setuptools", "acme-a"])
    legacy(box.vendor, "acme-c")
    said = box.fail()
    assert "acme-a -> acme-b -> acme-a" in said or "acme-b -> acme-a -> acme-b" in said
    assert box.distributions() == set()


def test_a_cycle_through_run_time_requirements_of_a_build_requirement_is_named(box: Box) -> None:
    project(box.vendor, "acme-a", build=["setuptools", "acme-b"])
    legacy(box.vendor, "acme-b", requires=["acme-a"])
    assert "acme-a" in box.fail()
    assert box.distributions() == set()


def test_a_requirement_that_a_sibling_cannot_satisfy_is_told(box: Box) -> None:
    legacy(box.vendor, "acme-a", requires=["acme-b>=2"])
    legacy(box.vendor, "acme-b")
    said = box.fail()
    assert "acme-a" in said
    assert "acme-b>=2" in said
    assert box.distributions() == set()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_requirements_file_may_name_vendored_packages_by_path_and_by_address(
    box: Box, monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    monkeypatch.chdir(box.folder)
    for name in ("acme-core", "acme-extra", "acme-app"):
        legacy(box.vendor, name)
    setup = box.vendor / "acme-app/setup.py"
    setup.write_text(setup.read_text().replace("version=", "extras_require={'more': ['acme-extra>=1']}, version="))
    file = box.folder / "requirements.txt"
    file.write_text(
        "./vendor/acme-core\n-e vendor/acme-app[more] \\\n ; python_version > '3'\n"
        "acme-extra @ git+ssh://git@git.example.invalid/acme-extra.git@v1\n"
        "-e git+https://git.example.invalid/acme.git#egg=acme_app[more]\n"
    )
    arguments = ("--installer", installer, "-r", "requirements.txt")
    assert box.install(*arguments).keys() == {"acme-core", "acme-extra", "acme-app"}
    assert box.value("acme_core") == "private"
    assert set(box.install(*arguments).values()) == {"unchanged"}
    (box.vendor / "acme-core/acme_core/__init__.py").write_text("ORIGIN = 'changed'\n")
    box.install(*arguments)
    assert box.value("acme_core") == "changed"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_an_address_of_a_vendored_name_is_not_asked(box: Box, installer: str) -> None:
    address = "acme-utils @ git+https://git.example.invalid/team/acme-utils.git@v1"
    project(box.vendor, "acme-core", requires=[address], build=["setuptools", address])
    project(box.vendor, "acme-app", requires=["acme-utils @ file:///home/jane/src/acme-utils"])
    utils = legacy(box.vendor, "acme-utils")
    arguments = ("--installer", installer)
    assert box.install(*arguments).keys() == {"acme-core", "acme-app", "acme-utils"}
    assert box.value("acme_utils") == "private"
    assert set(box.install(*arguments).values()) == {"unchanged"}
    # What was built with the name alone must not look for it elsewhere when it leaves vendor/.
    utils.rename(box.folder / "acme-utils")
    assert "git.example.invalid" in box.fail(*arguments)
    shutil.rmtree(box.vendor / "acme-core")
    assert "/home/jane/src/acme-utils" in box.fail(*arguments)
    (box.folder / "acme-utils").rename(utils)
    assert box.install(*arguments)["acme-app"] != "removed"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_vendored_packages_have_the_hashes_that_the_surroundings_require(box: Box, installer: str) -> None:
    legacy(box.vendor, "acme-core")
    required = {f"{installer.upper()}_REQUIRE_HASHES": "1"}
    box.install("--installer", installer, **required)
    assert box.value("acme_core") == "private"
    file = box.folder / "requirements.txt"
    file.write_text("iniconfig==2.0.0\n")
    said = box.fail("--installer", installer, "-r", str(file), **required)
    assert "Hashes are required" in said
    assert "--generate-hashes" in said
    assert not box.can_import("iniconfig")
