"""The list of a push: what is believed, and everything that is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotcloud.errors.store import ManifestRefused
from dotcloud.platform.store import Manifest
from dotcloud.platform.store.links import escaping

SHA = hashlib.sha256(b"").hexdigest()


def file(path: object, **values: Any) -> dict[str, Any]:
    return {"path": path, "kind": "file", "size": 0, "sha256": SHA} | values


def link(path: str, target: object) -> dict[str, Any]:
    return {"path": path, "kind": "link", "target": target}


def problems(*files: object) -> list[str]:
    with pytest.raises(ManifestRefused) as caught:
        Manifest.parse(list(files))
    return list(caught.value.problems)


def test_a_list_that_keeps_the_rules(tmp_path: Path):
    manifest = Manifest.parse([file("b/run", kind="exec"), link("b/l", "../a é"), file("a é", extra=1)])
    assert [entry.path for entry in manifest.entries] == ["a é", "b/l", "b/run"]
    assert manifest.folders == ["b"]
    assert list(manifest.blobs) == [SHA]
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_the_tree_hash_follows_what_is_in_the_tree():
    same = Manifest.parse([file("a"), file("b")]).tree_hash
    assert Manifest.parse([file("b"), file("a")]).tree_hash == same
    other = hashlib.sha256(b"x").hexdigest()
    for changed in (file("a", kind="exec"), file("a", sha256=other, size=1), link("a", "b"), file("c")):
        assert Manifest.parse([changed, file("b")]).tree_hash != same


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (file("/etc/passwd"), "/etc/passwd: is absolute"),
        (file("../x"), "../x: leads out of its folder"),
        (file("a/../../x"), "a/../../x: leads out of its folder"),
        (file("a//b"), "a//b: has an empty part"),
        (file("./a"), "./a: has an empty part"),
        (file("a/"), "a/: has an empty part"),
        (file(""), ": has an empty part"),
        (file("a\0b"), r"a\x00b: has a control character or a backslash in its name"),
        (file("a\nb"), r"a\nb: has a control character or a backslash in its name"),
        (file("a\\b"), r"a\b: has a control character or a backslash in its name"),
        (file("a\udcff"), r"a\udcff: has a name that is not UTF-8"),
        (file("é" * 128), "é" * 120 + "…: has a name that is too long"),
        (file("a/" * 1600 + "b"), ("a/" * 59)[:117] + "…: has a name that is too long"),
        (file(".git/hooks/post-checkout"), ".git/hooks/post-checkout: belongs to git, and does not travel"),
        (file("vendor/x/.GIT"), "vendor/x/.GIT: belongs to git, and does not travel"),
        (file("x", kind="device"), "x: is neither a file nor a link but 'device'"),
        (file("x", kind=None), "x: is neither a file nor a link but 'None'"),
        (file("x", size=-1), "x: has no size"),
        (file("x", size=True), "x: has no size"),
        (file("x", size="1"), "x: has no size"),
        (file("x", size=(1 << 30) + 1), "x: has 1,073,741,825 bytes, and a file may have 1,073,741,824"),
        (file("x", sha256="../../etc/passwd"), "x: has no SHA-256"),
        (file("x", sha256=SHA.upper()), "x: has no SHA-256"),
        (link("x", None), "x: is a link without a target"),
        (link("x", ""), "x: is a link without a target"),
        (link("x", "/etc/passwd"), "x: is a link to /etc/passwd, outside of the project"),
        (link("x", "a\0"), "x: has a control character or a backslash in its name"),
        (link("x", ".."), "x: is a link to .., outside of the project"),
        (link("a/b/x", "../../.."), "a/b/x: is a link to ../../.., outside of the project"),
        (link("x", "x"), "x: is a link to x, which leads in circles"),
        (file(7), "\"{'path': 7, 'kind': 'file', 'size': 0, 'sha256': '" + SHA[:30] + '" is not an entry with a path'),
        ("x", "'x' is not an entry with a path"),
    ],
)
def test_an_entry_that_is_refused(entry: object, problem: str):
    (found,) = problems(entry)
    assert found.removesuffix("…") in problem or found == problem or problem.startswith(found[:100])


def test_all_problems_at_once():
    assert len(problems(file("/a"), file("b"), file("../c"), link("d", "/"))) == 3


@pytest.mark.parametrize("value", [None, {}, "files", 3])
def test_what_is_no_list(value: object):
    with pytest.raises(ManifestRefused):
        Manifest.parse(value)


def test_links_that_escape_through_links():
    assert problems(link("up", "a/b"), link("a/b", "../c"), link("c", "d/e"), link("d/e", "../..")) == [
        "up: is a link to a/b, outside of the project",
        "a/b: is a link to ../c, outside of the project",
        "c: is a link to d/e, outside of the project",
        "d/e: is a link to ../.., outside of the project",
    ]
    # On paper a/x/.. is a; but x leads to the top, and .. leads out of it.
    assert problems(link("a/x", ".."), link("y", "a/x/../z")) == ["y: is a link to a/x/../z, outside of the project"]


def test_links_that_stay_inside():
    Manifest.parse([link("a/x", "../b"), link("y", "a/x/../c"), link("gone", "nowhere/at/all"), link("dot", ".")])


def test_links_in_circles_end():
    assert len(problems(link("a", "b"), link("b", "a/x"))) == 2


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([file("a"), file("a")], "a: is there twice"),
        ([file("a"), link("a", "b")], "a: is there twice"),
        ([file("a"), file("a/b")], "a: is a file, and a folder of other entries"),
        ([link("a", "b"), file("a/b")], "a: is a link, and a folder of other entries"),
        ([file("A"), file("a/b/c")], "A: is a file, and a folder of other entries"),
        ([file("a"), file("b", size=1)], "b: its SHA-256 is listed with another size too"),
    ],
)
def test_entries_that_collide(files: list[object], problem: str):
    assert problems(*files) == [problem]


def test_files_that_differ_in_case_alone_are_two_files():
    assert len(Manifest.parse([file("README"), file("readme")]).entries) == 2


NAMES = st.sampled_from(["a", "b", "c", "..", "."])


TARGETS = st.lists(NAMES, min_size=1, max_size=5)


@given(targets=st.dictionaries(st.sampled_from(["a", "b", "c/x", "c/y"]), TARGETS, max_size=4))
@settings(max_examples=60)
def test_links_lead_where_the_kernel_would_go(tmp_path_factory: pytest.TempPathFactory, targets: dict[str, list[str]]):
    """A real tree, three folders deep: a link that is let through never resolves outside of it."""
    links = {path: "/".join(target) for path, target in targets.items()}
    root = tmp_path_factory.mktemp("tree") / "1" / "2"
    (root / "c").mkdir(parents=True)
    for path, target in links.items():
        (root / path).symlink_to(target)
    refused = {line.partition(":")[0] for line in escaping(links)}
    for path in links.keys() - refused:
        assert (root / path).resolve(strict=False).is_relative_to(root)
