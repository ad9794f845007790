"""Which build requirements may share an environment."""

from __future__ import annotations

import zipfile
from pathlib import Path

from dotcloud.vendor.build_environment import merge, stand_in


def test_lower_bounds_of_the_same_names_share_an_environment() -> None:
    old, new = ("setuptools>=40",), ("setuptools>=61",)
    shared = merge([old, new, ("setuptools",)])
    assert shared[old] == shared[new] == shared[("setuptools",)] == ("setuptools", "setuptools>=40", "setuptools>=61")


def test_a_pin_keeps_to_itself() -> None:
    pinned, free = ("setuptools<70",), ("setuptools",)
    shared = merge([pinned, free])
    assert shared[pinned] == pinned
    assert shared[free] == free


def test_extras_markers_and_urls_keep_to_themselves() -> None:
    for special in ("setuptools-scm[toml]", "cython; python_version<'3.13'", "a @ file:///a-1-py3-none-any.whl"):
        assert merge([(special,), ("setuptools",)])[(special,)] == (special,)


def test_other_names_are_another_environment() -> None:
    shared = merge([("setuptools",), ("setuptools", "wheel")])
    assert shared[("setuptools",)] != shared[("setuptools", "wheel")]


def test_what_is_no_requirement_is_left_to_the_installer() -> None:
    assert merge([("???",)]) == {("???",): ("???",)}


def test_a_stand_in_is_an_empty_wheel_of_that_name_and_version(tmp_path: Path) -> None:
    wheel = stand_in(tmp_path, "acme-core", "1.2")
    assert wheel.name == "acme_core-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as opened:
        assert all(name.startswith("acme_core-1.2.dist-info/") for name in opened.namelist())
        assert b"Name: acme-core\nVersion: 1.2\n" in opened.read("acme_core-1.2.dist-info/METADATA")
