from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dotcloud import hooks
from dotcloud.errors import DotcloudError
from dotcloud.errors.hooks import CommandFailed, CommandMissing, CommandUnreadable, NotAStep, OwnStepFailed
from dotcloud.hooks.steps import as_step
from tests.unit.hooks.conftest import Heard


def do(heard: Heard, project: Path, *steps: object, environ: dict[str, str] | None = None) -> int:
    return hooks.perform([as_step(step) for step in steps], project=project, listener=heard, environ=environ)


def test_a_function_is_a_step_and_its_text_is_told(heard: Heard, tmp_path: Path) -> None:
    def warm_up() -> str:
        """Fill the cache."""
        return "12 pages"

    assert as_step(warm_up).summary == "Fill the cache."
    assert do(heard, tmp_path, warm_up, print) == 2
    assert heard.outcomes["warm_up"].text == "12 pages"
    assert heard.outcomes["print"].text == "done"


def test_a_step_without_its_parentheses_is_not_skipped_in_silence(heard: Heard, tmp_path: Path) -> None:
    def inner() -> hooks.Step:
        return hooks.command("echo really done")

    do(heard, tmp_path, inner)
    assert "really done" in heard.outcomes["inner"].text


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(NotAStep, match=r"'python manage\.py check' is not a step"):
        as_step("python manage.py check")


def test_a_failing_function_is_told_with_its_line_and_stops_the_rest(heard: Heard) -> None:
    with pytest.raises(OwnStepFailed) as caught:
        do(heard, Path(__file__).parent, _fails, print)
    assert caught.value.what == "The step '_fails' failed: ValueError: no good"
    assert caught.value.details[0].startswith(f"at {Path(__file__).name}:")
    assert heard.failures == ["_fails"]
    assert not heard.outcomes


def _fails() -> None:
    raise ValueError("no good\nand more")


def test_a_function_that_exits_with_zero_is_done(heard: Heard, tmp_path: Path) -> None:
    do(heard, tmp_path, lambda: sys.exit(0))
    with pytest.raises(OwnStepFailed):
        do(heard, tmp_path, lambda: sys.exit(3))


def test_a_command_runs_in_the_project_with_its_python_first(heard: Heard, tmp_path: Path) -> None:
    do(
        heard,
        tmp_path,
        hooks.command("""python -c "import os, sys; print(sys.executable, os.getcwd())" """, name="where"),
    )
    assert heard.outcomes["where"].text.endswith(f"{Path(sys.executable).parent}/python {tmp_path}")


def test_a_command_that_fails_shows_its_last_lines_without_secrets(heard: Heard, tmp_path: Path) -> None:
    script = "import os; print('the key is', os.environ['API_TOKEN']); raise SystemExit(4)"
    with pytest.raises(CommandFailed) as caught:
        do(heard, tmp_path, hooks.command(f'python -c "{script}"'), environ={"API_TOKEN": "hush-hush"})
    assert "exited with status 4" in caught.value.what
    assert caught.value.details == ("the key is ***",)


def test_a_program_that_is_not_there_is_named(heard: Heard, tmp_path: Path) -> None:
    with pytest.raises(CommandMissing, match="there is no program 'not-a-program'"):
        do(heard, tmp_path, hooks.command("not-a-program --now"))


@pytest.mark.parametrize(("line", "why"), [("", "no program"), ("''", "no program"), ("echo 'a", "no closing quot")])
def test_a_line_that_is_no_command_fails_as_a_step(line: str, why: str, heard: Heard, tmp_path: Path) -> None:
    step = hooks.command(line)
    with pytest.raises(CommandUnreadable, match=why):
        do(heard, tmp_path, step)
    assert heard.failures == ["command"]


def test_without_vendor_and_requirements_the_step_says_so(heard: Heard, tmp_path: Path) -> None:
    do(heard, tmp_path, hooks.vendor())
    assert heard.outcomes["vendor"].skipped


def test_errors_of_a_step_reach_the_caller_as_they_are(heard: Heard, tmp_path: Path) -> None:
    def refuses() -> None:
        raise DotcloudError("not today")

    with pytest.raises(DotcloudError, match="not today"):
        do(heard, tmp_path, refuses)


def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *arguments: str) -> int:
    """Run a hook of two steps in this process; its exit status."""
    monkeypatch.setattr(sys, "argv", ["postinstall", *arguments])
    monkeypatch.chdir(tmp_path)

    def first() -> str:
        return "one"

    def second() -> str:
        return f"in {os.getcwd()}"

    try:
        hooks.run(first, second, project=tmp_path)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_a_hook_prints_a_line_for_each_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hook(monkeypatch, tmp_path) == 0
    assert capsys.readouterr().err.splitlines() == ["==> first: one (0.0 s)", f"==> second: in {tmp_path} (0.0 s)"]


def test_names_choose_steps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hook(monkeypatch, tmp_path, "second") == 0
    assert "first" not in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["secnd", "--secnd"])
def test_a_wrong_name_is_an_error_with_a_suggestion(
    wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hook(monkeypatch, tmp_path, wrong) == 1
    assert "Did you mean 'second'?" in capsys.readouterr().err


def test_a_process_that_takes_over_starts_after_what_is_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOTCLOUD_HOOK_RESUME", "1")
    assert hook(monkeypatch, tmp_path) == 0
    assert "first" not in capsys.readouterr().err
    assert "DOTCLOUD_HOOK_RESUME" not in os.environ


def test_packages_that_a_build_installed_are_left_alone(heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    do(heard, tmp_path, hooks.vendor(), environ={"DOTCLOUD_BUILD": "key"})
    assert heard.outcomes["vendor"].skipped
    assert "the build has installed them" in heard.outcomes["vendor"].text
