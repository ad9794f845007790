"""What is a package under vendor/, what is not, and what stands for nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dotcloud.vendor.check import check
from dotcloud.vendor.discover import UNLISTED, choose_wheels, discover, survey
from dotcloud.vendor.package import Kind

PROJECT = '[project]\nname = "{}"\nversion = "1.0"\n'
SETUP = "from setuptools import setup\nsetup(name='{}', version='1.0')\n"
HEADERS = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


def labels(root: Path) -> list[str]:
    return [package.label for package in discover(root)]


def test_missing_folder_holds_nothing(tmp_path):
    assert discover(tmp_path / "vendor") == []


def test_own_files_are_no_packages(plant):
    root = plant({"README.md": "", "lock.json": "{}", ".hidden/setup.py": "", "notes.txt": ""})
    assert survey(root).packages == survey(root).unknown == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", PROJECT.format("acme")),
        ("pyproject.toml", "[build-system]\nrequires = ['hatchling']\n"),
        ("pyproject.toml", "[tool.poetry]\nname = 'acme'\n"),
        ("setup.py", SETUP.format("acme")),
        ("setup.cfg", "[metadata]\nname = acme\n"),
    ],
)
def test_each_build_file_makes_a_project(plant, name, text):
    [package] = discover(plant({f"acme/{name}": text}))
    assert (package.name, package.kind) == ("acme", Kind.PROJECT)


@pytest.mark.parametrize(
    "text",
    [
        "[tool.black]\nline-length = 100\n",
        "[tool.poetry]\npackage-mode = false\n",
        "[project]\nname = 'workspace'\n[tool.uv.workspace]\nmembers = ['packages/*']\n",
        "[project]\nname = 'workspace'\n[tool.uv]\npackage = false\n",
    ],
)
def test_settings_alone_make_no_package_and_the_search_goes_below(plant, text):
    root = plant({"mono/pyproject.toml": text, "mono/packages/acme/setup.py": SETUP.format("acme")})
    assert labels(root) == ["vendor/mono/packages/acme"]


def test_several_packages_at_several_levels(plant):
    root = plant({"mono/a/setup.py": "", "mono/libs/b/setup.py": "", "mono/x/y/z/setup.py": ""})
    assert labels(root) == ["vendor/mono/a", "vendor/mono/libs/b", "vendor/mono/x/y/z"]


def test_tests_docs_and_examples_are_not_searched(plant):
    names = ("tests", "docs", "examples", ".tox", "node_modules")
    root = plant({"mono/a/setup.py": ""} | {f"mono/{name}/sample/setup.py": "" for name in names})
    assert labels(root) == ["vendor/mono/a"]


@pytest.mark.parametrize("place", ["packages/core", "extern/core", "python/libs/core", "core"])
def test_packages_below_a_package_are_found(plant, place):
    root = plant({"acme/setup.py": SETUP.format("acme"), f"acme/{place}/pyproject.toml": PROJECT.format("acme-core")})
    assert [package.name for package in discover(root)] == ["acme", "acme-core"]


def test_packages_below_packages_below_a_package_are_found(plant):
    root = plant({f"{path}/pyproject.toml": PROJECT.format(path[-1]) for path in ("a", "a/libs/b", "a/libs/b/c")})
    assert [package.name for package in discover(root)] == ["a", "b", "c"]


def test_what_a_package_imports_and_its_samples_hold_no_packages(plant):
    places = ("acme/sample", "acme/_vendor/six", "tests/sample", "{{cookiecutter.name}}", "template/{{ name }}")
    root = plant({"acme/setup.py": SETUP.format("acme"), "acme/acme/__init__.py": ""})
    for place in places:
        (root / "acme" / place).mkdir(parents=True)
        (root / "acme" / place / "setup.py").write_text(SETUP.format("sample"))
    assert [package.name for package in discover(root)] == ["acme"]


def test_archives_below_a_package_are_its_data(plant):
    root = plant({"acme/setup.py": SETUP.format("acme"), "acme/data/x-1-py3-none-any.whl": HEADERS.format("x", "1")})
    assert [package.name for package in discover(root)] == ["acme"]


@pytest.mark.parametrize("other", ["acme-core", "zebra"])
def test_of_a_copy_in_a_package_and_one_beside_it_the_one_beside_is_taken(plant, other):
    root = plant(
        {
            "mono/pyproject.toml": PROJECT.format("mono"),
            "mono/extern/core/pyproject.toml": PROJECT.format("acme-core"),
            f"{other}/pyproject.toml": PROJECT.format("acme-core"),
        }
    )
    assert {package.label for package in discover(root)} == {"vendor/mono", f"vendor/{other}"}


def test_two_copies_outside_of_packages_are_both_reported(plant):
    root = plant({f"mono/{name}/core/pyproject.toml": PROJECT.format("acme-core") for name in "ab"})
    assert labels(root) == ["vendor/mono/a/core", "vendor/mono/b/core"]


def test_modules_without_a_build_file(plant):
    root = plant({"tools/slug.py": "", "more/pkg/__init__.py": ""})
    assert [(p.label, p.kind, p.build) for p in discover(root)] == [
        ("vendor/more", Kind.MODULES, None),
        ("vendor/tools", Kind.MODULES, None),
    ]


def test_empty_folders_and_folders_without_a_package_are_told(plant):
    root = plant({"hollow/": "", "submodule/.git": "gitdir: elsewhere", "papers/thesis.tex": "", "stray.py": ""})
    found = survey(root)
    assert [path.name for path in found.empty] == ["hollow", "submodule"]
    assert [path.name for path in found.unknown] == ["papers", "stray.py"]


def test_an_unreadable_pyproject_is_still_a_package_and_told(plant):
    found = survey(plant({"acme/pyproject.toml": "name = = 1"}))
    assert [package.name for package in found.packages] == ["acme"]
    [(path, reason)] = found.unreadable.items()
    assert path.name == "pyproject.toml"
    assert "line 1" in reason


def test_archives(plant):
    root = plant(
        {
            "acme_core-1.2-py3-none-any.whl": HEADERS.format("Acme.Core", "1.2"),
            "acme-tools-0.3.tar.gz": HEADERS.format("acme-tools", "0.3"),
        }
    )
    assert [(p.name, p.metadata.version, p.kind) for p in discover(root)] == [
        ("acme-tools", "0.3", Kind.SDIST),
        ("acme-core", "1.2", Kind.WHEEL),
    ]


def test_a_folder_of_wheels(plant):
    root = plant({"wheels/a-1-py3-none-any.whl": HEADERS.format("a", "1"), "wheels/data.zip": "", "wheels/README": ""})
    assert labels(root) == ["vendor/wheels/a-1-py3-none-any.whl"]


def test_a_damaged_archive_is_known_by_its_name(plant):
    root = plant({"x": ""})
    (root / "acme-1.0-py3-none-any.whl").write_text("no zip")
    (root / "other-2.0.tar.gz").write_text("no tar")
    assert [(p.name, p.metadata.version) for p in discover(root)] == [("acme", "1.0"), ("other", "2.0")]


def test_the_wheel_that_suits_best_is_chosen(plant):
    tags = ["cp311-cp311-linux_x86_64", "py3-none-any"]
    names = ["a-1-py3-none-any.whl", "a-1-cp311-cp311-linux_x86_64.whl", "a-1-cp312-cp312-linux_x86_64.whl"]
    packages = discover(plant({name: HEADERS.format("a", "1") for name in names} | {"b/setup.py": ""}))
    assert [package.path.name for package in choose_wheels(packages, tags)] == [names[1], "b"]


def test_wheels_of_two_versions_both_stay(plant):
    names = ["a-1-py3-none-any.whl", "a-2-py3-none-any.whl"]
    packages = discover(plant({name: HEADERS.format("a", name[2]) for name in names}))
    assert len(choose_wheels(packages, ["py3-none-any"])) == 2


def test_links_that_lead_nowhere_are_named(plant):
    root = plant({"acme/setup.py": ""})
    (root / "loop").symlink_to("loop")
    (root / "dangling").symlink_to("nowhere")
    (root / "acme" / "loop").symlink_to("loop")
    found = survey(root)
    assert [package.name for package in found.packages] == ["acme"]
    assert found.unreadable == {
        root / "loop": "a symbolic link to loop, which is not there",
        root / "dangling": "a symbolic link to nowhere, which is not there",
    }


def test_a_pipe_is_not_read(plant):
    root = plant({"acme/": "", "beta/setup.py": ""})
    os.mkfifo(root / "acme" / "pyproject.toml")
    os.mkfifo(root / "beta" / "setup.cfg")
    os.mkfifo(root / "gamma-1.0-py3-none-any.whl")
    assert [package.name for package in survey(root).packages] == ["beta"]


def test_a_pyproject_nested_too_deeply_is_unreadable(plant):
    root = plant({"acme/pyproject.toml": "x=" + "[" * 5000})
    assert survey(root).unreadable == {root / "acme" / "pyproject.toml": "it is nested too deeply"}


@pytest.mark.parametrize("name", [b"two\nlines", b"not\xffutf-8"])
def test_a_folder_of_modules_that_no_path_file_can_name_is_unreadable(plant, name):
    root = plant({"mods/one.py": ""})
    odd = root / os.fsdecode(name)
    (root / "mods").rename(odd)
    assert survey(root).unreadable == {odd: UNLISTED}
    problem = next(problem for problem in check(root) if problem.code == "unreadable")
    assert problem.fix.startswith("mv ")
