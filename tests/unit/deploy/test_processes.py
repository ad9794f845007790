"""Which processes an instance has."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from dotcloud.buildfile import Service
from dotcloud.errors.buildfile import BuildFileError
from dotcloud.platform.build.service import BuiltService, Source
from dotcloud.platform.deploy.instance import Instance
from dotcloud.platform.deploy.processes import processes_of, programs_of
from dotcloud.platform.layout import InstanceFolder
from dotcloud.platform.store import Blobs, Manifest
from tests.waiting import until

COMMANDS = ["sleep 60", "A=1 sleep 60", "cd / && sleep 60", "cd / && A=1 exec sleep 60", "cd /\nsleep 60"]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    source = Source(Manifest(()), Blobs(tmp_path), tmp_path)
    service = Service("www", "python", processes={"mail": "run mail"})
    made = Instance(service, 0, BuiltService(source, None, None, "", 4), {}, InstanceFolder(tmp_path), "d1", 8000)
    made.code.mkdir(parents=True)
    return made


def test_programs_of_both_files_run(instance: Instance) -> None:
    (instance.code / "supervisord.conf").write_text("[program:beat]\ncommand=run beat\n")
    assert {name: program.command for name, program in programs_of(instance).items()} == {
        "mail": "run mail",
        "beat": "run beat",
    }


def test_a_program_that_is_not_to_be_started_is_left_out(instance: Instance) -> None:
    (instance.code / "supervisord.conf").write_text("[program:beat]\ncommand=run beat\nautostart=false\n")
    assert list(programs_of(instance)) == ["mail"]


@pytest.mark.parametrize("name", ["Mail", "web"])
def test_no_program_takes_the_place_of_another(instance: Instance, name: str) -> None:
    (instance.code / "supervisord.conf").write_text(f"[program:{name}]\ncommand=x\n")
    with pytest.raises(BuildFileError) as caught:
        programs_of(instance)
    assert [str(problem) for problem in caught.value.problems] == [f"program:{name}: another process has that name"]


@pytest.mark.parametrize("kind", ["python-worker", "custom"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_line_becomes_its_last_program(instance: Instance, kind: str, command: str) -> None:
    service = Service("jobs", kind, process=command)
    (process,) = processes_of(replace(instance, service=service), ("a", "default"), None)
    with subprocess.Popen(process.argv, env={"PATH": os.environ["PATH"], "HOME": "/nowhere"}) as shell:
        try:
            until(lambda: psutil.Process(shell.pid).cmdline() == ["sleep", "60"])
        finally:
            shell.kill()
