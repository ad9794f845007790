# ruff: noqa: E501 - a table of problems reads best with one to a line
"""[program:x] sections as processes."""

from __future__ import annotations

import pytest

from dotcloud.buildfile import Program, programs
from dotcloud.errors.buildfile import BuildFileError


def problems(text: str) -> list[str]:
    with pytest.raises(BuildFileError) as caught:
        programs(text)
    assert caught.value.what.startswith("supervisord.conf has ")
    return [str(problem) for problem in caught.value.problems]


def test_a_program():
    found = programs(
        "[supervisord]\nlogfile=/tmp/x\n\n"
        "[program:worker]\n"
        "command = celery -A site worker\n    --loglevel info ; the queue\n"
        "directory=/home/dotcloud/current\n"
        "environment=A=\"b, c\",\n    PATH='/bin:%(ENV_PATH)s',D=1\n"
        "autorestart=false\nautostart=false\nstopsignal=int\n"
    )
    assert found == {
        "worker": Program(
            "celery -A site worker --loglevel info",
            "/home/dotcloud/current",
            {"A": "b, c", "PATH": "/bin:%(ENV_PATH)s", "D": "1"},
            autostart=False,
            stopsignal="INT",
        )
    }


def test_nothing_but_programs_counts():
    assert programs("") == {}
    assert programs("[include]\nfiles = x\n[inet_http_server]\nport=*:9001\n") == {}


def test_several_processes_of_one_program():
    text = "[program:w]\ncommand=run %(process_num)d in %(ENV_HOME)s\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d"
    found = programs(text)["w"].expanded("w", {"HOME": "/h"})
    assert {name: program.command for name, program in found.items()} == {"w_00": "run 0 in /h", "w_01": "run 1 in /h"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[program:a]\n", "program:a/command: is missing"),
        ("[program:../a]\ncommand=x", "program:../a: is not a name, use letters, digits, _, . and -"),
        ("[program:a]\ncommand=x\nnumprocs=-1", 'program:a/numprocs: has to be a whole number from 1 to 64, and is "-1"'),
        ("[program:a]\ncommand=x\nstopsignal=BOOM", 'program:a/stopsignal: "BOOM" is not one of HUP, INT, KILL, QUIT, TERM, USR1, USR2'),
        ("[program:a]\ncommand=x\nenvironment=A", 'program:a/environment: "A" has no value, write it as NAME="value",OTHER="value"'),
        ("[program:a]\ncommand=x\nenvironment=A='", 'program:a/environment: No closing quotation, write it as NAME="value",OTHER="value"'),
        ("command=x", "File contains no section headers. file: supervisord.conf, line: 1 'command=x' (line 1)"),
    ],
)  # fmt: skip
def test_a_problem(text: str, problem: str):
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        (Program("x %(nothing)s"), "program:w/%(nothing)s: means nothing here"),
        (Program("x 100%"), "program:w/x 100%: cannot be filled in"),
        (Program("x", numprocs=2), "program:w/process_name: does not tell its processes apart"),
        (Program("x", process_name="../%(program_name)s"), 'program:w/process_name: gives "../w"'),
    ],
)
def test_what_cannot_be_filled_in(program: Program, problem: str):
    with pytest.raises(BuildFileError) as caught:
        program.expanded("w", {})
    assert str(caught.value.problems[0]).startswith(problem)
