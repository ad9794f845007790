"""What a build is handed in place of git, and the packages that nothing could be handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dotcloud.errors.vendor import NoVersion
from dotcloud.vendor.discover import discover
from dotcloud.vendor.injection import injections
from dotcloud.vendor.lock import Locked

Plant = Callable[[Mapping[str, str]], Path]
DYNAMIC = '[project]\nname = "acme"\ndynamic = ["version"]\n'
SETUPTOOLS_SCM = DYNAMIC + (
    '[build-system]\nrequires = ["setuptools", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
    "[tool.setuptools_scm]\n"
)
HATCH_VCS = DYNAMIC + (
    '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n'
    '[tool.hatch.version]\nsource = "vcs"\n'
)
PDM = DYNAMIC + (
    '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n[tool.pdm.version]\nsource = "scm"\n'
)
SETUP = "from setuptools import setup\nsetup(name='acme', {})\n"
FROM_TAGS = {
    "setuptools-scm": {"acme/pyproject.toml": SETUPTOOLS_SCM},
    "hatch-vcs": {"acme/pyproject.toml": HATCH_VCS},
    "pdm": {"acme/pyproject.toml": PDM},
    "use_scm_version": {"acme/setup.py": SETUP.format("use_scm_version=True")},
    "pbr": {"acme/setup.py": SETUP.format("pbr=True")},
    "versioneer": {"acme/setup.py": "import versioneer\n" + SETUP.format("version=versioneer.get_version()")},
}


@pytest.mark.parametrize("tool", FROM_TAGS)
def test_a_version_that_nothing_tells_is_an_error(plant: Plant, tool: str) -> None:
    with pytest.raises(NoVersion) as caught:
        injections(discover(plant(FROM_TAGS[tool])), None)
    assert "vendor/acme" in caught.value.what
    assert "dotcloud vendor lock" in caught.value.fix


def test_all_packages_without_a_version_are_named_at_once(plant: Plant) -> None:
    root = plant({"a/pyproject.toml": SETUPTOOLS_SCM, "b/pyproject.toml": PDM.replace("acme", "other")})
    with pytest.raises(NoVersion) as caught:
        injections(discover(root), None)
    assert caught.value.labels == ["vendor/a", "vendor/b"]


def test_the_lock_tells_the_version(plant: Plant) -> None:
    packages = discover(plant({"acme/pyproject.toml": SETUPTOOLS_SCM}))
    locked = Locked("vendor/acme", "acme", "c" * 40, "main", "v1.2-0-gccccccc", False, "1.2", "")
    given = injections(packages, {"vendor/acme": locked})["vendor/acme"]
    assert given.variables["SETUPTOOLS_SCM_PRETEND_VERSION_FOR_ACME"] == "1.2"


def test_an_unpacked_archive_tells_its_version(plant: Plant) -> None:
    headers = "Metadata-Version: 2.1\nName: acme\nVersion: 3.4\n"
    packages = discover(plant({"acme/pyproject.toml": SETUPTOOLS_SCM, "acme/PKG-INFO": headers}))
    assert injections(packages, None)["vendor/acme"].variables["PBR_VERSION"] == "3.4"


@pytest.mark.parametrize(
    "text",
    [
        SETUPTOOLS_SCM + 'fallback_version = "1.0"\n',
        HATCH_VCS + 'fallback-version = "1.0"\n',
        HATCH_VCS + '[tool.hatch.version.raw-options]\nfallback_version = "1.0"\n',
    ],
)
def test_a_version_of_last_resort_is_the_projects_own_choice(plant: Plant, text: str) -> None:
    injections(discover(plant({"acme/pyproject.toml": text})), None)


def test_a_variable_of_the_tool_tells_the_version(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_ACME", "5.6")
    injections(discover(plant({"acme/pyproject.toml": SETUPTOOLS_SCM})), None)
