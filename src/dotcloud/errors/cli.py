"""What goes wrong between a person and the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dotcloud.errors import DotcloudError


class NotConnected(DotcloudError):
    """No application is named, and the folder is connected with none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} is not connected with an application.",
            "A command needs to know which one it is about.",
            "dotcloud push            creates one named after the folder\n"
            "dotcloud connect NAME    takes one that exists (dotcloud list)",
        )


class CannotConnect(DotcloudError):
    """.dotcloud/config cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written: {reason}.",
            "The folder is not connected; name the application each time instead.",
            "dotcloud -A NAME push",
        )


class NameTaken(DotcloudError):
    """The folder's name is that of an application which another folder may have pushed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f'An application "{name}" exists already, and this folder is not connected with it.',
            "Nothing was pushed: it may belong to another folder of the same name.",
            f"dotcloud connect {name}          if it is this one\ndotcloud create ANOTHER-NAME    if not",
        )


class BadName(DotcloudError):
    """A name with a slash in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is not a name: it has a slash in it.", "", "dotcloud list   shows the applications")


class BadTarget(DotcloudError):
    """Something else than ``www`` or ``www.0``."""

    def __init__(self, text: str, instance: bool = False) -> None:
        self.text = text
        wanted = "an instance, as in www.0" if instance else "a service or an instance, as in www or www.0"
        super().__init__(f"{text!r} is not {wanted}.", "", "dotcloud info   lists the services")


class BadVariable(DotcloudError):
    """``env set`` without a value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} is not a variable with its value.",
            "Nothing was set. A name is a letter, then letters, digits and _.",
            f"dotcloud env set {name if name.isidentifier() else 'NAME'}=VALUE",
        )


class BadScale(DotcloudError):
    """``scale`` with something it does not understand."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is not a scale: {reason}.",
            "Nothing was changed.",
            "dotcloud scale www=2            two instances\ndotcloud scale www:memory=512M  memory for each instance",
        )


class BadDuration(DotcloudError):
    """``memory`` with a range nobody keeps."""

    def __init__(self, text: str, known: Sequence[str]) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is not a duration.", f"Known: {', '.join(known)}.", f"dotcloud memory www.0 {known[0]}"
        )


class NeedsAnswer(DotcloudError):
    """A question that nobody can be asked."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__(
            f"{question} There is nobody to answer: this is not a terminal.",
            "Nothing was done.",
            "the same command with --yes",
        )


class VendorNotReady(DotcloudError):
    """The private packages would fail on the box, or surprise somebody."""

    def __init__(self, errors: Sequence[str], warnings: Sequence[str]) -> None:
        self.errors, self.warnings = tuple(errors), tuple(warnings)
        meaning = "Nothing was pushed." + ("" if errors else " These are only warnings: the push would work.")
        super().__init__(
            "The packages under vendor/ are not ready.",
            meaning,
            "dotcloud vendor check" if errors else "dotcloud push --force",
            details=(*errors, *warnings),
        )


class DeploymentFailed(DotcloudError):
    """A deployment that ended badly: the only failure that is not a person's mistake."""

    exit_code = 2

    def __init__(self, reason: str, live: str | None, again: str, kept: str = "") -> None:
        self.reason = reason
        serves = f"Revision {live} serves as before." if live else "Nothing is live yet."
        meaning = f"{serves} {kept}".rstrip()
        super().__init__(f"The deployment failed: {reason}", meaning, f"{again}   shows its whole log")


class NothingToOpen(DotcloudError):
    """No service of the application has an address."""

    def __init__(self, application: str, service: str = "") -> None:
        what = f'Service "{service}" of {application}' if service else application
        super().__init__(f"{what} has no address.", "Only web services that were deployed have one.", "dotcloud info")


class SeveralToOpen(DotcloudError):
    """More than one web service."""

    def __init__(self, services: Sequence[str]) -> None:
        self.services = tuple(services)
        super().__init__(
            f"Several services have an address: {', '.join(services)}.", "", f"dotcloud open {services[0]}"
        )


class SeveralInstances(DotcloudError):
    """``run`` on a service, where one instance has to be chosen."""

    def __init__(self, service: str, instances: Sequence[int]) -> None:
        self.instances = tuple(instances)
        names = ", ".join(f"{service}.{number}" for number in instances)
        super().__init__(
            f'Service "{service}" has {len(instances)} instances.', f"They are {names}.", f"dotcloud run {service}.0"
        )


class CannotRun(DotcloudError):
    """The program that should take over cannot be started. :param exit_code: what a shell would report."""

    def __init__(self, program: str, reason: str, exit_code: int) -> None:
        self.program, self.exit_code = program, exit_code
        super().__init__(
            f"{program} cannot be started: {reason}.",
            "Nothing was run.",
            "dotcloud run SERVICE   without a command gives a shell, or a database's console",
        )


class CheckFailed(DotcloudError):
    """``dotcloud check`` found something."""

    def __init__(self, problems: int) -> None:
        self.problems = problems
        super().__init__(f"{problems} thing{'' if problems == 1 else 's'} to mend, see above.")
