"""What builds are made with."""

from __future__ import annotations

from packaging.requirements import Requirement

from dotcloud.platform.build import tools


def test_the_tools_are_the_library_with_click_and_packaging_alone():
    assert sorted(Requirement(line).name for line in tools._imported()) == ["click", "packaging"]
