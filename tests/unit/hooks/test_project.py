from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.errors.hooks import NoSettings
from dotcloud.hooks.project import default_settings, find_site

MANAGER = 'import os\nif True:\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        (MANAGER, "shop.settings"),
        ("from os import environ as e\ne.setdefault('DJANGO_SETTINGS_MODULE', 'a.b')", "a.b"),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', compute())", None),
        ("os.environ.setdefault('OTHER', 'a.b')", None),
        ("not python at all(", None),
        ("", None),
    ],
)
def test_the_settings_module_in_a_manage_py(source: str, settings: str | None) -> None:
    assert default_settings(source) == settings


def test_a_variable_stands_over_manage_py(tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text(MANAGER)
    assert find_site(tmp_path, {"DJANGO_SETTINGS_MODULE": "other"}).settings == "other"
    assert find_site(tmp_path, {}).settings == "shop.settings"


def test_manage_py_may_stand_one_level_down_and_its_folder_is_importable(tmp_path: Path) -> None:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello/manage.py").write_text(MANAGER)
    assert find_site(tmp_path, {}).path == (tmp_path / "hello", tmp_path)


def test_a_variable_is_enough_without_manage_py(tmp_path: Path) -> None:
    assert find_site(tmp_path, {"DJANGO_SETTINGS_MODULE": "other"}).path == (tmp_path,)


def test_without_either_the_error_says_what_to_export(tmp_path: Path) -> None:
    with pytest.raises(NoSettings, match=r"There is no manage\.py in"):
        find_site(tmp_path, {})
    (tmp_path / "manage.py").write_text("")
    with pytest.raises(NoSettings, match=r"manage.py names no settings module"):
        find_site(tmp_path, {})
