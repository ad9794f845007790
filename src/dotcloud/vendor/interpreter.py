"""The virtual environment that packages are installed into, seen as facts about its interpreter."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from dotcloud import process
from dotcloud.errors.install import ExternallyManaged, NotAnInterpreter
from dotcloud.vendor import interpreter_facts


@dataclass(frozen=True)
class Interpreter:
    """One Python installation or virtual environment; see :mod:`dotcloud.vendor.interpreter_facts` for the fields."""

    executable: str
    base: str
    version: str
    tag: str
    prefix: str
    purelib: str
    platlib: str
    scripts: str
    externally_managed: bool

    def site_packages(self) -> list[Path]:
        """The folders that hold distributions: one, or two where compiled packages go elsewhere."""
        return [Path(path) for path in dict.fromkeys((self.purelib, self.platlib))]


def current() -> Interpreter:
    """The interpreter that runs this code."""
    return Interpreter(**interpreter_facts.facts())


def at(python: Path | None) -> Interpreter:
    """The interpreter at ``python``: an executable, a virtual environment's folder, or ``None`` for the running one.

    :raises NotAnInterpreter: nothing there answers as Python 3 does.
    :raises ExternallyManaged: it belongs to the operating system (PEP 668).
    """
    found = current() if python is None else described(python)
    if found.externally_managed:
        raise ExternallyManaged(found.executable)
    return found


def described(python: Path) -> Interpreter:
    """The same, for one that nothing is to be installed into: the operating system's own will do.

    :raises NotAnInterpreter:
    """
    return _ask(python / "bin" / "python" if python.is_dir() else python)


def _ask(executable: Path) -> Interpreter:
    """The interpreter's own answer, kept for as long as its files are the same: asking takes as long as a start."""
    from dotcloud.vendor.cache import cache_directory, key_of

    identity: list[object] = [str(executable.absolute())]
    for file in (executable.resolve(), executable.parent.parent / "pyvenv.cfg"):
        with suppress(OSError):
            facts = file.stat()
            identity += [str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino]
    kept = cache_directory() / "interpreters" / f"{key_of(identity)}.json"
    with suppress(OSError, ValueError, TypeError):
        return Interpreter(**json.loads(kept.read_bytes()))
    answer = _run(executable)
    with suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(asdict(answer)))
        fresh.replace(kept)
    return answer


def _run(executable: Path) -> Interpreter:
    try:
        answer = process.run([executable, "-I", interpreter_facts.__file__], timeout=60)
    except (OSError, TimeoutError) as error:
        raise NotAnInterpreter(executable, str(error)) from None
    if not answer.ok:
        raise NotAnInterpreter(executable, "\n".join(answer.last_lines(3)))
    try:
        return Interpreter(**json.loads(answer.output))
    except (ValueError, TypeError):
        raise NotAnInterpreter(executable, "it answers as no Python does") from None
