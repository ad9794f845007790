"""A platform's socket on another machine, brought here by ssh and nothing else.

One ssh logs in and asks the box where the platform's socket is; its answer proves the login, the host key and the
platform at once, each with an error of its own. The socket is then forwarded over that connection. It ends with its
stdin, so that a command that is killed leaves no ssh behind.
"""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from dotcloud import process
from dotcloud.client.local import SOCKET
from dotcloud.errors import client as errors

OPTIONS = (
    *("-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"),
    *("-o", "ControlMaster=yes", "-o", "ControlPersist=no", "-o", "ExitOnForwardFailure=yes", "-T"),
)
LOGIN_SECONDS = 30.0
FOUND = "dotcloud-socket:"
NOT_FOUND = "dotcloud-no-socket:"
DEFAULT_HOME = '"${DOTCLOUD_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/dotcloud}"'


def login(url: str, host: str, user: str | None, port: int | None) -> tuple[str, ...]:
    """``ssh -p 22 user@host``. :raises BadEndpoint: a name that ssh would take for an option."""
    if not re.fullmatch(r"[A-Za-z0-9_:][A-Za-z0-9_.:-]*", host):
        raise errors.BadEndpoint(url, "it names no host" if not host else f"{host!r} is not the name of a host")
    if user is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", user):
        raise errors.BadEndpoint(url, f"{user!r} is not the name of a user")
    ports = ("-p", str(port)) if port else ()
    return "ssh", *ports, f"{user}@{host}" if user else host


@dataclass(frozen=True)
class Tunnel:
    """A connection to a box. ``socket``: the platform's, here."""

    login: Sequence[str]
    control: Path
    socket: Path
    ssh: Popen[str]

    def bring(self, port: int) -> int:
        """A port of the box's loopback, on this machine's: the same number where it is free. :raises SshFailed:"""
        local = _free_port(port)
        _forward(self.login, self.control, f"127.0.0.1:{local}:127.0.0.1:{port}")
        return local

    def wait(self) -> None:
        """Until the connection ends."""
        self.ssh.wait()


@contextmanager
def opened(login: Sequence[str], host: str, home: str) -> Iterator[Tunnel]:
    """The socket of the platform at the other end, as a socket here.

    :param home: the platform's folder there; ``""``: where it is by default.
    :raises SshError: one leaf for each reason.
    """
    folder = Path(tempfile.mkdtemp(prefix="dotcloud-"))
    control, here = folder / "c", folder / SOCKET
    command = [login[0], *OPTIONS, "-S", str(control), *login[1:], _question(home)]
    try:
        with process.conversation(command) as ssh:
            there = _answer(ssh, login, host)
            _forward(login, control, f"{here}:{there}")
            if not here.exists():
                raise errors.SshFailed(login, [f"{here} was not made"])
            yield Tunnel(login, control, here, ssh)
    except FileNotFoundError as error:
        if error.filename != login[0]:
            raise
        raise errors.SshMissing from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _question(home: str) -> str:
    """A command for any login shell: tell where the socket is, then stay until stdin ends."""
    name = shlex.quote(home) if home else DEFAULT_HOME
    script = (
        f'home={name}; if test -S "$home/{SOCKET}"; then echo "{FOUND}$home/{SOCKET}"; exec cat >/dev/null; '
        f'else echo "{NOT_FOUND}$home"; fi'
    )
    return f"sh -c {shlex.quote(script)}"


def _answer(ssh: Popen[str], login: Sequence[str], host: str) -> str:
    """The path of the socket, from what the box and ssh print. Banners and the like are passed over."""
    alarm = threading.Timer(LOGIN_SECONDS, process.kill_group, (ssh,))
    alarm.daemon = True
    alarm.start()
    lines: list[str] = []
    try:
        for line in ssh.stdout or ():
            text = line.strip()
            if text.startswith(FOUND):
                return text.removeprefix(FOUND)
            if text.startswith(NOT_FOUND):
                raise errors.NoPlatformThere(login, text.removeprefix(NOT_FOUND))
            lines += [text] if text else []
    finally:
        alarm.cancel()
    raise _explained(login, host, lines)


def _explained(login: Sequence[str], host: str, lines: list[str]) -> errors.SshError:
    """The situation behind what ssh said (its messages are part of no interface, but have not changed in decades)."""
    text = "\n".join(lines).lower()
    lines = lines[-10:]
    if "identification has changed" in text or "host key verification failed" in text:
        return errors.SshHostKey(login, "identification has changed" in text, lines)
    if "permission denied" in text or "too many authentication failures" in text:
        return errors.SshLoginRefused(login, lines)
    if "could not resolve" in text or "name or service not known" in text:
        return errors.SshNoHost(host, lines)
    if any(words in text for words in ("connection refused", "timed out", "no route", "unreachable")):
        return errors.SshUnreachable(login, lines)
    return errors.SshFailed(login, lines or [f"no answer within {LOGIN_SECONDS:g} s"])


def _forward(login: Sequence[str], control: Path, what: str) -> None:
    done = process.run((login[0], "-S", str(control), "-O", "forward", "-L", what, login[-1]), timeout=LOGIN_SECONDS)
    if not done.ok:
        raise errors.SshFailed(login, done.last_lines())


def _free_port(wanted: int) -> int:
    """That port, or any other when somebody has it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted
