"""The program inside a build environment: loads backends once, warms them, then forks one child per package.

It expects (standard library only; the interpreter is the build environment's, started with ``-I``):

- arguments: ``--warm BACKEND`` (any number) for the backends to load before the first fork; or ``--once``, to build
  one package in this very process, unforked and cold, until stdin ends;
- on stdin, one JSON object a line: ``id``, ``backend`` (PEP 517 ``module:object``), ``backend_path`` (folders in
  ``source``), ``source``, ``out``, ``log`` (what the build prints goes there), ``variables`` (added to the
  environment), ``hook`` (``build_wheel`` or ``build_editable``), ``checked`` (requirements known to be there).

Results: on stdout one JSON object a line: first ``{"ready": true, "forks": bool}``, then for each job ``id``,
``seconds`` and ``status``: ``built`` (with ``wheel``, a file name in ``out``), ``requires`` (with ``requires``, what
the backend asks for beyond the environment; PEP 517 ``get_requires_for_build_wheel``), ``unsupported`` (no such hook),
``failed`` (see the log) or ``crashed``. End of input ends the server.

The warm-up is one throw-away build: what a backend imports lazily is then there before the fork.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import selectors
import signal
import sys
import tempfile
import threading
import time
import traceback
from typing import Any, BinaryIO

LEGACY = "setuptools.build_meta:__legacy__"
_PLAIN_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*")


def load(backend: str, folders: list[str]) -> Any:
    """The backend object; ``folders`` go before everything else on the path (``backend-path``)."""
    sys.path[:0] = folders
    module, _, names = backend.partition(":")
    found: Any = importlib.import_module(module)
    for name in filter(None, names.split(".")):
        found = getattr(found, name)
    return found


def build(job: dict[str, Any]) -> dict[str, Any]:
    """Call the hooks for one package, in its folder, and say what came of it."""
    source = job["source"]
    os.chdir(source)
    os.environ.update(job["variables"])
    backend = load(job["backend"], [os.path.join(source, folder) for folder in job["backend_path"]])
    hook = getattr(backend, job["hook"], None)
    if hook is None:
        return {"status": "unsupported"}
    ask = getattr(backend, "get_requires_for_" + job["hook"], None)
    requires = [line for line in (ask({}) if ask else []) if line not in job["checked"] and not installed(line)]
    if requires:
        return {"status": "requires", "requires": requires}
    return {"status": "built", "wheel": os.path.basename(hook(job["out"], {}))}


def installed(requirement: str) -> bool:
    """Whether a bare name is there. Anything with a version is the installer's to judge."""
    from importlib.metadata import PackageNotFoundError, version

    plain = _PLAIN_REQUIREMENT.fullmatch(requirement)
    if not plain:
        return False
    try:
        version(plain[1])
    except PackageNotFoundError:
        return False
    return True


def attempt(job: dict[str, Any]) -> dict[str, Any]:
    """:func:`build`, with its output in the log and its failure as a result."""
    started = time.monotonic()
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        result = build(job)
    except BaseException as error:  # noqa: BLE001 - a backend may raise anything, SystemExit included
        if not (isinstance(error, SystemExit) and not error.code):
            traceback.print_exc()
        result = {"status": "failed"}
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    return {"id": job["id"], "seconds": time.monotonic() - started, **result}


def warm(backend: str) -> None:
    """Build an empty package and throw it away. A backend that cannot build it is merely loaded."""
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        write_empty_package(folder, backend)
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), contextlib.suppress(Exception):
            home = os.getcwd()
            os.chdir(folder)
            try:
                hooks = load(backend, [])
                if hasattr(hooks, "get_requires_for_build_wheel"):
                    hooks.get_requires_for_build_wheel({})
                hooks.build_wheel(folder, {})
            except SystemExit:
                pass
            finally:
                os.chdir(home)


def write_empty_package(folder: str, backend: str) -> None:
    files = {"warm_up.py": '"""Nothing."""\n', "README.md": "Nothing.\n"}
    if backend == LEGACY:
        files["setup.py"] = "from setuptools import setup\nsetup(name='warm-up', version='0', py_modules=['warm_up'])\n"
    else:
        files["pyproject.toml"] = (
            f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'
            '[project]\nname = "warm-up"\nversion = "0"\ndescription = "Nothing."\nreadme = "README.md"\n'
            '[tool.setuptools]\npy-modules = ["warm_up"]\n'
            '[tool.hatch.build.targets.wheel]\ninclude = ["warm_up.py"]\n'
        )
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def can_fork() -> bool:
    """A process with several threads must not fork: a lock held by another thread would stay held forever."""
    native = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    return hasattr(os, "fork") and threading.active_count() == 1 and native == 1


class Server:
    """Reads jobs, forks a child for each, passes on what the children say."""

    def __init__(self, answers: BinaryIO) -> None:
        self.answers = answers
        self.selector = selectors.DefaultSelector()
        self.waiting = b""

    def say(self, answer: dict[str, Any]) -> None:
        self.answers.write(json.dumps(answer).encode() + b"\n")
        self.answers.flush()

    def run(self) -> None:
        self.selector.register(0, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.selector.select():
                if key.data is not None:
                    self.finish(key.fd, *key.data)
                elif not self.read_jobs():
                    self.stop_children()
                    return

    def stop_children(self) -> None:
        """Whoever asked is gone: end what still builds, with everything it started."""
        for key in self.selector.get_map().values():
            if key.data is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(key.data[0], signal.SIGKILL)

    def read_jobs(self) -> bool:
        received = os.read(0, 65536)
        *lines, self.waiting = (self.waiting + received).split(b"\n")
        for line in lines:
            self.start(json.loads(line))
        return bool(received)

    def start(self, job: dict[str, Any]) -> None:
        read, write = os.pipe()
        child = os.fork()
        if child:
            os.close(write)
            self.selector.register(read, selectors.EVENT_READ, (child, job["id"]))
            return
        os.setpgid(0, 0)  # so that a build is stopped with everything it started
        os.close(read)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.write(write, json.dumps(attempt(job)).encode() + b"\n")
        os._exit(0)

    def finish(self, read: int, child: int, job: int) -> None:
        """A build's answer is one line on its pipe; end of file without one is a crash.

        What the build left running may hold the pipe open for long: it is not waited for, but ended.
        """
        with os.fdopen(read, "rb") as pipe:
            self.selector.unregister(read)
            answer = pipe.readline()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        self.say(json.loads(answer) if answer else {"id": job, "status": "crashed", "seconds": 0.0})


def end_with_stdin(answers: BinaryIO) -> None:
    """Fork a watcher: when stdin ends, whoever asked has the answer or is gone; then everything here is killed."""
    group = os.getpgid(0)
    if os.fork():
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        return
    answers.close()
    while os.read(0, 65536):
        pass
    os.killpg(group, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    # The protocol keeps the real stdout; whatever else prints goes to stderr.
    answers = os.fdopen(os.dup(1), "wb")
    os.set_inheritable(answers.fileno(), False)
    os.dup2(2, 1)
    server = Server(answers)
    if arguments == ["--once"]:
        job = json.loads(sys.stdin.readline())
        end_with_stdin(answers)
        server.say(attempt(job))
        return
    for backend in arguments[1::2]:
        with contextlib.suppress(Exception):
            warm(backend)
    forks = can_fork()
    server.say({"ready": True, "forks": forks})
    if forks:
        server.run()


if __name__ == "__main__":
    main(sys.argv[1:])
