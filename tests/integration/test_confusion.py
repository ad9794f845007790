"""A vendored name never comes from an index, though the index has version 99 of every name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.integration.box import BUILT_WITH, PRIVATE, Box, legacy, make_box, module_of, project, run
from tests.integration.hostile_index import Index, stranger

UV = str(Path(sys.prefix) / "bin" / "uv")
CONFIGURATIONS = ("the index", "an extra index", "files in the home", "find-links")


@pytest.fixture(scope="module")
def real_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """setuptools, wheel and hatchling with all they need, as any index has them."""
    folder = tmp_path_factory.mktemp("real-wheels")
    command = [sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), "setuptools", "wheel", "hatchling"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def hostile(real_wheels: Path) -> Iterator[Index]:
    with Index(real_wheels) as index:
        yield index


@pytest.fixture
def honest(real_wheels: Path) -> Iterator[Index]:
    with Index(real_wheels, greedy=False) as index:
        yield index


@pytest.fixture(params=CONFIGURATIONS)
def surrounded(request: pytest.FixtureRequest, tmp_path: Path, hostile: Index, honest: Index) -> Box:
    """A box on which the hostile index is configured in one of the ways that people configure indexes."""
    home = tmp_path / "home"
    home.mkdir()
    variables = {
        "the index": lambda: as_index(hostile),
        "an extra index": lambda: {**as_index(honest), **as_extra_index(hostile)},
        "files in the home": lambda: in_files(home, hostile),
        "find-links": lambda: {**as_index(honest), **as_links(tmp_path / "links")},
    }[request.param]()
    return lonely_box(tmp_path, home, variables)


def lonely_box(folder: Path, home: Path, variables: Mapping[str, str]) -> Box:
    """A box with caches of its own: nothing that another test fetched may help, or harm."""
    caches = {"UV_CACHE_DIR": str(folder / "uv-cache"), "PIP_NO_CACHE_DIR": "1"}
    box = make_box(folder / "box", folder / "cache", HOME=str(home), **caches)
    env = {name: value for name, value in box.env.items() if name not in ("PIP_INDEX_URL", "UV_INDEX_URL")}
    return Box(box.folder, {**env, **variables})


def as_index(index: Index) -> dict[str, str]:
    return {"PIP_INDEX_URL": index.url, "UV_DEFAULT_INDEX": index.url}


def as_extra_index(index: Index) -> dict[str, str]:
    strategy = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    return {"PIP_EXTRA_INDEX_URL": index.url, "UV_EXTRA_INDEX_URL": index.url, **strategy}


def in_files(home: Path, index: Index) -> dict[str, str]:
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(f"[global]\nindex-url = {index.url}\nextra-index-url = {index.url}\n")
    (home / ".config/uv").mkdir()
    text = f'[[index]]\nurl = "{index.url}"\ndefault = true\n\n[pip]\nindex-strategy = "unsafe-best-match"\n'
    (home / ".config/uv/uv.toml").write_text(text)
    return {}


def as_links(folder: Path) -> dict[str, str]:
    folder.mkdir()
    for name in ("acme-app", "acme-core", "acme-tool", "acme-base"):
        (folder / f"{module_of(name)}-99-py3-none-any.whl").write_bytes(stranger(name))
    return {"PIP_FIND_LINKS": str(folder), "UV_FIND_LINKS": str(folder)}


def tree_of_all_needs(box: Box) -> None:
    """acme-app requires acme-core, is built with acme-tool, and that requires acme-base."""
    project(box.vendor, "acme-app", requires=["acme-core>=0.1"], build=["setuptools", "acme-tool"], setup=BUILT_WITH)
    legacy(box.vendor, "acme-core")
    tool = legacy(box.vendor, "acme-tool", requires=["acme-base"])
    (tool / "acme_tool/__init__.py").write_text("from acme_base import ORIGIN\n")
    legacy(box.vendor, "acme-base")


COMPUTED_NAME = """\
from setuptools import setup

