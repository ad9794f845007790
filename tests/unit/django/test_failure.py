"""What a step of the hook says about what the site raised."""

from __future__ import annotations

from pathlib import Path

from dotcloud.django.steps.failure import of_step


def test_a_module_that_is_not_installed_is_missed_by_name(tmp_path: Path) -> None:
    error = of_step("migrate", ModuleNotFoundError("No module named 'reportlab'", name="reportlab"), tmp_path)
    assert "add the package that has 'reportlab' to requirements.txt" in error.fix


def test_any_other_exception_is_to_be_corrected(tmp_path: Path) -> None:
    assert "./postinstall migrate --traceback" in of_step("migrate", ValueError("no"), tmp_path).fix
