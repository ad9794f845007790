"""A laptop, a box and a company's git server: three network namespaces, with routes from the laptop alone.

The box is a user of its own with its own virtual environment and sshd. It reaches neither the git server nor a package
index; third-party requirements come from a folder of wheels.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dotcloud.new.library import library_wheel
from tests.integration.box import DOTCLOUD
from tests.integration.platform.wheelhouse import wheelhouse
from tests.waiting import until

PYTHON = "/usr/bin/python3"  # one that every user can run
PORT = 2222
LAPTOP, BOX, SERVER = "10.91.1.1", "10.91.1.2", "10.91.2.2"
TOOLS = ("ip", "sshd", "useradd", "ssh-keygen", "curl")


def missing() -> str:
    """What this machine lacks for such a test; nothing when all is there."""
    if os.geteuid() != 0:
        return "only root can make users and network namespaces"
    lacking = [tool for tool in TOOLS if not shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin")]
    if lacking:
        return f"{', '.join(lacking)}: not installed"
    version = subprocess.run([PYTHON, "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True)
    return "" if version.stdout.strip() == b"True" else f"{PYTHON} is older than 3.11"


@dataclass
class Place:
    """A network namespace with a loopback of its own."""

    name: str

    def command(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*command), capture_output=True, text=True, timeout=120, **options)


@dataclass
class Remote:
    """The three of them. ``user`` owns the platform on the box."""

    folder: Path
    laptop: Place
    box: Place
    server: Place
    user: str
    sshd: subprocess.Popen[bytes] | None = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return Path("/home") / self.user

    @property
    def endpoint(self) -> str:
        return f"ssh://{self.user}@{BOX}:{PORT}"

    def dotcloud(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """The command on the laptop."""
        return self.laptop.run(
            DOTCLOUD, *arguments, cwd=cwd or self.folder, env=self.variables | variables, stdin=subprocess.DEVNULL
        )

    def start(self, *arguments: str, cwd: Path, **variables: str) -> subprocess.Popen[str]:
        """The same, while it runs; what it says is on its stdout."""
        return subprocess.Popen(
            self.laptop.command(DOTCLOUD, *arguments),
            cwd=cwd,
            env=self.variables | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ssh(self, line: str) -> subprocess.CompletedProcess[str]:
        return self.laptop.run("ssh", "-p", str(PORT), f"{self.user}@{BOX}", line, env=self.variables)

    def cut(self) -> int:
        """End every ssh connection at the box; returns how many there were."""
        assert self.sshd
        connections = [pid for pid in children(self.sshd.pid) if _alive(pid)]
        for pid in connections:
            for inner in children(pid):
                with suppress(ProcessLookupError):
                    os.kill(inner, 9)
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        return len(connections)

    def processes(self) -> list[str]:
        """What runs as the box's user."""
        found = subprocess.run(["ps", "-u", self.user, "-o", "pid=,args="], capture_output=True, text=True)
        return found.stdout.splitlines()


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@contextmanager
def remote(folder: Path) -> Iterator[Remote]:
    """All of it made, and removed again."""
    tag = secrets.token_hex(3)
    with ExitStack() as stack:
        laptop, box, server = (stack.enter_context(_place(f"dc{kind}-{tag}")) for kind in ("laptop", "box", "git"))
        _connect(laptop, LAPTOP, box, BOX)
        _connect(laptop, "10.91.2.1", server, SERVER)
        user = stack.enter_context(_user(f"dcbox{tag}"))
        made = Remote(folder, laptop, box, server, user)
        stack.enter_context(_sshd(made))
        stack.enter_context(_git_daemon(made))
        _install(made)
        yield made
        made.ssh("env/bin/dotcloud platform stop")


@contextmanager
def _place(name: str) -> Iterator[Place]:
    _do("ip", "netns", "add", name)
    try:
        _do("ip", "-n", name, "link", "set", "lo", "up")
        yield Place(name)
    finally:
        _do("ip", "netns", "del", name)


