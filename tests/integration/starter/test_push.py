"""``make push`` on a machine with Python, git and make, and an empty home."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import environment, run


class Machine:
    def __init__(self, checkout: Path, home: Path) -> None:
        self.checkout = checkout
        self.variables = environment(home)

    def make(self, target: str) -> str:
        return run(["make", target], self.checkout, self.variables)

    def push(self) -> str:
        """The page of the site that a push started."""
        self.said = self.make("push")
        address = re.search(r"is live at (http://127\.0\.0\.1:\d+)", self.said)
        assert address, self.said
        self.address = address[1] + "/"
        return self.get("")

    def get(self, path: str) -> str:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(self.address + path, timeout=10) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def machine(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(checkout, tmp_path_factory.mktemp("home"))
    yield machine
    machine.make("stop")


def fingerprint(page: str) -> str:
    found = re.search(r"Fingerprint of the running code <code>(\w+)</code>", page)
    assert found
    return found[1]


def test_a_push_ends_with_a_site_that_tells_where_its_package_came_from(machine: Machine) -> None:
    page = machine.push()
    assert "vendor/django_company" in page
    assert "1.4.2" in page
    assert machine.get("healthz") == "ok\n"
    stylesheet = re.search(r"static/(django_company/home\.\w{12}\.css)", page)
    assert stylesheet, "static files are hashed"
    assert ":root" in machine.get(f"static/{stylesheet[1]}")


def test_another_push_replaces_the_site_and_takes_the_edited_package_along(machine: Machine) -> None:
    before, address = fingerprint(machine.get("")), machine.address
    views = machine.checkout / "vendor/django_company/src/django_company/views.py"
    views.write_text(views.read_text() + "# edited\n")
    page = machine.push()
    assert machine.address == address
    assert fingerprint(page) != before
    assert before[:10] in page, "the database remembers what arrived before"


def test_nothing_changed_is_nothing_done(machine: Machine) -> None:
    assert "Nothing has changed" in machine.make("push")


def test_a_push_that_fails_leaves_the_site_as_it_is(machine: Machine) -> None:
    hook = machine.checkout / "postinstall"
    whole = hook.read_text()
    hook.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(AssertionError, match=r"\./postinstall of www\.0 failed with exit status 3"):
        machine.make("push")
    hook.write_text(whole)
    assert machine.get("healthz") == "ok\n"


def test_stop_ends_it(machine: Machine) -> None:
    machine.make("stop")
    with pytest.raises(urllib.error.URLError):
        machine.get("healthz")
    machine.make("stop")
