"""What a distribution says of itself, read from its files as they are written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from dotcloud.vendor import poetry
from dotcloud.vendor.metadata import from_headers, read_source, read_wheel
from dotcloud.vendor.package import BuildSystem, Metadata


def metadata(files: dict[str, str]) -> Metadata:
    return read_source(files.get)[0]


def build(pyproject: str) -> BuildSystem:
    return read_source({"pyproject.toml": pyproject}.get)[1]


def backend(name: str, *lines: str) -> str:
    return "\n".join(["[build-system]", "requires = []", f'build-backend = "{name}"', *lines])


def test_project_table():
    text = """[project]
name = "Acme.Core"
version = "1.2"
requires-python = ">=3.10"
dependencies = ["django>=4"]
"""
    assert metadata({"pyproject.toml": text}) == Metadata("Acme.Core", "1.2", ">=3.10", ("django>=4",))


def test_no_build_system_is_legacy_setuptools():
    assert build("") == BuildSystem(("setuptools",), "setuptools.build_meta:__legacy__")


def test_an_old_setup_py_gets_the_setuptools_that_still_has_what_it_imports():
    _, found = read_source({"setup.py": "from pkg_resources import parse_version\n"}.get)
    assert found.requires == ("setuptools<81",)


def test_a_build_system_without_a_backend_is_legacy_too():
    assert build("[build-system]\nrequires = ['setuptools', 'cython']\n") == BuildSystem(
        ("setuptools", "cython"), "setuptools.build_meta:__legacy__"
    )


def test_poetry_without_a_build_system_is_built_by_poetry():
    assert build("[tool.poetry]\nname = 'acme'\n").backend == "poetry.core.masonry.api"


def test_in_tree_backend():
    text = "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['tools']\n"
    assert build(text) == BuildSystem((), "own", ("tools",))


def test_broken_toml_says_nothing():
    assert metadata({"pyproject.toml": "= 1"}).name is None


def test_byte_order_mark_is_forgiven():
    assert metadata({"pyproject.toml": '\ufeff[project]\nname = "a"\nversion = "1"\n'}).name == "a"


DYNAMIC = "[project]\nname = 'acme'\ndynamic = ['version']\n"


@pytest.mark.parametrize(
    ("tool", "file", "text"),
    [
        (
            backend("setuptools.build_meta", "[tool.setuptools.dynamic]", "version = {attr = 'acme.__version__'}"),
            "src/acme/__init__.py",
            "__version__: str = '1.5'\n",
        ),
        (
            backend("setuptools.build_meta", "[tool.setuptools.dynamic]", "version = {file = 'VERSION'}"),
            "VERSION",
            "1.5\n",
        ),
        (
            backend("hatchling.build", "[tool.hatch.version]", "path = 'acme/about.py'"),
            "acme/about.py",
            '__version__ = "1.5"\n',
        ),
        (
            backend("pdm.backend", "[tool.pdm.version]", "source = 'file'", "path = 'acme.py'"),
            "acme.py",
            "__version__ = '1.5'",
        ),
        (backend("flit_core.buildapi"), "acme.py", '"""Acme."""\n__version__ = "1.5"\n'),
    ],
)
def test_dynamic_version_from_a_file(tool, file, text):
    assert metadata({"pyproject.toml": DYNAMIC + tool, file: text}).version == "1.5"


def test_dynamic_dependencies_from_a_file():
    text = "[project]\nname = 'a'\nversion = '1'\ndynamic = ['dependencies']\n" + backend(
        "setuptools.build_meta", "[tool.setuptools.dynamic]", "dependencies = {file = ['requirements.txt']}"
    )
    assert metadata({"pyproject.toml": text, "requirements.txt": "x>1  # why\n\n# y\nz\n"}).requires == ("x>1", "z")


def test_old_flit():
    text = backend("flit_core.buildapi", "[tool.flit.metadata]", "module = 'acme'", "requires = ['x']")
    found = metadata({"pyproject.toml": text, "acme.py": "__version__ = '2'\n"})
    assert found == Metadata("acme", "2", None, ("x",))


CFG_ATTR = "[metadata]\nname = acme\nversion = attr: acme.__version__\n"


def test_setup_cfg():
    text = """[metadata]
name = acme
version = attr: acme.__version__
[options]
python_requires = >=3.9
install_requires =
    django>=4
    # a comment
    six
"""
    found = metadata({"setup.cfg": text, "acme/__init__.py": "__version__ = '3'\n"})
    assert found == Metadata("acme", "3", ">=3.9", ("django>=4", "six"))


@pytest.mark.parametrize("value", ['".".join(["6", "1"])', '"%s.%s" % (6, 1)', '"1." "2"'])
def test_a_version_that_is_computed_is_not_known(value):
    found = metadata({"setup.cfg": CFG_ATTR, "acme/__init__.py": f"__version__ = {value}\n"})
    assert found.version is None


def test_setup_py_with_constants_sums_and_unpacking():
    text = """import setuptools
