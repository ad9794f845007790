from __future__ import annotations

import json

import pytest

from dotcloud.errors import hooks as errors

EXAMPLES: list[errors.HookError] = [
    errors.UnknownStep(name="migrat", known=["migrate"]),
    errors.NotAStep(value="3"),
    errors.OwnStepFailed(step="warm", exception="ValueError: no", frame="postinstall:4 in warm"),
    errors.CommandUnreadable(command="echo 'a", reason="no closing quotation"),
    errors.CommandFailed(command="crontab jobs", status=1, lines=["no crontab for you"]),
    errors.CommandMissing(command="crontab jobs", program="crontab"),
    errors.NoSettings(project="/site", has_manager=False),
    errors.SettingsBroken(settings="a.b", exception="KeyError: 'X'", frame="a/b.py:1", variable="X"),
    errors.SiteError(what="No key.", meaning="", fix="", details=[]),
    errors.DjangoEnded(step="migrate", status=-9, lines=["killed"]),
    errors.StepFailed(step="static", lines=["ValueError: no file"], frame=""),
    errors.DatabaseNotUp(alias="default", place="h:5432/d", reason="refused", seconds=60),
    errors.NoSuchHost(alias="default", host="h"),
    errors.DatabaseRefused(alias="default", place="h:5432/d", user="u", reason="no"),
    errors.DatabaseNotCreated(alias="default", place="h:5432/d", name="d", user="u", reason="no"),
    errors.DatabaseUnusable(alias="default", place="d", reason="no"),
    errors.MigrationFailed(migration="a.1", alias="default", exception="E: x", frame="", rolled_back=False),
    errors.MigrationLockTaken(alias="default", holder="www.1", seconds=300),
    errors.MigrationLockLost(alias="default", migration=""),
    errors.AdminIncomplete(missing=["A", "B"]),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_says_the_same_in_another_process(error: errors.HookError) -> None:
    data = json.loads(json.dumps(error.data))
    copy = errors.rebuild(type(error).__name__, data)
    assert type(copy) is type(error)
    assert str(copy) == str(error)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_of_ours_says_what_to_do(error: errors.HookError) -> None:
    assert error.what
    assert error.fix or isinstance(error, errors.SiteError)


def test_the_statement_to_type_quotes_its_names() -> None:
    error = errors.DatabaseNotCreated(alias="default", place="h:5432", name='a"b', user='c"d', reason="no")
    assert error.fix.endswith('CREATE DATABASE "a""b" OWNER "c""d";')


@pytest.mark.parametrize(
    ("module", "said"), [("cgi", '"3.12"'), ("imp", '"3.11"'), ("stripe.error", "the package that")]
)
def test_a_module_that_python_has_no_more_is_not_looked_for_in_a_package(module: str, said: str) -> None:
    error = errors.SettingsBroken(settings="a.b", exception="ModuleNotFoundError", frame="", module=module)
    assert said in error.fix


def test_every_error_has_an_example() -> None:
    assert {type(error) for error in EXAMPLES} == set(errors.HookError.__subclasses__())
