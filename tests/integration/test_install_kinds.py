"""Everything that vendor/ may hold, and the ways to install it."""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.integration.box import (
    BACKENDS,
    DOTCLOUD,
    MADE,
    PRIVATE,
    Box,
    legacy,
    project,
    run,
)


def wheel_of(folder: Path, package: Path, env: dict[str, str]) -> Path:
    uv = str(Path(sys.prefix) / "bin/uv")
    done = run([uv, "build", "-q", "--wheel", "--out-dir", str(folder), str(package)], env)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_a_wheel_is_installed_and_replaced_when_its_content_changes(box: Box, tmp_path: Path) -> None:
    package = project(tmp_path / "src", "acme-core")
    first = wheel_of(tmp_path / "first", package, dict(box.env))
    shutil.copy(first, box.vendor)
    box.install()
    assert box.value("acme_core") == "private"
    (package / "acme_core/__init__.py").write_text("ORIGIN = 'rebuilt'\n")
    shutil.copy(wheel_of(tmp_path / "second", package, dict(box.env)), box.vendor)
    box.install()
    assert box.value("acme_core") == "rebuilt"


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_a_source_archive_is_built(box: Box, tmp_path: Path, suffix: str) -> None:
    package = project(tmp_path / "src", "acme-core")
    archive = box.vendor / f"acme_core-1.0{suffix}"
    paths = sorted(path for path in package.rglob("*") if path.is_file())
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as opened:
            for path in paths:
                opened.write(path, f"acme_core-1.0/{path.relative_to(package)}")
    else:
        with tarfile.open(archive, "w:gz") as opened_tar:
            opened_tar.add(package, "acme_core-1.0")
    assert box.install()["acme-core"] in MADE
    assert box.value("acme_core") == "private"
    assert box.install() == {"acme-core": "unchanged"}
    assert box.install("--editable", "--clean") == {"acme-core": "built"}, "an archive is no place to link to"


def test_a_source_archive_that_is_none_is_told(box: Box) -> None:
    (box.vendor / "acme_core-1.0.tar.gz").write_bytes(b"<html>not found</html>")
    assert "acme_core-1.0.tar.gz" in box.fail()


def test_plain_modules_are_on_the_path(box: Box) -> None:
    folder = box.vendor / "loose"
    folder.mkdir()
    (folder / "loose_module.py").write_text(PRIVATE)
    assert box.install() == {"loose": "linked"}
    assert box.value("loose_module") == "private"
    (folder / "loose_module.py").write_text("ORIGIN = 'edited'\n")
    assert box.install() == {"loose": "unchanged"}
    assert box.value("loose_module") == "edited"
    shutil.rmtree(folder)
    box.install()
    assert not box.can_import("loose_module")


def test_a_repository_may_hold_several_packages(box: Box) -> None:
    legacy(box.vendor / "monorepo/python", "acme-deep")
    project(box.vendor / "monorepo", "acme-shallow")
    assert box.install().keys() == {"acme-deep", "acme-shallow"}
    assert (box.value("acme_deep"), box.value("acme_shallow")) == ("private", "private")


def test_two_packages_with_one_name_are_refused(box: Box) -> None:
    legacy(box.vendor / "one", "acme-core")
    legacy(box.vendor / "two", "acme-core")
    said = box.fail()
    assert "vendor/one/acme-core" in said
    assert "vendor/two/acme-core" in said


def test_the_folders_own_files_are_no_packages(box: Box) -> None:
    (box.vendor / "README.md").write_text("# Private packages\n")
    legacy(box.vendor, "acme-core")
    assert run([DOTCLOUD, "vendor", "lock"], box.env, cwd=box.folder).returncode == 0
    assert box.install().keys() == {"acme-core"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_editable_runs_the_code_in_place(box: Box, backend: str) -> None:
    package = BACKENDS[backend](box.vendor, "acme-core")
    box.install("--editable")
    (package / "acme_core/__init__.py").write_text("ORIGIN = 'edited in place'\n")
    assert box.value("acme_core") == "edited in place"


def test_after_editable_an_ordinary_install_copies_the_code(box: Box) -> None:
    package = project(box.vendor, "acme-core")
    box.install("--editable")
    box.install()
    (package / "acme_core/__init__.py").write_text("ORIGIN = 'edited in place'\n")
    assert box.value("acme_core") == "private"


def test_clean_builds_again(box: Box) -> None:
    legacy(box.vendor, "acme-core")
    box.install()
    assert box.install("--clean") == {"acme-core": "built"}


def test_requirements_and_packages_are_one_resolution(box: Box) -> None:
    """The file may name a vendored package, with an extra that asks for another."""
    package = project(box.vendor, "acme-core", version="1.2")
    extra = '[project.optional-dependencies]\nmore = ["acme-more"]\n'
    (package / "pyproject.toml").write_text((package / "pyproject.toml").read_text() + extra)
    legacy(box.vendor, "acme-more")
    requirements = box.folder / "requirements.txt"
    requirements.write_text("acme-core[more]>=1.2\n")
    box.install("-r", str(requirements))
    assert box.distributions() == {"acme_core", "acme_more"}
    assert set(box.install("-r", str(requirements)).values()) == {"unchanged"}
    requirements.write_text("acme-core>=2\n")
    assert "acme-core>=2" in box.fail("-r", str(requirements))


def test_a_local_folder_in_the_requirements_is_as_fresh(box: Box) -> None:
    package = legacy(box.folder, "acme-site")
    requirements = box.folder / "requirements.txt"
    requirements.write_text(f"{package}\n")
    box.install("-r", str(requirements))
    (package / "acme_site/__init__.py").write_text("ORIGIN = 'edited'\n")
    box.install("-r", str(requirements))
    assert box.value("acme_site") == "edited"


def test_a_package_may_read_files_of_the_repository_above_it(box: Box) -> None:
    package = project(box.vendor / "monorepo", "acme-core")
    text = (package / "pyproject.toml").read_text().replace('version = "1.0"', 'dynamic = ["version"]')
    (package / "pyproject.toml").write_text(text)
    (package / "setup.py").write_text("from setuptools import setup\nsetup(version=open('../VERSION').read())\n")
    for version in ("3.0", "3.1"):
        (box.vendor / "monorepo/VERSION").write_text(version)
        box.install()
        assert box.version("acme-core") == version
