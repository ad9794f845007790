"""Where the commands find the project, and how their tables look."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from dotcloud import output
from dotcloud.cli.vendor.list import TITLES, _cells
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.cli.vendor.table import table
from dotcloud.cli.vendor.update import chosen
from dotcloud.errors.install import NoVendorFolder
from dotcloud.errors.vendor import NoProject, UnknownPackage
from dotcloud.vendor.git import Submodule
from dotcloud.vendor.listing import Row, short_name


@pytest.mark.parametrize("mark", ["vendor/", "dotcloud.yml", ".git/"])
def test_each_mark_makes_a_project(tmp_path, mark):
    _make(tmp_path, mark, "deep/below/")
    assert vendor_folder(tmp_path / "deep/below") == tmp_path / "vendor"


def test_inside_a_vendored_repository_the_project_is_the_one_around(tmp_path):
    _make(tmp_path, "vendor/acme/.git/", "vendor/acme/src/")
    assert vendor_folder(tmp_path / "vendor/acme/src") == tmp_path / "vendor"


def test_a_repository_beside_vendor_is_a_project_of_its_own(tmp_path):
    _make(tmp_path, "vendor/", "other/.git/")
    assert vendor_folder(tmp_path / "other") == tmp_path / "other/vendor"


def test_a_file_in_the_place_of_vendor_is_told(tmp_path):
    (tmp_path / "vendor").touch()
    with pytest.raises(NoVendorFolder, match="ls -ld"):
        vendor_folder(tmp_path)


def test_no_project(tmp_path):
    with pytest.raises(NoProject, match="no project"):
        vendor_folder(tmp_path)


def _make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(exist_ok=True) if name.endswith("/") else path.write_text("")


def test_a_table_is_in_line():
    assert table(["A", "LONG"], [["one", "x"], ["b", "yy"]]) == ["A    LONG", "one  x", "b    yy"]


def test_a_narrow_terminal_cuts_nothing(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    row = ["2025-01-02 03:04:05", "push-1795632867476", "abcdef0123", "succeeded, live"]
    assert table(["DATE", "REVISION", "DEPLOY ID", "STATE"], [row])[1] == "  ".join(row)


def test_a_wheel_with_a_long_name_leaves_the_other_rows_on_one_line_of_a_terminal():
    wheel = "vendor/django_dotcloud-0.1.0-py3-none-any.whl"
    rows = [
        Row("vendor/acme-core", "acme-core", "2.0", "setuptools.build_meta", "c" * 40, "main", "clean"),
        Row(wheel, "django-dotcloud", "0.1.0", None, None, None, "archive"),
    ]
    titles, core, last = table(TITLES, [_cells(row) for row in rows])
    assert max(len(titles), len(core)) <= 80
    assert last.endswith(wheel)


def test_a_name_with_control_characters_stays_in_its_cell():
    assert table(["PATH", "STATE"], [["a\nb\x1b[2J", "clean"]]) == ["PATH         STATE", "a\\nb\\x1b[2J  clean"]


def test_a_name_that_the_terminal_cannot_show_is_escaped(monkeypatch):
    written = BytesIO()
    monkeypatch.setattr("sys.stdout", TextIOWrapper(written, encoding="ascii"))
    output.data("vendor/\u00fcn\udcff")
    assert written.getvalue() == b"vendor/\\xfcn\\udcff\n"


@pytest.mark.parametrize(
    ("backend", "word"),
    [
        ("setuptools.build_meta:__legacy__", "setup.py"),
        ("setuptools.build_meta", "setuptools"),
        ("hatchling.build", "hatchling"),
        ("poetry.core.masonry.api", "poetry"),
        ("mesonpy", "meson-python"),
        (None, ""),
    ],
)
def test_backends_in_one_word(backend, word):
    assert short_name(backend) == word


def test_names_of_submodules(plant):
    root = plant({"core/setup.py": "from setuptools import setup\nsetup(name='Acme.Core')\n"})
    core = Submodule("core", "vendor/core", "url")
    assert [chosen(root, [core], (name,)) for name in ("core", "vendor/core/", "acme_core")] == [[core]] * 3
    assert chosen(root, [core], ()) == chosen(root, [core], ("core", "acme-core")) == [core]
    with pytest.raises(UnknownPackage, match="stranger"):
        chosen(root, [core], ("stranger",))
