"""What a build is given to work on."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from dotcloud.errors.install import BadArchive
from dotcloud.vendor.package import Kind, VendoredPackage
from dotcloud.vendor.source import prepare


def archive(path: Path, names: list[str]) -> VendoredPackage:
    with tarfile.open(path, "w:gz") as made:
        for name in names:
            made.addfile(tarfile.TarInfo(name), io.BytesIO())
    return VendoredPackage(path, path.parent, Kind.SDIST, "acme")


def test_a_package_of_a_repository_with_several_has_the_files_above_it(tmp_path: Path) -> None:
    package = tmp_path / "vendor" / "repo" / "core"
    package.mkdir(parents=True)
    (package / "setup.py").touch()
    (package.parent / "VERSION").write_text("1.7")
    vendored = VendoredPackage(package, tmp_path / "vendor", Kind.PROJECT, "core")
    source = prepare(vendored, tmp_path / "work", {"extra.txt": "told"})
    assert (source / "setup.py").exists()
    assert (source / "extra.txt").read_text() == "told"
    assert (source.parent / "VERSION").read_text() == "1.7"
    assert not (package / "extra.txt").exists()


def test_a_source_archive_is_its_one_folder(tmp_path: Path) -> None:
    source = prepare(archive(tmp_path / "acme-1.tar.gz", ["acme-1/setup.py"]), tmp_path / "work", {})
    assert (source / "setup.py").exists()


@pytest.mark.parametrize("names", [[], ["setup.py"], ["a/x", "b/x"], ["acme-1/x", "../../escaped"]])
def test_an_archive_that_is_anything_else_is_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(BadArchive, match=r"acme-1\.tar\.gz cannot be unpacked"):
        prepare(archive(tmp_path / "acme-1.tar.gz", names), tmp_path / "a" / "b" / "work", {})
    assert not (tmp_path / "a" / "escaped").exists()


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "acme-1.zip"
    with zipfile.ZipFile(damaged, "w") as made:
        made.writestr("acme-1/setup.py", "x" * 1000)
    damaged.write_bytes(damaged.read_bytes()[:60])
    with pytest.raises(BadArchive):
        prepare(VendoredPackage(damaged, tmp_path, Kind.SDIST, "acme"), tmp_path / "work", {})


def test_an_archive_with_damage_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme-1.0.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("acme-1.0/setup.py", "from setuptools import setup\n" * 400)
    content = bytearray(path.read_bytes())
    content[60:80] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(BadArchive, match="cannot be unpacked"):
        prepare(VendoredPackage(path, tmp_path, Kind.SDIST, "acme"), tmp_path / "work", {})


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python has them from 3.11.4 on")
def test_a_python_without_extraction_filters_refuses_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    good = archive(tmp_path / "acme-1.tar.gz", ["acme-1/setup.py"])
    bad = archive(tmp_path / "acme-2.tar.gz", ["acme-2/setup.py", "../escaped"])
    assert (prepare(good, tmp_path / "good", {}) / "setup.py").exists()
    with pytest.raises(BadArchive, match="leads out of the archive"):
        prepare(bad, tmp_path / "bad", {})
