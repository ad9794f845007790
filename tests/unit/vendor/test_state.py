"""What the last install left, and when it is not believed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dotcloud.vendor import interpreter, links, state
from dotcloud.vendor.cache import Wheel
from dotcloud.vendor.interpreter import Interpreter

WHEEL = Wheel("key", "acme", "1.0+local.1", "/cache/a b/acme-1.0+local.1-py3-none-any.whl", "sha")


@pytest.fixture
def environment(tmp_path: Path) -> Interpreter:
    """A virtual environment with ``WHEEL`` in it, installed by somebody who quotes no plus sign."""
    info = tmp_path / "acme-1.0+local.1.dist-info"
    info.mkdir()
    (info / "direct_url.json").write_text(json.dumps({"url": f"file://{WHEEL.path}".replace(" ", "%20")}))
    return replace(interpreter.current(), purelib=str(tmp_path), platlib=str(tmp_path))


def test_what_was_written_is_read(environment: Interpreter) -> None:
    state.write(environment, state.State({"vendor/acme": WHEEL}, requirements="print"))
    assert state.read(environment).wheels == {"vendor/acme": WHEEL}
    assert state.read(environment).requirements == "print"
    assert state.read(environment).finished


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 1, "wheels": [1]}',
        '{"format": 1, "wheels": {"a": null}}',
        '{"format": 1, "wheels": {"a": {"index": 3}}}',
        '{"format": 1, "links": [1]}',
        '{"format": 1, "distributions": null}',
        json.dumps({"format": 1, "wheels": {"a": {**asdict(WHEEL), "path": "not-absolute"}}}),
        json.dumps({"format": 1, "wheels": {"a": {**asdict(WHEEL), "unheard": 1}}}),
    ],
)
def test_a_damaged_file_says_nothing(environment: Interpreter, text: str) -> None:
    (Path(environment.purelib) / state.FILE).write_text(text)
    assert state.read(environment).wheels == {}
    assert state.read(environment).requirements is None


def test_an_install_that_was_killed_half_way_leaves_a_state_that_says_so(environment: Interpreter) -> None:
    state.begin(environment, state.State({"vendor/acme": WHEEL}))
    assert not state.read(environment).finished
    assert state.read(environment).wheels == {"vendor/acme": WHEEL}


def test_another_origin_is_not_ours(environment: Interpreter) -> None:
    state.write(environment, state.State({"vendor/acme": WHEEL}))
    (Path(environment.purelib) / "acme-1.0+local.1.dist-info" / "direct_url.json").write_text(
        '{"url": "file:///other"}'
    )
    assert state.read(environment).wheels == {}


@pytest.mark.parametrize("text", [None, "/elsewhere\n"])
def test_links_are_gone_where_the_path_file_is_gone_or_another(
    environment: Interpreter, tmp_path: Path, text: str | None
) -> None:
    modules = tmp_path / "vendor" / "mods"
    modules.mkdir(parents=True)
    links.write(tmp_path, {"vendor/mods": str(modules)})
    state.write(environment, state.State(links={"vendor/mods": str(modules)}))
    assert state.read(environment).links == {"vendor/mods": str(modules)}
    path_file = tmp_path / f"{links.NAME}.pth"
    path_file.write_text(text) if text else path_file.unlink()
    assert state.read(environment).links == {}
