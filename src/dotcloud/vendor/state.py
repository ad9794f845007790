"""What the last install left in a virtual environment, so that an unchanged vendor/ costs a walk and a hash.

``dotcloud-vendor.json`` in site-packages remembers; PEP 610's ``direct_url.json`` of each distribution says whether it
is still true: whoever installs another release over a vendored one writes another origin, or none.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dotcloud.errors.install import EnvironmentBusy
from dotcloud.vendor import links
from dotcloud.vendor.cache import Wheel
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.links import replace_file
from dotcloud.vendor.names import distribution_folders

FILE = "dotcloud-vendor.json"
FORMAT = 1
LOCK_PATIENCE = 600.0  # seconds


@dataclass
class State:
    """The installed packages by label (``vendor/acme``).

    :param wheels: what was installed, with all that went into it.
    :param links: folders of plain modules that are on the path.
    :param copies: hashes of those that were copied there.
    :param requirements: fingerprint of the requirements files of that install.
    :param distributions: the ``.dist-info`` folders that were there afterwards.
    :param finished: whether that install came to its end; then only is anything known of the files.
    """

    wheels: dict[str, Wheel] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    requirements: str | None = None
    distributions: list[str] = field(default_factory=list)
    finished: bool = True


def read(interpreter: Interpreter) -> State:
    """The state of a virtual environment, without what is no longer true of it."""
    try:
        return _still_true(_load(Path(interpreter.purelib) / FILE), interpreter)
    except (TypeError, KeyError, AttributeError, ValueError):  # JSON, and none of ours
        return State()


def _still_true(facts: Mapping[str, Any], interpreter: Interpreter) -> State:
    installed = distribution_folders(interpreter.site_packages())
    wheels = {label: Wheel.from_record(wheel) for label, wheel in facts.get("wheels", {}).items()}
    listed = facts.get("links", {}) if links.are_listed(Path(interpreter.purelib), facts.get("path", "")) else {}
    return State(
        wheels={label: wheel for label, wheel in wheels.items() if came_from(installed.get(wheel.name), wheel)},
        links={label: link for label, link in listed.items() if os.path.isdir(link)},
        copies=facts.get("copies", {}),
        requirements=facts.get("requirements") if _are_there(facts, installed) else None,
        distributions=facts.get("distributions", []),
        finished=facts.get("finished", True),
    )


def _load(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        facts = json.loads(path.read_bytes())
        if isinstance(facts, dict) and facts.get("format") == FORMAT:
            return facts
    return {}


def came_from(folder: str | None, wheel: Wheel) -> bool:
    """Whether an installed distribution is ``wheel``, by the URL in its ``direct_url.json`` (PEP 610).

    Installers quote other characters than we do (``+`` in a local version): what they quoted is compared.
    """
    try:
        with open(os.path.join(folder or "", "direct_url.json"), "rb") as file:
            return unquote(json.load(file)["url"]) == unquote(wheel.url)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _are_there(facts: Mapping[str, Any], installed: Mapping[str, str]) -> bool:
    return set(facts.get("distributions", [])) <= {os.path.basename(path) for path in installed.values()}


def begin(interpreter: Interpreter, state: State) -> None:
    """Remember ``state`` as what was there before an install: one that is killed half way leaves this behind."""
    _write(interpreter, replace(state, finished=False))


def write(interpreter: Interpreter, state: State) -> None:
    """Remember ``state``; the distributions are those that are there now."""
    now = sorted(map(os.path.basename, distribution_folders(interpreter.site_packages()).values()))
    _write(interpreter, replace(state, distributions=now))


def _write(interpreter: Interpreter, state: State) -> None:
    site_packages = Path(interpreter.purelib)
    facts = {"format": FORMAT, **asdict(state), "path": links.listed(site_packages)}
    replace_file(site_packages / FILE, json.dumps(facts, indent=1))


@contextmanager
def locked(interpreter: Interpreter, patience: float = LOCK_PATIENCE) -> Iterator[None]:
    """Hold the virtual environment alone.

    :raises EnvironmentBusy: another install had it for ``patience`` seconds.
    """
    with open(Path(interpreter.purelib) / ".dotcloud-vendor.lock", "w") as lock:
        deadline = time.monotonic() + patience
        while not _try_lock(lock.fileno()):
            if time.monotonic() > deadline:
                raise EnvironmentBusy(interpreter.prefix, patience)
            time.sleep(0.05)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
