"""What goes wrong between the laptop and a platform."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from dotcloud.errors import DotcloudError


class ApiError(DotcloudError):
    """The platform refused. It tells its reason in the words of a DotcloudError.

    :ivar status: of HTTP.
    :ivar description: the first sentence.
    """

    def __init__(
        self, status: int, description: str, meaning: str = "", fix: str = "", details: Sequence[str] = ()
    ) -> None:
        self.status, self.description = status, description
        super().__init__(description, meaning, fix, tuple(details))


class NotFound(ApiError):
    """404: no such application, service, …"""


class Conflict(ApiError):
    """409: it exists already, or something else is in the way."""


class Refused(ApiError):
    """400, 422: the platform does not do what was asked."""


class PlatformFailed(ApiError):
    """5xx: the fault is on the platform's side."""

    def __init__(
        self, status: int, description: str, meaning: str = "", fix: str = "", details: Sequence[str] = ()
    ) -> None:
        super().__init__(
            status, description, meaning or "The platform itself failed.", fix or "dotcloud platform logs", details
        )


class PlatformUnreachable(DotcloudError):
    """Nobody answers, or the answer broke off. ``where``: the endpoint as a person would write it."""

    def __init__(self, where: str, reason: str, fix: str = "") -> None:
        self.where, self.reason = where, reason
        elsewhere = "correct the endpoint, or there: dotcloud platform start"
        fix = fix or (elsewhere if "://" in where else "dotcloud platform status")
        super().__init__(f"The platform at {where} does not answer: {reason}.", fix=fix)


class PlatformNotStarted(DotcloudError):
    """The platform of this machine does not come up."""

    def __init__(self, home: Path, lines: Sequence[str]) -> None:
        self.home = home
        super().__init__(
            f"The platform of this machine ({home}) did not start.",
            fix="dotcloud platform logs   (or: dotcloud --endpoint ssh://user@host for one elsewhere)",
            details=tuple(lines),
        )


class PlatformNotInstalled(DotcloudError):
    """The command is here, the server is not."""

    def __init__(self, module: str) -> None:
        self.module = module
        super().__init__(
            f"The platform is not installed on this machine: there is no module {module!r}.",
            "The command alone can only reach a platform on another machine.",
            "pip install 'django-dotcloud[platform]'   (or: dotcloud --endpoint ssh://user@host)",
        )


class StreamLost(DotcloudError):
    """A log broke off and could not be taken up again."""

    def __init__(self, path: str, again: str = "") -> None:
        self.path = path
        super().__init__(
            "The connection to the log was lost and did not come back.",
            "What runs on the platform goes on without it.",
            again or "dotcloud dlogs latest   (or: dotcloud logs)",
        )


class BadEndpoint(DotcloudError):
    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        super().__init__(
            f"{url!r} is not an endpoint: {reason}.",
            fix="write it as unix:///path/to/api.sock or ssh://user@host[:port]",
        )


class SshError(DotcloudError):
    """ssh could not reach the platform. ``lines``: what ssh said."""

    def __init__(self, what: str, meaning: str, fix: str, lines: Sequence[str] = ()) -> None:
        super().__init__(what, meaning, fix, tuple(lines))


class SshMissing(SshError):
    def __init__(self) -> None:
        super().__init__(
            "ssh is not installed, and an ssh:// endpoint needs it.",
            "Nothing was sent.",
            "sudo apt-get install openssh-client   (or your system's own way)",
        )


class SshNoHost(SshError):
    def __init__(self, host: str, lines: Sequence[str]) -> None:
        super().__init__(
            f"There is no host {host!r}.",
            "Its name cannot be resolved from this machine.",
            "correct the endpoint, or add the host to ~/.ssh/config",
            lines,
        )


class SshUnreachable(SshError):
    def __init__(self, login: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__(
            f"No ssh server answers at {login[-1]}.",
            "The machine is down, the port is wrong, or a firewall is in between.",
            f"{shlex.join(login)} true",
            lines,
        )


class SshLoginRefused(SshError):
    def __init__(self, login: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__(
            f"{login[-1]} does not let you in.",
            "None of your ssh keys is accepted there, or the key needs a passphrase that no agent holds.",
            f"{shlex.join(('ssh-copy-id', *login[1:]))}\nor, for a key with a passphrase: ssh-add",
            lines,
        )


class SshHostKey(SshError):
    def __init__(self, login: Sequence[str], changed: bool, lines: Sequence[str]) -> None:
        what = "has another host key than the last time" if changed else "is not known to this machine yet"
        meaning = (
            "Either it was set up anew, or somebody is in between."
            if changed
            else "Its host key has to be compared and accepted once."
        )
        super().__init__(f"{login[-1]} {what}.", meaning, f"{shlex.join(login)} true", lines)


class SshFailed(SshError):
    """Anything else ssh said."""

    def __init__(self, login: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__(
            f"ssh could not connect to {login[-1]}.", "Nothing was sent.", f"{shlex.join(login)} true", lines
        )


class SshEnded(SshError):
    """A connection that was to stay has ended."""

    def __init__(self, where: str, local: str) -> None:
        super().__init__(
            f"The connection to {where} has ended.",
            f"{local} leads nowhere any more; the site runs on.",
            "dotcloud open",
        )


class NoPlatformThere(SshError):
    """Logged in, and there is no socket of a platform."""

    def __init__(self, login: Sequence[str], home: str) -> None:
        self.home = home
        super().__init__(
            f"No platform runs at {login[-1]} in {home}.",
            "The login works; the platform's socket is not there.",
            f"{shlex.join(login)} dotcloud platform start",
        )


class FileChanged(DotcloudError):
    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"{path} changed while it was being sent.",
            "The push was stopped; what is deployed is untouched.",
            "dotcloud push",
        )


class FileUnreadable(DotcloudError):
    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be read: {reason}.",
            "It belongs to the project, so it would have to be sent.",
            f"make it readable, or: echo {shlex.quote('/' + path)} >> .dotcloudignore",
        )


class OddFileNames(DotcloudError):
    """Names that are not UTF-8: neither JSON nor most file systems can carry them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = tuple(paths)
        super().__init__(
            "These files have names that are not UTF-8.",
            "They cannot be sent.",
            "rename them (convmv -f latin1 -t utf8), or name their folder in .dotcloudignore",
            [path.encode("utf-8", "backslashreplace").decode() for path in paths[:20]],
        )


class BadConnection(DotcloudError):
    """``.dotcloud/config`` cannot be understood."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        super().__init__(
            f"{file} cannot be used: {reason}.",
            "It says which application this folder belongs to.",
            f"rm {shlex.quote(str(file))} && dotcloud connect APPLICATION",
        )
