# ruff: noqa: E501 - a table of problems reads best with one to a line
"""dotcloud.yml: what is understood, and every problem with its place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotcloud.buildfile import load, parse
from dotcloud.buildfile.config import KEYS as CONFIG_KEYS
from dotcloud.buildfile.model import TYPES
from dotcloud.buildfile.parse import KEYS
from dotcloud.errors.buildfile import BuildFileError, NoBuildFile

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = (DOCS / "dotcloud.example.yml").read_text()


def problems(text: str) -> list[str]:
    with pytest.raises(BuildFileError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def www(line: str) -> str:
    return f"www:\n  type: python\n  {line}\n"


def test_the_example_is_valid_and_shows_every_key_and_type():
    services = parse(EXAMPLE).services
    assert {service.type for service in services.values()} == set(TYPES)
    for key in (*KEYS, *CONFIG_KEYS):
        assert f"{key}:" in EXAMPLE


def test_the_documentation_holds_the_example():
    assert EXAMPLE in (DOCS / "dotcloud-yml.md").read_text()


def test_the_example_as_values():
    services = parse(EXAMPLE).services
    site = services["www"]
    assert list(services) == ["www", "jobs", "pages", "bridge", "db", "cache", "legacy"]
    assert site.environment == {"SITE_TITLE": "My site", "FEATURE_LEVEL": "1.10"}
    assert (site.config.python_version, site.config.workers, site.instances) == ("3.12", 4, 2)
    assert site.requirements == ("sentry-sdk>=2",)
    assert site.processes == {"mailer": "python manage.py send_mail --forever"}
    assert services["jobs"].process == "celery -A myproject worker"
    assert services["bridge"].extra == {"colour": "blue"}
    assert services["bridge"].config.extra == {"mode": "fast"}


def test_kinds_of_services():
    file = parse(EXAMPLE)
    assert [service.name for service in file.data_services] == ["db", "cache", "legacy"]
    assert [service.name for service in file.code_services if service.is_web] == ["www", "pages"]
    assert file.services["bridge"].http_port == "web"
    assert file.services["www"].http_port is None


def test_defaults():
    service = parse("www: {type: python}").services["www"]
    assert (service.approot, service.instances, service.postinstall, service.process) == (".", 1, None, None)
    assert (service.config.workers, service.config.timeout, service.config.healthcheck) == (4, 60, "/")


def test_names_of_the_time():
    config = (
        parse(
            "www:\n  type: python\n  config:\n    python_version: v3.11\n    uwsgi_processes: 2\n    uwsgi_harakiri: 90\n"
            "    uwsgi_buffer_size: 32768\n    uwsgi_enable_threads: true\n    uwsgi_memory_report: true\n"
        )
        .services["www"]
        .config
    )
    assert (config.python_version, config.workers, config.timeout) == ("3.11", 2, 90)
    assert (config.buffer_size, config.threads) == (32768, 4)
    assert config.extra == {"uwsgi_memory_report": True}


def test_the_config_in_force_has_the_defaults():
    services = parse(
        "www: {type: python, config: {workers: 2, note: x}}\nc: {type: custom, config: {mode: fast}}"
    ).services
    assert services["www"].settings["workers"] == 2
    assert services["www"].settings["timeout"] == 60
    assert services["www"].settings["note"] == "x"
    assert services["c"].settings == {"mode": "fast"}


def test_scalars_keep_their_text():
    service = parse(www("environment: {A: 1.10, B: no, C: 0755, D: 2020-01-01, E: ''}")).services["www"]
    assert service.environment == {"A": "1.10", "B": "no", "C": "0755", "D": "2020-01-01", "E": ""}
    assert parse(www("approot: 42")).services["www"].approot == "42"
    assert parse("2: {type: static}").services["2"].name == "2"


def test_unknown_keys_are_kept():
    service = parse("www: {type: python, note: {since: 2020-01-01, n: 3, x: [1.5, null, .nan]}}").services["www"]
    assert service.extra == {"note": {"since": "2020-01-01", "n": 3, "x": [1.5, None, ".nan"]}}


def test_merged_sections():
    text = "a: &base {type: python, config: {workers: 2}}\nb:\n  <<: *base\n  type: python-worker\n"
    assert [(s.type, s.config.workers) for s in parse(text).services.values()] == [("python", 2), ("python-worker", 2)]


def test_all_problems_at_once_in_the_order_of_the_file():
    text = "www:\n  type: pyhton\n  config: {workers: many}\n  ports: {chat: tpc}\ndb:\n  approot: /etc\n"
    assert problems(text) == [
        'www/type: unknown service "pyhton" (line 2), did you mean "python"?',
        'www/config/workers: has to be a whole number from 1 to 64, and is "many" (line 3)',
        'www/ports/chat: unknown protocol "tpc" (line 4), did you mean "tcp"?',
        'db/approot: "/etc" leads out of the project (line 6), write it relative to dotcloud.yml',
        f"db/type: is missing (line 6), one of {', '.join(TYPES)}",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it names no service, write for example: www: {type: python}"),
        ("# nothing\n", "it names no service, write for example: www: {type: python}"),
        ("- www\n", "has to be a mapping of services, and is a list (line 1), write for example: www: {type: python}"),
        ("www: python", "www: has to be a mapping, and is a string (line 1), write one line for each: name: value"),
        ("www:\n\ttype: python", "a tab indents this line (line 2), indent with spaces: YAML knows no tabs"),
        (
            "www:\n  type: python\n type: x",
            "it is not YAML: expected <block end>, but found '<block mapping start>' (line 3), "
            "the lines of one section have to start in the same column",
        ),
        ("www: {type: python", "it is not YAML: expected ',' or '}', but got '<stream end>' (line 1)"),
        ("www:\n  type: python\n  type: static", "www/type: is there twice (line 3), first in line 2"),
        ("a: {type: static}\na: {type: static}", "a: is there twice (line 2), first in line 1"),
        ("a: &a {type: static, x: *a}", "it is not YAML: an alias leads back to itself (line 1)"),
        ("a: " + "[" * 1000, "it is nested too deeply"),
        ("a: \x01", "the character U+0001 cannot be in YAML (line 1)"),
        ("Web-Site: {type: static}", 'Web-Site: a service\'s name is 1 to 16 of a-z, 0-9 and _ (line 1), for example "web_site"'),
        (www("instances: 0"), 'www/instances: has to be a whole number from 1 to 64, and is "0" (line 3)'),
        (www("approot: ../other"), 'www/approot: "../other" leads out of the project (line 3), write it relative to dotcloud.yml'),
        (www("prebuild: [a]"), "www/prebuild: has to be a string, and is a list (line 3)"),
        (www("process:"), "www/process: has to be a string, and is nothing (line 3)"),
        (www("requirements: x"), "www/requirements: has to be a list, and is a string (line 3), write each on a line of its own: - x"),
        (www("requirements: [-r more.txt]"), 'www/requirements: "-r more.txt" is an option (line 3), options go into requirements.txt'),
        (www("systempackages: ['x; reboot']"), 'www/systempackages: "x; reboot" is not the name of a system package (line 3)'),
        (www("environment: {A-B: 1}"), "www/environment/A-B: the name has to be a letter, then letters, digits and _ (line 3)"),
        (www("environment: {A: }"), "www/environment/A: has to be a string, and is nothing (line 3)"),
        (
            www("environment: {DOTCLOUD_X: 1}"),
            "www/environment/DOTCLOUD_X: names that start with DOTCLOUD_ belong to the platform (line 3), choose another name",
        ),
        (www("processes: [a]"), "www/processes: has to be a mapping, and is a list (line 3), write one line for each: name: value"),
        (www("processes: {../x: a}"), "www/processes/../x: the name has to be 1 to 32 letters, digits, _, . and - (line 3)"),
        ("www: {type: python}\n---\nweb: {type: python}", "a second document begins (line 3), leave out the line ---"),
        ("www: {type: python, <<: [1]}", "<<: expected a mapping for merging, but found scalar (line 1)"),
        (www("processes:\n    mail: run\n    a: ' '"), "www/processes/a: is empty (line 5), write the command that it runs, or leave it out"),
        (www("processes: {Mail: a, mail: b}"), "www/processes: two names differ in case alone (line 3), choose another name for one of them"),
        (www("processes: {Web: a}"), 'www/processes/Web: "web" is the process that answers HTTP (line 3), write it below processes, as another name'),
        ("web: {type: python, process: a}", 'web/process: "web" is the process that answers HTTP (line 1), write it below processes, as another name'),
        (www("ports: {x: http}"), "www/ports/x: a python service answers HTTP already (line 3), leave it out, or make it tcp"),
        (www("postinstal: ./x"), 'www/postinstal: unknown key (line 3), did you mean "postinstall"?'),
        (www("config: {worker: 3}"), 'www/config/worker: unknown key (line 3), did you mean "workers"?'),
        (www("config: {healthcheck: health}"), 'www/config/healthcheck: "health" is not the path of a URL (line 3), write it as /health/'),
        (www("config: {python_version: new}"), 'www/config/python_version: "new" is not a Python version (line 3), write it as "3.11"'),
        (
            www("config: {workers: 2, uwsgi_processes: 2}"),
            "www/config/uwsgi_processes: is the old name of workers, which is there too (line 3), leave it out",
        ),
        (www("buildscript: x"), "www/buildscript: only a custom service has one (line 3), use prebuild or postbuild"),
        ("db: {type: redis, process: x}", "db/process: a redis service runs no code of yours (line 1), move it to a code service"),
        ("db: {type: redis, instances: 2}", "db/instances: a redis service has one instance (line 1), leave it out"),
    ],
)  # fmt: skip
def test_a_problem(text: str, problem: str):
    assert problems(text) == [problem]


def test_process_and_processes_exclude_each_other():
    assert problems("w: {type: python-worker, process: a, processes: {b: b}}") == [
        "w/process: stands beside processes (line 1), move it into processes"
    ]


def test_ports_that_would_be_one():
    assert problems("c: {type: custom, ports: {a: tcp, A: udp}}")[0].startswith(
        "c/ports: two names differ in case alone"
    )
    assert problems("c: {type: custom, ports: {a: http, b: http}}")[0].startswith("c/ports: more than one port is http")


@pytest.mark.parametrize(
    "kind", ["nodejs", "php", "ruby-worker", "java", "postgis", "mongodb", "smtp", "solr", "rabbitmq"]
)
def test_services_of_the_time_are_refused_with_something_to_use(kind: str):
    (problem,) = problems(f"x: {{type: {kind}}}")
    assert problem.startswith(f'x/type: there is no service "{kind}" here: ')
    assert "use " in problem or "set " in problem


@pytest.mark.parametrize("version", ["v2.6", "2.7", "3.1", "3.10", "4.0"])
def test_pythons_that_cannot_run_here(version: str):
    (problem,) = problems(www(f"config: {{python_version: {version}}}"))
    assert f"Python {version.removeprefix('v')} is not run here" in problem


def test_many_aliases_are_refused_before_they_unfold():
    levels = "".join(f"  x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12))
    (problem,) = problems(f"www:\n  type: static\n  x0: &x0 [a]\n{levels}")
    assert problem.startswith("it is not YAML: it is too large")


@given(st.text(max_size=60) | st.text("a:{}[]-&*!|> \n\t'\"#,?", max_size=60))
@settings(max_examples=60)
def test_no_text_ends_in_a_traceback(text: str):
    with suppress(BuildFileError):
        parse(text)


def test_the_file_of_a_folder(tmp_path: Path):
    with pytest.raises(NoBuildFile):
        load(tmp_path)
    (tmp_path / "dotcloud.yml").write_bytes(b"www: \xff")
    with pytest.raises(BuildFileError, match="has a problem"):
        load(tmp_path)
    (tmp_path / "dotcloud.yml").write_text("www: {type: python}")
    assert list(load(tmp_path).services) == ["www"]
