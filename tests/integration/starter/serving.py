"""The starter behind real servers, on this machine's own addresses."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
HERE = "127.0.0.1"


class Server:
    """A server that runs, and the port it listens on."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def listens(self) -> bool:
        assert self.process.poll() is None, self.log
        with contextlib.suppress(OSError), socket.create_connection((HERE, self.port)):
            return True
        return False

    def get(self, path: str, source: str = HERE, **headers: str) -> http.client.HTTPResponse:
        """The answer to a visitor whose address is ``source``. All of 127.0.0.0/8 is this machine."""
        connection = http.client.HTTPConnection(HERE, self.port, source_address=(source, 0))
        with contextlib.closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            answer.body = answer.read().decode()  # type: ignore[attr-defined]
            return answer


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serving(command: Sequence[str], home: Path, variables: Mapping[str, str], cwd: Path = ROOT) -> Iterator[Server]:
    """``command``, in which ``{port}`` is replaced, until the end of the block."""
    port, log = free_port(), home / "server.log"
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'vendor/django_company/src'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",
    }
    words = [word.format(port=port) for word in command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=cwd, env=environ | variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    server = Server(process, port, log)
    try:
        until(server.listens, lambda: server.log)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
