"""Cycles among packages that need each other to be built."""

from __future__ import annotations

from dotcloud.vendor.builder import find_cycle


def test_a_cycle_is_told_from_first_to_first() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"]


def test_what_merely_waits_for_a_cycle_is_not_in_it() -> None:
    assert find_cycle({"x": ["a"], "a": ["b"], "b": ["a"]}) == ["a", "b", "a"]


def test_a_package_may_need_itself() -> None:
    assert find_cycle({"a": ["a"]}) == ["a", "a"]
