"""Lists of hosts and origins as people write them into a variable."""

from __future__ import annotations

import pytest

from dotcloud.environment import Environment


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ('["a.example", "b.example"]', ["a.example", "b.example"]),
        ("['a.example']", ["a.example"]),
        ("('a.example', 'b.example',)", ["a.example", "b.example"]),
        ('"a.example","b.example"', ["a.example", "b.example"]),
        ("'a.example b.example'", ["a.example", "b.example"]),
        ("'[\"a.example\"]'", ["a.example"]),
        ("[a.example, .b.example]", ["a.example", ".b.example"]),
        ("[2001:db8::1]", ["[2001:db8::1]"]),
        ("[2001:db8::1],[2001:db8::2]:80", ["[2001:db8::1]", "[2001:db8::2]"]),
        ('["[2001:db8::1]", "a.example"]', ["[2001:db8::1]", "a.example"]),
        ("*", ["*"]),
    ],
)
def test_a_list_of_hosts_is_read(text, hosts):
    env = Environment.load({"ALLOWED_HOSTS": text})

    assert env.allowed_hosts()[: len(hosts)] == hosts
    assert len(env.allowed_hosts()) == len(hosts) + 3
    assert env.problems == ()


@pytest.mark.parametrize("text", ["[]", "", "()"])
def test_an_empty_list_names_no_host(text):
    assert Environment.load({"ALLOWED_HOSTS": text}).allowed_hosts() == []


@pytest.mark.parametrize("text", ['{"a.example": 1}', '["a.example"', "a.example|b.example"])
def test_what_is_no_list_of_hosts_is_reported(text):
    (problem,) = Environment.load({"ALLOWED_HOSTS": text}).problems

    assert (problem.code, problem.variables) == ("malformed-variable", ("ALLOWED_HOSTS",))


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("a.example", ["https://a.example"]),
        ("https://a.example/", ["https://a.example"]),
        ("HTTPS://A.example/path?x#y", ["https://a.example"]),
        ("http://a.example:8080/", ["http://a.example:8080"]),
        ("https://a.example:443", ["https://a.example"]),
        ("a.example:8443", ["https://a.example:8443"]),
        (".a.example https://*.b.example", ["https://*.a.example", "https://*.b.example"]),
        ('["https://a.example", "b.example"]', ["https://a.example", "https://b.example"]),
        ("https://[::1]:8000", ["https://[::1]:8000"]),
    ],
)
def test_origins_are_passed_on_as_a_browser_writes_them(text, origins):
    env = Environment.load({"CSRF_TRUSTED_ORIGINS": text})

    assert env.csrf_trusted_origins() == origins
    assert env.problems == ()


@pytest.mark.parametrize("text", ["*", "https://", "https://*", "https://u@a.example"])
def test_what_is_no_origin_is_reported_and_left_out(text):
    env = Environment.load({"CSRF_TRUSTED_ORIGINS": text})

    assert env.csrf_trusted_origins() == []
    assert [problem.variables for problem in env.problems] == [("CSRF_TRUSTED_ORIGINS",)]
