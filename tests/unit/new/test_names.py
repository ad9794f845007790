"""Which names a project may have."""

from __future__ import annotations

import pytest

from dotcloud.errors.new import BadProjectName, TakenProjectName
from dotcloud.new.names import identifier_of


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("shop", "shop"), ("my-shop", "my_shop"), ("My_Shop2", "my_shop2"), ("a", "a")],
)
def test_a_name_gives_the_name_of_a_package(name: str, identifier: str) -> None:
    assert identifier_of(name) == identifier


@pytest.mark.parametrize(
    "name", ["", "2nd", "-x", "_x", "my shop", "my.shop", "../shop", "shop/", "größe", "shop\n", "-h"]
)
def test_a_name_that_can_be_no_folder_or_package_is_refused(name: str) -> None:
    with pytest.raises(BadProjectName):
        identifier_of(name)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("class", "word of the Python language"),
        ("True", "word of the Python language"),
        ("json", "standard library"),
        ("Email", "standard library"),
        ("django", "package that the site may import"),
        ("django-company", "package that the site may import"),
        ("whitenoise", "package that the site may import"),
        ("pytest", "package that the site may import"),
        ("wsgi", "the project's wsgi.py"),
        ("vendor", "the project's vendor/"),
        ("postinstall", "the project's postinstall"),
        ("staticfiles", "the folder of the collected static files"),
    ],
)
def test_a_name_that_is_taken_is_refused_with_its_owner(name: str, owner: str) -> None:
    with pytest.raises(TakenProjectName, match=owner):
        identifier_of(name)


def test_a_folder_that_has_the_name_is_no_package(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bakery").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert identifier_of("bakery") == "bakery"
