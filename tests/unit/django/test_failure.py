"""What a step of the hook says about what the site raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.django.steps.failure import of_settings, of_step


def test_a_module_that_is_not_installed_is_missed_by_name(tmp_path: Path) -> None:
    error = of_step("migrate", ModuleNotFoundError("No module named 'reportlab'", name="reportlab"), tmp_path)
    assert "add the package that has 'reportlab' to requirements.txt" in error.fix


def test_any_other_exception_is_to_be_corrected(tmp_path: Path) -> None:
    assert "./postinstall migrate --traceback" in of_step("migrate", ValueError("no"), tmp_path).fix


def test_what_was_pushed_is_to_be_pushed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOTCLOUD_SERVICE_ID", "0")
    fix = of_step("migrate", ValueError("no"), tmp_path).fix
    assert "./postinstall" not in fix
    assert "dotcloud push" in fix
    assert "dotcloud env set DOTCLOUD_TRACEBACK=1" in fix


def chain(*errors: BaseException) -> BaseException:
    """The first of ``errors``, each caused by the next, the last by the first."""
    for error, cause in zip(errors, (*errors[1:], errors[0]), strict=True):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_chain_of_exceptions_that_leads_back_into_itself_ends(tmp_path: Path, length: int) -> None:
    error = chain(*(ValueError(f"no {number}") for number in range(length)))
    assert "ValueError: no 0" in of_step("migrate", error, tmp_path).what


def test_the_settings_that_failed_with_such_a_chain_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "settings")
    missing = ModuleNotFoundError("No module named 'reportlab'", name="reportlab")
    assert "reportlab" in of_settings(chain(ImportError("no settings"), missing), tmp_path).fix


def test_a_context_that_leads_back_ends_too(tmp_path: Path) -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    assert of_step("migrate", first, tmp_path).traceback
