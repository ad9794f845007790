"""What goes wrong when the platform builds and deploys a service."""

from __future__ import annotations

from collections.abc import Sequence

from dotcloud.errors import DotcloudError


class NoSuchPython(DotcloudError):
    """The Python that a service asks for is not on the box."""

    def __init__(self, version: str, as_other_user: bool) -> None:
        self.version = version
        reason = " that the sites' user may run" if as_other_user else ""
        super().__init__(
            f"There is no Python {version} on this box{reason}.",
            "A service runs on the version that config/python_version names, or on the platform's own.",
            f"sudo apt-get install python{version} python{version}-venv   on the box, or change python_version",
        )


class BuildStopped(DotcloudError):
    """A build failed; its own lines stand in the log. ``cause``: what they mean and what to do, where it is known."""

    def __init__(
        self, service: str, what: str, lines: Sequence[str] = (), cause: tuple[str, str] | None = None
    ) -> None:
        self.service = service
        super().__init__(
            f"The build of {service} failed: {what}.",
            *(cause or ("The new release was not started.", "mend it and run: dotcloud push")),
            details=lines,
        )


class BuildTimedOut(DotcloudError):
    """A build took longer than it may."""

    def __init__(self, service: str, minutes: float) -> None:
        super().__init__(
            f"The build of {service} did not end within {minutes:g} minutes.",
            "It was stopped. What was built so far is kept for the next push.",
            "dotcloud push",
        )


class MissingSystemPackages(DotcloudError):
    """``systempackages`` that are not installed on the box."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages
        super().__init__(
            f"The box lacks system packages that dotcloud.yml names: {', '.join(packages)}.",
            "The platform does not install them: they are the box's, not the site's.",
            f"sudo apt-get install {' '.join(packages)}   on the box, then push again",
        )


class HookFailed(DotcloudError):
    """A hook ended with a non-zero status."""

    def __init__(self, place: str, hook: str, status: int) -> None:
        self.status = status
        super().__init__(
            f"{hook} of {place} failed with exit status {status}.",
            "Its lines are above. The new release was not started.",
            "mend it and run: dotcloud push",
        )


class HookMissing(DotcloudError):
    """``postinstall`` names a file that is not there, or that cannot be executed."""

    def __init__(self, place: str, hook: str, reason: str) -> None:
        super().__init__(
            f"{hook} of {place} cannot be run: {reason}.",
            "The new release was not started.",
            f"chmod +x {hook}   and check that its first line names an interpreter (#!/usr/bin/env python3)",
        )


class HookTimedOut(DotcloudError):
    """A hook took longer than it may."""

    def __init__(self, place: str, hook: str, minutes: float) -> None:
        super().__init__(
            f"{hook} of {place} did not end within {minutes:g} minutes.",
            "It was stopped, with all it had started.",
            "dotcloud dlogs latest   shows how far it came",
        )


class DidNotStart(DotcloudError):
    """New processes ended, or did not answer, before they took traffic."""

    def __init__(self, place: str, reason: str, lines: Sequence[str]) -> None:
        self.place = place
        super().__init__(
            f"{place} did not start: {reason}.",
            "It never took a request.",
            "mend it and run: dotcloud push",
            details=lines,
        )


class NoBuildFile(DotcloudError):
    """The pushed tree has no dotcloud.yml."""

    def __init__(self) -> None:
        super().__init__(
            "There is no dotcloud.yml at the root of what was pushed.",
            "It names the services of the application.",
            "printf 'www:\\n  type: python\\ndb:\\n  type: postgresql\\n' > dotcloud.yml",
        )


class TypeChanged(DotcloudError):
    """A service has another type than before under the same name."""

    def __init__(self, service: str, before: str, after: str) -> None:
        super().__init__(
            f"{service} is of type {before} and dotcloud.yml now says {after}.",
            "A service keeps its type for as long as it lives, so that no data is lost by a mistake.",
            f"dotcloud destroy {service}   (its data too), or give the new one another name",
        )


class NothingLive(DotcloudError):
    """There is no running instance of that name."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"{place} is not running.", "Nothing of it was deployed yet.", "dotcloud push")