def _connect(one: Place, address: str, other: Place, other_address: str) -> None:
    """A cable between two places, with nothing beyond: neither has a default route."""
    here, there = f"to-{other.name[2:5]}", f"to-{one.name[2:5]}"
    _do("ip", "-n", one.name, "link", "add", here, "type", "veth", "peer", "name", there, "netns", other.name)
    for place, link, its in ((one, here, address), (other, there, other_address)):
        _do("ip", "-n", place.name, "address", "add", f"{its}/30", "dev", link)
        _do("ip", "-n", place.name, "link", "set", link, "up")


@contextmanager
def _user(name: str) -> Iterator[str]:
    _do("useradd", "--create-home", "--shell", "/bin/bash", "--password", "*", name)
    try:
        yield name
    finally:
        _end_all_of(name)
        _do("userdel", "--remove", name)


def _end_all_of(name: str) -> None:
    """The user was made here, so what runs as this user was started here."""

    def ended() -> bool:
        found = subprocess.run(["ps", "-u", name, "-o", "pid="], capture_output=True, text=True).stdout.split()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(int(pid), 9)
        return not found

    until(ended)


@contextmanager
def _sshd(made: Remote) -> Iterator[None]:
    """Its own configuration, host key and port; a client on the laptop that knows it."""
    folder = made.folder / "ssh"
    folder.mkdir()
    for name in ("host", "mine", "stranger"):
        _do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    keys = made.home / ".ssh-keys"
    shutil.copy(folder / "mine.pub", keys)
    options = {
        "ListenAddress": BOX,
        "Port": PORT,
        "HostKey": folder / "host",
        "AuthorizedKeysFile": keys,
        "AllowUsers": made.user,
        "PidFile": "none",
        "StrictModes": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
    }
    (folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    made.variables = _laptop_variables(made.folder, f"[{BOX}]:{PORT} {(folder / 'host.pub').read_text()}")
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it; Debian's own start makes it too
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    with (folder / "log").open("wb") as log:
        # `ip netns exec` becomes the program, so that this is its process id.
        made.sshd = subprocess.Popen(
            made.box.command(str(sshd), "-D", "-e", "-f", str(folder / "sshd_config")), stderr=log
        )
    try:
        until(lambda: made.ssh("true").returncode == 0, (folder / "log").read_text)
        yield
    finally:
        made.cut()
        made.sshd.terminate()
        made.sshd.wait()


def _laptop_variables(folder: Path, known: str) -> dict[str, str]:
    programs, home = folder / "bin", folder / "home"
    programs.mkdir()
    home.mkdir()
    (folder / "ssh" / "known_hosts").write_text(known)
    (folder / "ssh" / "config").write_text(
        f"IdentitiesOnly yes\nIdentityFile {folder}/ssh/mine\nUserKnownHostsFile {folder}/ssh/known_hosts\n"
    )
    (programs / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/ssh/config "$@"\n')
    (programs / "ssh").chmod(0o755)
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "LANG": "C.UTF-8",
    }


@contextmanager
def _git_daemon(made: Remote) -> Iterator[None]:
    repositories = made.folder / "git"
    repositories.mkdir()
    options = [f"--base-path={repositories}", "--export-all", f"--listen={SERVER}", "--reuseaddr"]
    core = subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip()
    daemon = subprocess.Popen(made.server.command(f"{core}/git-daemon", *options), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def _install(made: Remote) -> None:
    """The platform in the user's own virtual environment, from wheels that lie on the box."""
    wheels = made.home / "wheels"
    shutil.copytree(wheelhouse(), wheels, copy_function=_linked)
    library = library_wheel()
    (wheels / library.filename).write_bytes(library.content)
    uv, python = [sys.executable, "-m", "uv"], str(made.home / "env")
    _do(*uv, "venv", "--quiet", "--python", PYTHON, python)
    options = ["--offline", "--no-index", "--find-links", str(wheels), "--link-mode", "copy"]
    wanted = f"django-dotcloud[platform] @ file://{wheels / library.filename}"
    _do(*uv, "pip", "install", "--quiet", "--python", python, *options, wanted)
    _do("chown", "--recursive", f"{made.user}:", str(made.home / "env"))


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _do(*command: str, timeout: float = 300) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def git(place: Place, folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command: Sequence[str] = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments]
    done = place.run(*command, cwd=folder)
    assert done.returncode == 0 or not check, done.stderr
    return done
