"""Names, options and help: what is true of every command."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dotcloud.cli.overview import SECTIONS

NAMES = [name for section in SECTIONS.values() for name in section]
TALKING = [name for name in NAMES if name not in ("new", "vendor")]


def test_alone_it_shows_where_to_start(dotcloud):
    ran = dotcloud()
    assert ran.status == 0
    assert [line.split()[1] for line in ran.lines if line.startswith("    dotcloud")] == ["new", "push", "open"]


def test_what_it_shows_fits_80_columns(dotcloud):
    for words in ([], ["--help"], ["push", "--help"], ["env", "--help"]):
        assert max(map(len, dotcloud(*words).lines)) <= 80


def test_help_names_every_command_and_imports_none():
    code = """
import sys
from pathlib import Path
from dotcloud.cli import main
try:
    main(["--help"])
finally:
    ours = {name for name in sys.modules if name.startswith("dotcloud.cli.")}
    known = {"dotcloud.cli.lazy", "dotcloud.cli.options", "dotcloud.cli.overview"}
    print(ours - known, "rich" in sys.modules, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "set() False\n"
    assert [name for name in NAMES if f"\n  {name} " not in done.stdout] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(dotcloud, name):
    ran = dotcloud(name, "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: dotcloud {name}")


@pytest.mark.parametrize("name", TALKING)
def test_every_command_takes_the_common_options(dotcloud, name):
    ran = dotcloud(name, "--help")
    for option in ("-A, --application", "-e, --environment", "--endpoint", "--json", "-y, --yes"):
        assert option in ran.out


@pytest.mark.parametrize("option", ["-A", "-e", "--endpoint"])
def test_an_empty_name_is_not_that_of_the_folder(dotcloud, platform, connected, option):
    for words in ([option, "", "destroy", "-y"], ["destroy", "-y", option, ""]):
        ran = dotcloud(*words)
        assert ran.status == 1
        assert "it is empty" in ran.err
    assert platform.asked == []


def test_in_a_folder_that_is_gone_it_says_so(dotcloud, project):
    project.rmdir()
    assert "The current folder is gone." in dotcloud("push").err


def test_without_a_stdout_it_works_all_the_same(tmp_path):
    (tmp_path / "dotcloud.yml").write_text("www:\n  type: static\n")
    script = f"'{sys.executable}' -m dotcloud push --endpoint unix:///nowhere >&-"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr.startswith("Error: The platform at unix:///nowhere does not answer")


def test_a_reader_that_is_gone_is_no_mistake(dotcloud, platform, monkeypatch):
    def gone(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    platform.answers["GET /applications"] = [{"name": "mysite"}]
    monkeypatch.setattr("dotcloud.output.data", gone)
    monkeypatch.setattr("dotcloud.output.forget_stdout", lambda: None)
    assert dotcloud("list").status == 141


def test_ctrl_c_before_the_command_is_imported_is_silent():
    code = """
import sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from importlib.metadata import entry_points
[script] = entry_points(group="console_scripts", name="dotcloud")
script.load()()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_an_unknown_command_gets_a_suggestion(dotcloud):
    ran = dotcloud("pussh")
    assert ran.status == 1
    assert 'There is no command "pussh". Did you mean push?' in ran.err


def test_an_unknown_option_is_a_persons_mistake(dotcloud):
    assert dotcloud("list", "--frobnicate").status == 1


@pytest.mark.parametrize(
    "words",
    [
        ("-A", "shop", "-e", "staging", "--json", "--endpoint", "unix:///s", "info"),
        ("info", "-A", "shop", "-e", "staging", "--json", "--endpoint", "unix:///s"),
        ("-A", "other", "info", "-A", "shop", "--environment", "staging", "--json", "--endpoint=unix:///s"),
    ],
)
def test_common_options_work_before_and_after_the_command(dotcloud, platform, words):
    platform.answers["GET /applications/shop"] = {"name": "shop"}
    ran = dotcloud(*words)
    assert ran.status == 0
    assert ran.out.strip().startswith("{")
    assert platform.queries["GET /applications/shop"]["environment"] == "staging"
    assert platform.urls == ["unix:///s"]


def test_common_options_work_between_a_group_and_its_command(dotcloud, platform):
    platform.answers["GET /applications/shop/environment"] = {"B": "2", "A": "1"}
    assert dotcloud("env", "-A", "shop", "list").lines == ["A=1", "B=2"]


def test_the_endpoint_comes_from_the_option_then_the_variable_then_the_folder(dotcloud, platform, project, monkeypatch):
    from dotcloud.client.config import Connection, write

    write(Connection(project, "mysite", endpoint="ssh://folder"))
    platform.answers["GET /applications"] = []
    dotcloud("list")
    monkeypatch.setenv("DOTCLOUD_ENDPOINT", "ssh://variable")
    dotcloud("list")
    dotcloud("list", "--endpoint", "ssh://option")
    assert platform.urls == ["ssh://folder", "ssh://variable", "ssh://option"]


def test_the_environment_of_the_folder_is_not_that_of_another_application(dotcloud, platform, project):
    from dotcloud.client.config import Connection, write

    write(Connection(project, "mysite", environment="staging"))
    platform.answers = {f"GET /applications/{name}": {"name": name} for name in ("mysite", "shop")}
    dotcloud("info")
    dotcloud("info", "-A", "shop")
    assert platform.queries["GET /applications/mysite"] == {"environment": "staging"}
    assert platform.queries["GET /applications/shop"] == {"environment": "default"}


def test_without_an_application_the_two_ways_out_are_told(dotcloud):
    ran = dotcloud("info")
    assert ran.status == 1
    assert "dotcloud push" in ran.err
    assert "dotcloud connect NAME" in ran.err


@pytest.mark.parametrize("words", [("info", "-A", "a/b"), ("connect", "a/b"), ("-A", "mysite", "dlogs", "a/b")])
def test_a_name_with_a_slash_is_told_and_not_asked_for(dotcloud, platform, words):
    ran = dotcloud(*words)
    assert ran.status == 1
    assert "'a/b' is not a name" in ran.err
    assert platform.asked == []


def test_version(dotcloud):
    assert dotcloud("--version").out.startswith("dotcloud/")


def test_the_page_about_the_command_names_every_command():
    page = (Path(__file__).parents[3] / "docs" / "commands.md").read_text()
    assert [name for name in TALKING if not re.search(rf"dotcloud {name}\b", page)] == []
