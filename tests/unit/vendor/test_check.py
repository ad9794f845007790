"""The problems of a vendor/ folder without git: each with its code, its place and the command that mends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dotcloud.vendor import git
from dotcloud.vendor.check import box_python, check, check_scene
from dotcloud.vendor.check_metadata import suits
from dotcloud.vendor.problems import Problem, Severity, some
from dotcloud.vendor.scene import Checkout, Scene, gather

SETUP = "from setuptools import setup\nsetup(name='{}', version='{}', {})\n"


def setup(name: str, version: str = "1.0", **keywords: object) -> str:
    return SETUP.format(name, version, ", ".join(f"{key}={value!r}" for key, value in keywords.items()))


def told(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.severity.value, problem.code, problem.path) for problem in problems]


def only(root: Path, python: str = "3.12") -> Problem:
    [problem] = check(root, python)
    return problem


def test_a_sound_folder_has_no_problem(plant):
    assert check(plant({"acme/setup.py": setup("acme"), "tools/slug.py": "", "README.md": ""})) == []


def test_a_missing_folder_has_no_problem(tmp_path):
    assert check(tmp_path / "vendor") == []


def test_nothing_in_a_folder(plant):
    assert only(plant({"hollow/": ""})).fix == "rmdir vendor/hollow"


def test_no_package_found(plant):
    problem = only(plant({"my papers/thesis.tex": ""}))
    assert told([problem]) == [("error", "no-package", "vendor/my papers")]
    assert problem.fix == "${EDITOR:-vi} 'vendor/my papers/pyproject.toml'"


def test_a_module_directly_under_vendor(plant):
    assert only(plant({"slug.py": ""})).fix == "mkdir vendor/slug && mv vendor/slug.py vendor/slug"


def test_unreadable_pyproject_names_the_line(plant):
    problem = only(plant({"acme/pyproject.toml": "[project]\nname = = 1\n"}))
    assert (problem.code, problem.path) == ("unreadable-pyproject", "vendor/acme/pyproject.toml")
    assert problem.fix == "${EDITOR:-vi} +2 vendor/acme/pyproject.toml"


def test_one_name_twice_however_it_is_spelled(plant):
    problem = only(plant({"a/setup.py": setup("Acme_Core"), "b/setup.py": setup("acme.core")}))
    assert told([problem]) == [("error", "duplicate-distribution", "vendor/b")]
    assert "vendor/a is acme-core too" in problem.message


def test_wheels_of_one_version_are_no_duplicates(plant):
    names = ["a-1-py3-none-any.whl", "a-1-cp311-cp311-linux_x86_64.whl"]
    assert check(plant(dict.fromkeys(names, "Name: a\nVersion: 1\n"))) == []


@pytest.mark.parametrize(
    ("wanted", "python", "fine"),
    [
        (">=3.13", "3.12", False),
        (">=3.12", "3.12", True),
        (">=3.12.3", "3.12", True),
        (">=3.12.3", "3.12.1", False),
        ("<3.12", "3.12", False),
        (">=3.14", "3.14.0rc1", False),
    ],
)
def test_requires_python(plant, wanted, python, fine):
    assert (check(plant({"acme/setup.py": setup("acme", python_requires=wanted)}), python) == []) is fine


def test_requires_python_that_is_none(plant):
    problem = only(plant({"acme/setup.py": setup("acme", python_requires="three")}))
    assert (problem.code, problem.fix) == ("requires-python", "${EDITOR:-vi} vendor/acme/setup.py")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("www:\n  type: python\n  config:\n    python_version: v3.12\n", "3.12"),
        ("worker:\n  config:\n    python_version: 3.11\nwww:\n  config:\n    python_version: '3.13.1'\n", "3.13.1"),
        ("worker:\n  config:\n    python_version: 3.11\nwww:\n  type: python\n", "3.11"),
        ("www:\n  type: python\n", None),
    ],
)
def test_the_python_of_the_box(tmp_path, text, version):
    (tmp_path / "dotcloud.yml").write_text(text)
    assert box_python(tmp_path) == version


def test_without_dotcloud_yml_there_is_no_python_of_the_box(tmp_path):
    assert box_python(tmp_path) is None


SCM = "from setuptools import setup\nsetup(name='acme', use_scm_version=True)\n"


def test_a_version_from_tags_without_git(plant):
    problem = only(plant({"acme/setup.py": SCM}))
    assert told([problem]) == [("error", "no-version", "vendor/acme")]
    assert problem.fix == r"printf 'Metadata-Version: 2.1\nName: acme\nVersion: VERSION\n' > vendor/acme/PKG-INFO"


def test_pkg_info_is_a_version(plant):
    assert check(plant({"acme/setup.py": SCM, "acme/PKG-INFO": "Name: acme\nVersion: 1\n"})) == []


@pytest.mark.parametrize(
    ("requirement", "version", "fine"),
    [
        ("acme-core>=1.2", "1.2", True),
        ("Acme.Core>=1.2", "1.1", False),
        ("acme-core>=1.2", "1.2.dev3", False),
        ("acme-core>=1.1", "1.2.dev3", True),
        ("acme-core[redis]<2; python_version >= '3'", "2.0", False),
        ("acme-core<2; sys_platform == 'win32'", "2.0", True),
        ("acme-core>=1.2; extra == 'x'", "1.0", True),
        ("no requirement at all!", "1.0", True),
    ],
)
def test_a_sibling_that_satisfies(plant, requirement, version, fine):
    root = plant(
        {"core/setup.py": setup("acme-core", version), "site/setup.py": setup("site", install_requires=[requirement])}
    )
    assert (check(root) == []) is fine


def test_an_unmet_requirement_names_both(plant):
    root = plant(
        {"core/setup.py": setup("core", "1.0"), "site/setup.py": setup("site", install_requires=["core>=2,<3"])}
    )
    problem = only(root)
    assert told([problem]) == [("error", "unmet-requirement", "vendor/site")]
    assert problem.message == "It requires core<3,>=2, and vendor/core is 1.0."


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside", "../other/README", "pkg/../../x"])
def test_a_symbolic_link_that_leaves_the_package(plant, target):
    root = plant({"acme/setup.py": setup("acme"), "acme/pkg/__init__.py": "", "other/setup.py": setup("other")})
    (root / "acme/data link").symlink_to(target)
    problem = only(root)
    assert told([problem]) == [("error", "symlink-outside", "vendor/acme/data link")]
    assert problem.fix.startswith("cp -RL 'vendor/acme/data link' 'vendor/acme/data link.copy' && rm ")


def test_a_symbolic_link_inside_the_package(plant):
    root = plant({"acme/setup.py": setup("acme"), "acme/pkg/a.py": ""})
    (root / "acme/pkg/b.py").symlink_to("../pkg/a.py")
    assert check(root) == []


@pytest.mark.parametrize(("target", "fine"), [("../LICENSE", True), ("../../repo/LICENSE", False), ("../../x", False)])
def test_a_symbolic_link_inside_the_repository_of_a_package(plant, target, fine):
    root = plant({"repo/LICENSE": "MIT", "repo/a/setup.py": setup("a"), "repo/b/setup.py": setup("b")})
    (root / "repo/a/LICENSE").symlink_to(target)
    assert told(check(root)) == ([] if fine else [("error", "symlink-outside", "vendor/repo/a/LICENSE")])


def test_a_package_that_is_a_link_to_a_folder_of_the_project(plant):
    root = plant({"../packages/acme/setup.py": setup("acme")})
    root.mkdir(exist_ok=True)
    (root / "acme").symlink_to("../packages/acme")
    assert check(root) == []


def test_a_repository_that_is_a_link_out_of_the_project_is_one_problem(plant, tmp_path):
    root = plant({"../../out/a/setup.py": setup("a"), "../../out/b/setup.py": setup("b")})
    root.mkdir(exist_ok=True)
    (root / "repo").symlink_to("../../out")
    assert told(check(root)) == [("error", "symlink-outside", "vendor/repo")]


def test_a_package_that_is_a_link_itself(plant, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/setup.py").write_text(setup("acme"))
    root = plant({"a/setup.py": setup("a")})
    (root / "acme").symlink_to(tmp_path / "elsewhere")
    assert told(check(root)) == [("error", "symlink-outside", "vendor/acme")]


@pytest.mark.parametrize(
    ("tag", "python", "fine"),
    [
        ("py3-none-any", "3.12", True),
        ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "3.12", True),
        ("cp311-cp311-linux_x86_64", "3.12", False),
        ("cp38-abi3-musllinux_1_1_aarch64", "3.12.1", True),
        ("cp312-cp312-macosx_11_0_arm64", "3.12", False),
        ("py2-none-any", "3.12", False),
    ],
)
def test_wheels_that_suit_the_box(tag, python, fine):
    assert suits(Path(f"acme-1.0-{tag}.whl"), python) is fine


def test_a_wheel_that_suits_no_box(plant):
    problem = only(plant({"acme-1.0-cp39-cp39-win_amd64.whl": "Name: acme\nVersion: 1.0\n"}))
    assert (problem.code, problem.severity) == ("unsuitable-wheel", Severity.ERROR)
    assert "acme==1.0 --python-version 3.12" in problem.fix


def test_unreadable_lock(plant):
    problem = only(plant({"lock.json": "no"}))
    assert (problem.code, problem.path, problem.fix) == ("unreadable-lock", "vendor/lock.json", "dotcloud vendor lock")


def test_a_lock_that_knows_other_packages(plant):
    root = plant({"acme/setup.py": setup("acme"), "lock.json": '{"version": 1, "packages": []}'})
    assert told(check(root)) == [("warning", "stale-lock", "vendor/acme")]


def test_errors_come_first(plant):
    root = plant({"a/": "", "b/notes.txt": "", "lock.json": '{"version": 1, "packages": []}'})
    assert [problem.severity.value for problem in check(root)] == ["error", "warning"]


# What git would say, without git.

COMMIT = "c" * 40


def scene_of(root: Path, status: git.Status | None, *, pushed: bool = True, recorded: str | None = COMMIT) -> Scene:
    """A project with the one submodule vendor/acme."""
    path = root / "acme"
    return replace(
        gather(root),
        in_git=True,
        checkouts={path: Checkout(path, "vendor/acme", status, pushed, {})},
        declared={"vendor/acme": git.Submodule("acme", "vendor/acme", "url")},
        links={"vendor/acme": recorded} if recorded else {},
    )


def status_of(**lists: tuple[str, ...]) -> git.Status:
    empty: dict[str, tuple[str, ...]] = {"changed": (), "untracked": (), "ignored": ()}
    return git.Status(COMMIT, "main", **(empty | lists))


@pytest.fixture
def acme(plant) -> Path:
    return plant({"acme/setup.py": setup("acme"), "acme/acme/__init__.py": ""})


def test_a_clean_submodule(acme):
    assert check_scene(scene_of(acme, status_of()), "3.12") == []


def test_uncommitted_changes(acme):
    [problem] = check_scene(scene_of(acme, status_of(changed=("a.py",), untracked=("b.py",))), "3.12")
    assert told([problem]) == [("warning", "uncommitted-changes", "vendor/acme")]
    assert problem.message.endswith("a.py, b.py.")
    assert problem.fix == "git -C vendor/acme add --all && git -C vendor/acme commit"


def test_an_unpushed_commit(acme):
    [problem] = check_scene(scene_of(acme, status_of(), pushed=False), "3.12")
    assert (problem.code, problem.fix) == ("unpushed-commit", "git -C vendor/acme push origin main")


def test_a_submodule_that_stands_elsewhere(acme):
    [problem] = check_scene(scene_of(acme, status_of(), recorded="d" * 40), "3.12")
    assert told([problem]) == [("warning", "submodule-moved", "vendor/acme")]


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{7:064d}\nsize 438025495\n"


def test_pointers_of_git_lfs_in_a_submodule(acme):
    (acme / "acme/acme/model.bin").write_text(POINTER)
    [problem] = check_scene(scene_of(acme, status_of()), "3.12")
    assert told([problem]) == [("error", "lfs-pointer", "vendor/acme")]
    assert problem.message.endswith(": acme/model.bin.")
    assert problem.fix == "git -C vendor/acme lfs pull"


def test_pointers_of_git_lfs_in_a_copy_and_in_the_place_of_an_archive(acme):
    (acme / "acme/model.bin").write_text(POINTER.replace("git-lfs", "hawser"))
    (acme / "core-1.0.zip").write_text(POINTER)
    found = [problem for problem in check(acme) if problem.code == "lfs-pointer"]
    assert [(problem.path, problem.fix) for problem in found] == [
        ("vendor/acme", "git lfs pull"),
        ("vendor/core-1.0.zip", "git lfs pull"),
    ]


def test_a_pointer_in_a_package_below_a_package_is_reported_once(acme):
    member = acme / "acme/packages/core"
    member.mkdir(parents=True)
    (member / "pyproject.toml").write_text('[project]\nname = "acme-core"\nversion = "1.0"\n')
    (member / "model.bin").write_text(POINTER)
    found = [problem for problem in check(acme) if problem.code == "lfs-pointer"]
    assert [problem.path for problem in found] == ["vendor/acme"]


def test_a_text_about_pointers_of_git_lfs_is_none(acme):
    (acme / "acme/README").write_text(f"They begin so:\n\n{POINTER}")
    (acme / "acme/long").write_text(POINTER + "x" * 1024)
    assert check_scene(scene_of(acme, status_of()), "3.12") == []


def test_no_git_at_all(acme):
    [problem] = check_scene(replace(scene_of(acme, None), has_git=False), "3.12")
    assert told([problem]) == [("warning", "git-missing", "vendor")]


def test_git_that_refuses(acme):
    [problem] = check_scene(scene_of(acme, None), "3.12")
    assert told([problem]) == [("warning", "git-refuses", "vendor/acme")]


@pytest.mark.parametrize(
    ("ignored", "warned"),
    [
        ("acme/locale/de.mo", True),
        ("acme/data/", True),
        ("acme/__pycache__/", False),
        ("acme/fast.cpython-311-x86_64-linux-gnu.so", False),
        ("acme/_version.py", False),
        ("notes/todo.txt", False),
        (".env", False),
    ],
)
def test_ignored_files_inside_an_importable_package(acme, ignored, warned):
    problems = check_scene(scene_of(acme, status_of(ignored=(ignored,))), "3.12")
    assert [problem.code for problem in problems] == (["ignored-files"] if warned else [])
    if warned:
        assert problems[0].fix == f"git -C vendor/acme add --force -- {ignored}"


def test_a_copy_that_git_ignores(acme):
    around = status_of(ignored=("vendor/acme/",))
    [problem] = check_scene(replace(gather(acme), in_git=True, around=around), "3.12")
    assert told([problem]) == [("error", "ignored-package", "vendor/acme")]


def test_git_status_as_text():
    fields = [
        "# branch.oid abc",
        "# branch.head (detached)",
        "1 .M N... 100644 100644 100644 aaa bbb a file.py",
        "2 R. N... 100644 100644 100644 aaa bbb R100 new.py",
        "old.py",
        "? new file",
        "! dist/",
        "",
    ]
    text = "\0".join(fields)
    assert git.parse_status(text) == git.Status("abc", None, ("a file.py", "new.py"), ("new file",), ("dist/",))


def test_some_of_many():
    assert some(["a", "b"]) == "a, b"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
