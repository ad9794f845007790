"""What the answer of a database server means, without one."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from dotcloud.django.steps import servers
from dotcloud.django.steps.servers import State


class Broken:
    """A connection that cannot be opened."""

    features = SimpleNamespace(bare_select_suffix="")

    def __init__(self, vendor: str, error: Exception, host: str = "127.0.0.1") -> None:
        self.vendor = vendor
        self.error = error
        self.settings_dict: dict[str, Any] = {"HOST": host, "PORT": "", "NAME": "shop", "OPTIONS": {}}

    def copy(self) -> Broken:
        return self

    def cursor(self) -> None:
        raise self.error

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (2003, State.NOT_YET),
        (2013, State.NOT_YET),
        (1040, State.NOT_YET),
        (2005, State.NO_HOST),
        (1045, State.REFUSED),
        (1049, State.MISSING),
        (1193, State.UNUSABLE),
    ],
)
def test_mysql_speaks_in_numbers(number: int, state: State) -> None:
    assert servers.ask(Broken("mysql", OperationalError(number, "some words"))).state is state


def test_sqlite_does_not_come_up_later() -> None:
    broken = Broken("sqlite", OperationalError("unable to open database file"))
    assert servers.ask(broken).state is State.UNUSABLE


def test_a_database_we_know_nothing_about_is_waited_for() -> None:
    assert servers.ask(Broken("oracle", OperationalError("ORA-1"))).state is State.NOT_YET


@pytest.mark.parametrize(
    ("code", "state"), [("57P03", State.NOT_YET), ("53300", State.NOT_YET), ("42501", State.UNUSABLE)]
)
def test_a_session_that_breaks_tells_its_sqlstate(code: str, state: State) -> None:
    error = OperationalError("words")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = code  # type: ignore[attr-defined]
    assert servers.ask(Broken("postgresql", error)).state is state


def test_a_resolver_that_does_not_answer_is_not_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsure(*_: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")

    monkeypatch.setattr(socket, "getaddrinfo", unsure)
    assert servers.ask(Broken("mysql", OperationalError(2003, "words"), host="db")).state is State.NOT_YET


@pytest.mark.parametrize("host", ["", "/var/run/postgresql", "@abstract"])
def test_a_socket_needs_no_name(host: str) -> None:
    assert servers.ask(Broken("mysql", OperationalError(2003, "words"), host=host)).state is State.NOT_YET