setup(name="-".join(["acme", "tool"]), version="1.0", packages=["acme_tool"])
"""
VENDORED = {"acme-app", "acme-core", "acme-tool", "acme-base"}


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_vendored_name_never_comes_from_an_index(
    surrounded: Box, hostile: Index, honest: Index, installer: str
) -> None:
    tree_of_all_needs(surrounded)
    surrounded.install("--installer", installer)
    assert hostile.taken == set()
    assert not VENDORED & (hostile.asked | honest.asked), "the index does not even learn the private names"
    assert surrounded.value("acme_app.made") == "private"
    assert {surrounded.value(module_of(name)) for name in VENDORED} == {"private"}
    assert {surrounded.version(name) for name in VENDORED} == {"1.0"}


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_as_a_requirement_of_what_an_index_has(tmp_path: Path, hostile: Index, installer: str) -> None:
    """A public package, at run time and as a build requirement, requires a vendored name."""
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    hostile.requires["public-thing"] = ["acme-base"]
    hostile.requires["public-plugin"] = ["acme-tool"]
    tree_of_all_needs(box)
    project(box.vendor, "acme-last", requires=["public-thing"], build=["setuptools", "public-plugin"], setup=BUILT_WITH)
    box.install("--installer", installer)
    assert hostile.taken == {"public-thing", "public-plugin"}
    assert box.value("acme_last.made") == "private"
    assert box.value("acme_base") == "private"
    assert box.value("public_thing") == "stranger"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_through_a_requirements_file(tmp_path: Path, hostile: Index, installer: str) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    tree_of_all_needs(box)
    file = box.folder / "requirements.txt"
    file.write_text(f"--extra-index-url {hostile.url}\nacme-core\nAcme_Tool>=1.0\nacme.base\npublic-thing\n")
    box.install("--installer", installer, "-r", str(file))
    assert hostile.taken == {"public-thing"}
    assert {box.value(module_of(name)) for name in VENDORED} == {"private"}


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_when_vendor_cannot_satisfy_the_requirement(tmp_path: Path, hostile: Index, installer: str) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    legacy(box.vendor, "acme-app", requires=["acme-core>=50"])
    legacy(box.vendor, "acme-core")
    box.fail("--installer", installer)
    assert hostile.taken == set()
    assert box.distributions() == set()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_when_vendor_cannot_satisfy_the_build_requirement(tmp_path: Path, hostile: Index, installer: str) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    project(box.vendor, "acme-app", build=["setuptools", "acme-tool>=50"])
    legacy(box.vendor, "acme-tool")
    assert "acme-tool" in box.fail("--installer", installer)
    assert hostile.taken == set()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_what_a_backend_asks_for_itself(tmp_path: Path, hostile: Index, installer: str) -> None:
    """``get_requires_for_build_wheel`` (PEP 517) names a vendored package; ``setup_requires`` is how people do it."""
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    package = legacy(box.vendor, "acme-app")
    (package / "setup.py").write_text(
        "from setuptools import setup\nsetup(name='acme-app', version='1.0', setup_requires=['acme-tool'])\n"
    )
    legacy(box.vendor, "acme-tool")
    box.install("--installer", installer)
    assert hostile.taken == set()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_where_only_a_build_can_tell_the_name(tmp_path: Path, hostile: Index, installer: str) -> None:
    """The one without a name needs one itself, and a third has the name of its folder, which is somebody else's."""
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    project(box.vendor, "acme-app", build=["setuptools", "acme-tool", "public-thing"], setup=BUILT_WITH)
    folder = project(box.vendor, "acme-tool", setup=COMPUTED_NAME)
    (folder / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools", "acme-base"]\n')
    folder.rename(box.vendor / "public-thing")
    legacy(box.vendor, "acme-base")
    box.install("--installer", installer)
    assert hostile.taken == {"public-thing"}
    assert box.value("acme_app.made") == "private"
    assert set(box.install("--installer", installer).values()) == {"unchanged"}


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_nor_what_left_vendor_and_is_not_asked_for(tmp_path: Path, hostile: Index, installer: str) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    tree_of_all_needs(box)
    legacy(box.vendor, "acme-old")
    box.install("--installer", installer)
    shutil.rmtree(box.vendor / "acme-old")
    assert box.install("--installer", installer)["acme-old"] == "removed"
    assert hostile.taken == set()


SETTINGS = ("UV_OVERRIDE", "UV_CONSTRAINT", "PIP_CONSTRAINT", "override-dependencies", "constraint-dependencies")


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", ["acme-core", "acme-tool"])
def test_nor_by_a_setting_that_names_another_version(tmp_path: Path, hostile: Index, setting: str, name: str) -> None:
    """acme-core is a requirement at run time, acme-tool one of a build."""
    file = tmp_path / "others.txt"
    file.write_text(f"{name}==99\n")
    if setting.isupper():
        box = lonely_box(tmp_path, tmp_path, {**as_index(hostile), setting: str(file)})
    else:
        (tmp_path / ".config/uv").mkdir(parents=True)
        (tmp_path / ".config/uv/uv.toml").write_text(f'{setting} = ["{name}==99"]\n')
        box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    tree_of_all_needs(box)
    assert name in box.fail("--installer", "pip" if "PIP" in setting else "uv")
    assert hostile.taken == set()
    assert box.distributions() == set()


# --- the control: what people do today, on the same tree and the same index ---


def pip_loop(box: Box) -> Iterator[list[str]]:
    for folder in sorted(box.vendor.iterdir()):
        yield [sys.executable, "-m", "pip", "--python", box.python, "install", "-q", str(folder)]


def uv_loop(box: Box) -> Iterator[list[str]]:
    for folder in sorted(box.vendor.iterdir()):
        yield [UV, "pip", "install", "-q", "--python", box.python, str(folder)]


@pytest.mark.parametrize("loop", [pip_loop, uv_loop])
def test_the_loop_that_people_write_takes_the_stranger(
    tmp_path: Path, hostile: Index, loop: Callable[[Box], Iterator[list[str]]]
) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    legacy(box.vendor, "acme-app", requires=["acme-core"])
    legacy(box.vendor, "acme-core")
    first, *rest = loop(box)
    assert run(first, box.env).returncode == 0
    assert hostile.taken == {"acme-core"}
    assert box.value("acme_core") == "stranger"
    assert [run(command, box.env).returncode for command in rest] == [0]
    assert box.value("acme_core") == "private", "and afterwards nothing shows"


def test_one_call_of_uv_takes_the_strangers_build_requirement(tmp_path: Path, hostile: Index) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    tree_of_all_needs(box)
    folders = [str(folder) for folder in box.vendor.iterdir()]
    assert run([UV, "pip", "install", "-q", "--python", box.python, *folders], box.env).returncode == 0
    assert "acme-tool" in hostile.taken
    assert box.value("acme_app.made") == "stranger"


# --- offline ---


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_offline_asks_nobody(tmp_path: Path, hostile: Index, real_wheels: Path, installer: str) -> None:
    """What builds need lies under vendor/ too."""
    box = lonely_box(tmp_path, tmp_path, {**as_index(hostile), **as_extra_index(hostile)})
    tree_of_all_needs(box)
    for wheel in real_wheels.glob("*.whl"):
        shutil.copy(wheel, box.vendor)
    box.install("--offline", "--installer", installer)
    assert hostile.requests == []
    assert box.value("acme_app.made") == "private"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_offline_works_where_there_is_no_network(tmp_path: Path, real_wheels: Path, installer: str) -> None:
    if run(["unshare", "--net", "true"]).returncode:
        pytest.skip("no network namespace can be made here")
    box = lonely_box(tmp_path, tmp_path, {})
    tree_of_all_needs(box)
    for wheel in real_wheels.glob("*.whl"):
        shutil.copy(wheel, box.vendor)
    done = run(["unshare", "--net", *box.command("--offline", "--installer", installer)], box.env)
    assert done.returncode == 0, done.stderr
    assert box.value("acme_app") == "private"


def test_offline_says_what_is_missing(tmp_path: Path, hostile: Index) -> None:
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    legacy(box.vendor, "acme-app")
    assert "setuptools" in box.fail("--offline")
    assert hostile.requests == []


def test_offline_needs_nothing_for_what_is_built(tmp_path: Path, hostile: Index) -> None:
    """Wheels alone need no build requirements."""
    box = lonely_box(tmp_path, tmp_path, as_index(hostile))
    (box.vendor / "acme_core-99-py3-none-any.whl").write_bytes(stranger("acme-core"))
    (box.vendor / "loose").mkdir()
    (box.vendor / "loose/loose_module.py").write_text(PRIVATE)
    box.install("--offline")
    assert box.version("acme-core") == "99"
    assert hostile.requests == []