VERSION = "1.0"
REQUIRES = ["a>1"]
OPTIONS = dict(python_requires=">=3.8")
setuptools.setup(name="Acme", version=VERSION, install_requires=REQUIRES + ["b"], **OPTIONS)
"""
    assert metadata({"setup.py": text}) == Metadata("Acme", "1.0", ">=3.8", ("a>1", "b"))


def test_setup_py_that_computes_is_unknown_and_setup_cfg_does_not_answer_for_it():
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='a', version=open('V').read(), install_requires=f())\n",
        "setup.cfg": "[metadata]\nversion = 9\n[options]\ninstall_requires = z\n",
    }
    assert metadata(files) == Metadata("a", None, None, None)


def test_setup_py_that_is_no_python_says_nothing():
    assert metadata({"setup.py": "print 'two'\n"}).name is None


def test_setup_py_is_never_run(tmp_path):
    mark = tmp_path / "ran"
    metadata({"setup.py": f"open({str(mark)!r}, 'w')\nfrom setuptools import setup\nsetup(name='a')\n"})
    assert not mark.exists()


def test_pkg_info_tells_what_setup_py_computes():
    files = {
        "setup.py": "from setuptools import setup\nsetup(version=f())\n",
        "PKG-INFO": "Metadata-Version: 2.1\nName: acme\nVersion: 4\n",
    }
    assert (metadata(files).name, metadata(files).version) == ("acme", "4")


def test_headers_without_extras():
    text = """Metadata-Version: 2.1
Name: acme
Version: 1
Requires-Python: >=3.8
Requires-Dist: a (>=1)
Requires-Dist: b; extra == "x"
Requires-Dist: c; python_version < "4"

Name: not this
"""
    assert from_headers(text) == Metadata("acme", "1", ">=3.8", ("a (>=1)", 'c; python_version < "4"'))


def test_requirements_an_archive_leaves_open():
    assert from_headers("Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Requires-Dist\n").requires is None


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2.0"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^1", ">=1,<2.0"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2.0"),
        ("~=1.2", "~=1.2"),
        ("*", ""),
        ("1.2", "==1.2"),
        ("1.*", "==1.*"),
        (">=1.0, <2.0", ">=1.0,<2.0"),
        (">=1 <2", ">=1,<2"),
        ("^3.8 || ^4.0", ">=3.8"),
    ],
)
def test_poetry_constraints(constraint, specifier):
    assert poetry.specifier(constraint) == specifier


def test_poetry_dependencies():
    text = backend("poetry.core.masonry.api") + (
        "\n[tool.poetry]\nname = 'acme'\nversion = '1'\n[tool.poetry.dependencies]\npython = '^3.9'\n"
        "a = '^2'\nb = {version = '~1.1', extras = ['x'], markers = \"os_name == 'nt'\"}\n"
        "c = {version = '1', optional = true}\n"
    )
    assert metadata({"pyproject.toml": text}) == Metadata(
        "acme", "1", ">=3.9,<4.0", ("a>=2,<3.0", "b[x]>=1.1,<1.2 ; (os_name == 'nt')")
    )


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("setuptools-scm", {"pyproject.toml": DYNAMIC + backend("setuptools.build_meta", "[tool.setuptools_scm]")}),
        (
            "setuptools-scm",
            {
                "pyproject.toml": DYNAMIC
                + "[build-system]\nrequires = ['setuptools-scm[simple]>=9']\nbuild-backend = 'setuptools.build_meta'\n"
            },
        ),
        ("setuptools-scm", {"setup.py": "from setuptools import setup\nsetup(name='a', use_scm_version=True)\n"}),
        ("hatch-vcs", {"pyproject.toml": DYNAMIC + backend("hatchling.build", "[tool.hatch.version]", "source='vcs'")}),
        (
            "hatch-vcs",
            {"pyproject.toml": DYNAMIC + backend("hatchling.build"), "hatch.toml": "[version]\nsource = 'vcs'\n"},
        ),
        ("pdm", {"pyproject.toml": DYNAMIC + backend("pdm.backend", "[tool.pdm.version]", "source='scm'")}),
        (
            "poetry-dynamic-versioning",
            {
                "pyproject.toml": backend("poetry_dynamic_versioning.backend")
                + "\n[tool.poetry]\nname='a'\nversion='0'\n[tool.poetry-dynamic-versioning]\nenable = true\n"
            },
        ),
        ("pbr", {"setup.py": "import setuptools\nsetuptools.setup(setup_requires=['pbr'], pbr=True)\n"}),
        (
            "versioneer",
            {"setup.py": "import versioneer\nfrom setuptools import setup\nsetup(version=versioneer.get_version())\n"},
        ),
        ("versioningit", {"pyproject.toml": DYNAMIC + backend("setuptools.build_meta", "[tool.versioningit]")}),
    ],
)
def test_versions_that_come_from_git(source, files):
    assert metadata(files).version_source == source
    assert metadata(files).version is None


def test_setuptools_scm_beside_a_written_version_only_finds_files():
    text = backend("setuptools.build_meta", "[tool.setuptools_scm]", "[project]", "name = 'a'", "version = '1'")
    assert metadata({"pyproject.toml": text}).version_source is None


def test_a_damaged_wheel_says_what_its_name_says(tmp_path: Path) -> None:
    path = tmp_path / "acme-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("acme-1.0.dist-info/METADATA", "Name: acme\n" * 400)
    content = bytearray(path.read_bytes())
    content[70:90] = b"\xff" * 20
    path.write_bytes(content)
    assert read_wheel(path).version == "1.0"
