"""What ``--python`` may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.errors.install import NotAnInterpreter
from dotcloud.vendor import interpreter


@pytest.mark.parametrize("prints", ["", "hi", "[]", '{"a": 1}'])
def test_a_program_that_is_no_python_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prints: str) -> None:
    monkeypatch.setenv("DOTCLOUD_CACHE_DIR", str(tmp_path / "cache"))
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{prints}'\n")
    program.chmod(0o755)
    with pytest.raises(NotAnInterpreter, match="is not a Python 3 interpreter"):
        interpreter.at(program)


def test_the_fix_makes_the_broken_environment_again_and_never_one_elsewhere(tmp_path: Path) -> None:
    assert NotAnInterpreter(Path("/bin/true"), "no").fix.startswith("python3 -m venv .venv ")
    (tmp_path / "pyvenv.cfg").touch()
    assert NotAnInterpreter(tmp_path / "bin" / "python", "gone").fix.startswith(f"python3 -m venv --clear {tmp_path} ")
