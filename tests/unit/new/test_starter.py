"""The starter's files under a project's own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.new.starter import File, project_files
from dotcloud.new.wheel import Wheel, pack

INFO = "django_dotcloud-9.9.dist-info"
STARTER = {
    "manage.py": '#!/usr/bin/env python\n"myproject.settings"\n',
    "myproject/urls.py": "title = 'myproject'; myprojects = 1\n",
    "postinstall": Path(__file__).parents[3].joinpath("postinstall").read_text(),
    "requirements.txt": "# What it installs, and the platform adds the library.\nDjango\n",
    "vendor/django_company/app.py": "# myproject is a word like any other here\n",
}


@pytest.fixture
def wheel() -> Wheel:
    files = {f"dotcloud/starter/{path}": text.encode() for path, text in STARTER.items()}
    files |= {f"{INFO}/WHEEL": b"Tag: py3-none-any\n", "dotcloud/vendor/tree.py": b"", "dotcloud/__init__.py": b""}
    return pack(files, INFO)


@pytest.fixture
def project(wheel: Wheel) -> dict[str, File]:
    return {file.path: file for file in project_files("my-shop", "my_shop", wheel)}


def test_it_has_the_starter_its_own_texts_and_the_wheel_and_nothing_else(project: dict[str, File]) -> None:
    starter = {path.replace("myproject", "my_shop") for path in STARTER}
    assert project.keys() == starter | {"README.md", ".gitignore", "vendor/django_dotcloud-9.9-py3-none-any.whl"}


def test_the_package_has_the_projects_name_wherever_it_is_named(project: dict[str, File]) -> None:
    assert project["my_shop/urls.py"].content == b"title = 'my_shop'; myprojects = 1\n"
    assert b'"my_shop.settings"' in project["manage.py"].content


def test_a_vendored_package_stays_as_it_is(project: dict[str, File]) -> None:
    assert b"myproject" in project["vendor/django_company/app.py"].content


def test_the_requirements_name_the_wheel(project: dict[str, File]) -> None:
    lines = project["requirements.txt"].content.decode().splitlines()
    assert lines[-1] == "./vendor/django_dotcloud-9.9-py3-none-any.whl"
    assert "." not in lines


def test_a_hook_without_the_library_asks_for_what_the_project_has(project: dict[str, File]) -> None:
    assert b".venv/bin/pip install -r requirements.txt" in project["postinstall"].content
    assert b"pip install ." not in project["postinstall"].content


def test_programs_stay_programs(project: dict[str, File]) -> None:
    assert [path for path, file in project.items() if file.is_program] == ["manage.py", "postinstall"]


def test_the_readme_names_the_project(project: dict[str, File]) -> None:
    text = project["README.md"].content.decode()
    assert text.startswith("# my-shop\n")
    assert "`my_shop/`" in text
    assert "{name}" not in text
