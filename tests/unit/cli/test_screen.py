"""How lines look, and the live display."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from dotcloud.cli.lines import clean, line
from dotcloud.cli.live import Moving
from dotcloud.cli.present import lasted, size


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(moving: Moving) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(moving)
    return console.file.getvalue()


def begun(message: str, service: str = "www", instance: int | None = None) -> dict:
    return {"message": message, "service": service, "instance": instance, "step": message}


def test_a_running_step_has_a_spinner_until_it_is_done():
    moving = Moving()
    moving.follow(begun("building"))
    moving.follow(begun("installing", instance=0))
    assert "[www] building 0.0 s" in shown(moving)
    assert "[www.0] installing" in shown(moving)
    moving.follow({**begun("building"), "seconds": 1.0})
    assert "building" not in shown(moving)


def test_many_running_steps_take_few_lines_and_no_more_than_the_width():
    moving = Moving()
    for number in range(20):
        moving.follow(begun("x" * 200, instance=number))
    lines = shown(moving).splitlines()
    assert len(lines) <= 4
    assert max(map(len, lines)) <= 80


def test_an_upload_has_a_bar():
    moving = Moving()
    moving.upload = (1 << 20, 4 << 20)
    assert "25 % 1.0 M of 4.0 M" in shown(moving)
    assert len(shown(moving).rstrip()) <= 80


def test_no_colour_on_a_terminal_that_cannot_show_it(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert line({"message": "broken", "level": "ERROR", "service": "www"}, stream=Terminal()) == "[www] broken"


def test_colour_only_on_a_terminal_that_wants_it(monkeypatch):
    entry = {"message": "broken", "level": "ERROR", "service": "www", "instance": 0, "seconds": 2}
    assert line(entry, stream=io.StringIO()) == "[www.0] broken (2.0 s)"
    assert "\x1b[31mbroken\x1b[0m" in line(entry, stream=Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert line(entry, stream=Terminal()) == "[www.0] broken (2.0 s)"


@pytest.mark.parametrize(
    "message",
    [
        "plain",
        "pl\x1b[2Jain",
        "\x1b]0;title\x07plain",
        "plain\r",
        "\x1b[31mplain\x1b[0m",
        "pl\x9bain",
        "plain\x1b",
        "\x00plain",
    ],
)
def test_nothing_but_text_reaches_a_pipe(message):
    assert clean(message, io.StringIO()) == "plain"


def test_colours_of_a_site_stay_on_a_terminal_and_end_with_the_line():
    assert clean("\x1b[31mred\x1b[H", Terminal()) == "\x1b[31mred\x1b[0m"


def test_instance_numbers_may_be_texts():
    assert line({"message": "x", "service": "www", "instance": "1"}, stream=io.StringIO()) == "[www.1] x"


@pytest.mark.parametrize(
    ("count", "text"), [(None, "N/A"), (0, "0 B"), (2048, "2.0 K"), (64 << 20, "64.0 M"), (3 << 30, "3.0 G")]
)
def test_sizes(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (4.6, "4 s"), (61, "1 min"), (3700, "1 h 1 min"), (90000, "1 d 1 h")]
)
def test_durations(seconds, text):
    assert lasted(seconds) == text
