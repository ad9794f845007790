"""run and platform: becoming another program."""

from __future__ import annotations

import os
import shlex
import sys

import pytest

APP = "/applications/mysite"
EXEC = f"{APP}/services/www/instances/0/exec"


@pytest.fixture
def became(monkeypatch):
    """What the process would have turned into; it ends there, as after an exec."""
    seen = {}

    def execvpe(program, argv, variables):
        seen.update(argv=argv, env=variables, cwd=os.getcwd())
        raise SystemExit(7)

    monkeypatch.setattr("os.execvpe", execvpe)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return seen


@pytest.fixture
def running(platform, connected):
    platform.answers = {
        f"GET {APP}/services/www": {"instances": [{"instance_id": 0}]},
        f"GET {EXEC}": {"argv": ["enter", "it's"], "cwd": "/", "env": {"PGPASSFILE": "/a b"}},
    }
    return platform


def test_here_it_becomes_what_the_platform_said(dotcloud, running, became):
    assert dotcloud("run", "www", "--", "ls", "-A", "--json").status == 7
    assert running.queries[f"GET {EXEC}"]["arg"] == ["ls", "-A", "--json"]
    assert became["argv"] == ["enter", "it's"]
    assert became["cwd"] == "/"
    assert became["env"]["PGPASSFILE"] == "/a b"
    assert became["env"]["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (["www"], None),
        (["www.0"], None),
        (["www", "manage.py", "shell"], ["python", "manage.py", "shell"]),
        (["www", "--", "manage.py", "shell"], ["python", "manage.py", "shell"]),
        (["www", "git", "log", "--", "file"], ["git", "log", "--", "file"]),
        (["-e", "staging", "www", "ls", "-e", "x"], ["ls", "-e", "x"]),
    ],
)
def test_the_words_of_the_command_are_not_ours(dotcloud, running, became, words, sent):
    dotcloud("run", *words)
    assert running.queries[f"GET {EXEC}"]["arg"] == sent


def test_on_a_terminal_it_says_what_runs(dotcloud, running, became, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert dotcloud("run", "www", "--", "ls", "a b").err == "==> Running \"ls 'a b'\" in www.0 of mysite\n"


def test_over_ssh_every_word_is_quoted(dotcloud, running, became):
    running.ssh = ("ssh", "-p", "22", "joe@box")
    dotcloud("run", "www", "true")
    *command, line = became["argv"]
    assert command == ["ssh", "-p", "22", "joe@box", "--"]
    shell, option, script = shlex.split(line)
    assert (shell, option) == ("sh", "-c")
    command = script.removeprefix("trap : INT QUIT; ").removesuffix("; exit $?")
    assert shlex.split(command) == ["cd", "/", "&&", "env", "PGPASSFILE=/a b", "enter", "it's"]


def test_over_ssh_a_terminal_is_asked_for_where_there_is_one(dotcloud, running, became, monkeypatch):
    running.ssh = ("ssh", "joe@box")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    dotcloud("run", "www")
    assert became["argv"][:3] == ["ssh", "-t", "joe@box"]


def test_several_instances_have_to_be_told_apart(dotcloud, running, became):
    running.answers[f"GET {APP}/services/www"] = {"instances": [{"instance_id": 1}, {"instance_id": 0}]}
    ran = dotcloud("run", "www", "ls")
    assert ran.status == 1
    assert "www.0, www.1" in ran.err
    assert became == {}


def test_a_program_that_is_not_there(dotcloud, running, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    running.answers[f"GET {EXEC}"] = {"argv": ["no-such-program-here"], "cwd": "/", "env": {}}
    ran = dotcloud("run", "www")
    assert ran.status == 127
    assert "no-such-program-here cannot be started: there is no such program in the instance." in ran.err


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (["start"], ["start"]),
        (["stop"], ["stop"]),
        (["status", "--json"], ["status", "--json"]),
        (["logs"], ["logs", "--lines", "50", "--follow"]),
        (["logs", "-N", "-n", "5"], ["logs", "--lines", "5"]),
    ],
)
def test_the_platform_is_a_program_of_its_own(dotcloud, became, words, argv):
    dotcloud("platform", *words)
    assert became["argv"] == [sys.executable, "-m", "dotcloud.platform", *argv]
