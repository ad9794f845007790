"""What goes wrong where the platform keeps things running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dotcloud.errors import DotcloudError


class SupervisorDown(DotcloudError):
    """circusd does not answer."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        super().__init__(
            "The platform's supervisor (circusd) does not answer.",
            "Sites that run go on; nothing can be started or changed.",
            "dotcloud platform stop\ndotcloud platform start",
            lines,
        )


class SupervisorRefused(DotcloudError):
    """circusd could not do what its files say."""

    def __init__(self, reason: str, lines: Sequence[str] = ()) -> None:
        self.reason = reason
        super().__init__(
            f"The platform's supervisor (circusd) could not follow: {reason}",
            "What ran before still runs.",
            "dotcloud platform logs",
            lines,
        )


class PlatformStopped(DotcloudError):
    """Something would be started on a platform that was told to stop."""

    def __init__(self) -> None:
        super().__init__(
            "The platform was stopped.", "It keeps everything, and starts nothing.", "dotcloud platform start"
        )


class PlatformDidNotStart(DotcloudError):
    """A part of the platform did not come up."""

    def __init__(self, part: str, seconds: float, log: Path, lines: Sequence[str] = ()) -> None:
        self.part = part
        super().__init__(
            f"The platform's {part} did not start within {seconds:g} s.",
            "The lines above are the last of its log.",
            f"dotcloud platform logs   or read {log}",
            lines,
        )


class PortTaken(DotcloudError):
    """A site's port belongs to another program."""

    def __init__(self, name: str, host: str, port: int) -> None:
        self.port = port
        super().__init__(
            f"Port {port} on {host}, for {name}, is taken by another program.",
            "The site cannot listen there.",
            f"ss -ltnp 'sport = :{port}'   shows which; end it, then: dotcloud platform start",
        )


class PathTooLong(DotcloudError):
    """The path of a unix socket does not fit in what the system allows."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        super().__init__(
            f"{path} is too long for a socket: {len(bytes(path))} bytes, {limit} are possible.",
            "The platform cannot start there.",
            "export DOTCLOUD_HOME=/a/shorter/folder",
        )


class HomeNotUsable(DotcloudError):
    """The platform's folder cannot be written, or belongs to somebody else."""

    def __init__(self, home: Path, reason: str) -> None:
        self.home = home
        super().__init__(
            f"The platform cannot keep its files in {home}: {reason}.",
            "It keeps everything there: sites, their data, and passwords.",
            "export DOTCLOUD_HOME=/a/folder/of/yours",
        )


class HomeOutOfReach(DotcloudError):
    """Root's platform lies where the user without rights cannot go, and there are no namespaces to help."""

    def __init__(self, closed: Path, user: str) -> None:
        super().__init__(
            f"The user {user}, as whom sites run, may not enter {closed}.",
            "This machine refuses mount namespaces, which would make a way.",
            "export DOTCLOUD_HOME=/var/lib/dotcloud",
        )


class ServerMissing(DotcloudError):
    """The program of a data service is not on the box."""

    def __init__(self, kind: str, programs: Sequence[str], package: str) -> None:
        self.programs = tuple(programs)
        super().__init__(
            f"A service of type {kind} needs {' or '.join(programs)}, which is not on this box.",
            "Nothing was made for it.",
            f"sudo apt-get install {package}   on the box, then push again",
        )


class OtherMajorVersion(DotcloudError):
    """A data folder that another major version of the server made.

    :param programs: where the programs of that version are, where the platform has them.
    """

    def __init__(self, service: str, folder: Path, found: str, ours: str, port: int, programs: Path | None) -> None:
        self.found, self.ours = found, ours
        path = f"{programs}/" if programs else ""
        super().__init__(
            f"The data of {service} was made by PostgreSQL {found}; this platform runs PostgreSQL {ours}.",
            "A server opens no data folder of another major version. Nothing in it was touched.",
            f"move it with the programs of PostgreSQL {found}, on the box, as the owner of the folder:\n"
            f"{path}pg_ctl -D {folder} -w start\n"
            f"{path}pg_dumpall -h 127.0.0.1 -p {port} -U root -f all.sql\n"
            f"{path}pg_ctl -D {folder} stop\n"
            f"mv {folder} {folder}.{found}\n"
            f"dotcloud push\n"
            f"dotcloud run {service} < all.sql",
        )


class ServiceDidNotStart(DotcloudError):
    """A data service does not answer."""

    def __init__(self, service: str, reason: str, lines: Sequence[str]) -> None:
        self.service = service
        super().__init__(
            f"{service} {reason}.",
            "Its data is untouched. These are the last lines of its log.",
            f"dotcloud logs {service}",
            lines,
        )


class ServiceNotMade(DotcloudError):
    """Making a data service failed."""

    def __init__(self, service: str, lines: Sequence[str]) -> None:
        self.service = service
        super().__init__(
            f"{service} could not be made.", "What was begun is removed.", "read the lines, then push again", lines
        )


class NotScalable(DotcloudError):
    """Several instances of a data service."""

    def __init__(self, service: str, kind: str) -> None:
        super().__init__(
            f"{service} is a {kind} service: it runs as one instance.",
            "Several would each have their own data.",
            f"dotcloud scale {service}=1",
        )


class NoSuchProcess(DotcloudError):
    """A group or process that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no process {name}.", "", "dotcloud platform status   lists them")
