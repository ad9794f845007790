"""What the API refuses. ``status`` is the HTTP status it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from dotcloud.errors import DotcloudError


class Refusal(DotcloudError):
    """The request cannot be done as it is."""

    status = 422


class BadName(Refusal):
    """A name that the door does not let in."""

    def __init__(self, kind: str, name: str, rule: str) -> None:
        super().__init__(
            f"{name[:64]!r} cannot be the name of {_a(kind)}.",
            f"The name of {_a(kind)} is {rule}.",
            f"choose another name for the {kind}",
        )


class BadRequest(Refusal):
    """A body that is not what this end point takes."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The request is not what the platform takes.", details=problems)


class NotFound(Refusal):
    """Something that is named does not exist."""

    status = 404

    def __init__(self, kind: str, name: str, owner: str = "", known: Sequence[str] = (), fix: str = "") -> None:
        near = get_close_matches(name, known, n=1)
        there = f"There are: {', '.join(known)}." if known else f"There is no {kind} yet."
        super().__init__(
            f"The {kind} {name!r} does not exist{f' in {owner}' if owner else ''}.",
            f"Did you mean {near[0]!r}?" if near else there,
            fix,
        )


class NoSuchPath(Refusal):
    """No end point has this path, or not with this method."""

    status = 404

    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            f"The platform does not know {method} {path}.",
            "The command and the platform may be of different versions.",
            "dotcloud --version; dotcloud platform status",
        )


class NotYours(Refusal):
    """Another user's process knocked."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This platform belongs to another user.",
            "Only the user who runs it, and root, may give it orders.",
            "use your own (without --endpoint), or ssh as that user: --endpoint ssh://user@host",
        )


class AlreadyThere(Refusal):
    status = 409

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"The {kind} {name!r} already exists.", fix=f"choose another name, or use that {kind}")


class BeingDestroyed(Refusal):
    """The name is still taken by something that is on its way out."""

    status = 409

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"The {kind} {name!r} is being destroyed.",
            "Its processes are ending and its files are being removed, in seconds as a rule.",
            "try again in a moment",
        )


class NothingPushed(Refusal):
    def __init__(self, application: str) -> None:
        super().__init__(
            f"Nothing has been pushed to {application} yet.",
            "There is no revision to deploy.",
            "dotcloud push",
        )


class NoPrevious(Refusal):
    def __init__(self, application: str) -> None:
        super().__init__(
            f"{application} has no previous revision.",
            "No other revision than the one that is live was ever deployed with success.",
            "dotcloud revisions   shows those that can be deployed by name",
        )


class RevisionRemoved(Refusal):
    def __init__(self, name: str, kept: int) -> None:
        super().__init__(
            f"The files of revision {name} are no longer kept.",
            f"The {kept} newest revisions can be deployed; older ones are removed.",
            "dotcloud revisions   shows those that are there",
        )


class BadVariables(Refusal):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("These variables cannot be set.", "None of them was changed.", details=problems)


class CannotScale(Refusal):
    status = 400

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} cannot be scaled like that: {reason}.")


class NotRunning(Refusal):
    """What is asked of an instance needs it deployed."""

    def __init__(self, instance: str) -> None:
        super().__init__(f"{instance} is not deployed.", "No release of it is live.", "dotcloud push")


class ServiceDown(Refusal):
    """A part of the platform does not answer."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__("The platform cannot do this now.", reason, "dotcloud platform status")


class NoShell(Refusal):
    def __init__(self, service: str, kind: str) -> None:
        super().__init__(f"{service} is of type {kind}, which has no program to talk to.")


class InternalError(Refusal):
    """A fault of the platform itself; its traceback is in the platform's log under the number."""

    status = 500

    def __init__(self, trace: str) -> None:
        super().__init__(
            "The platform made a mistake.",
            f"It has been written to its log under {trace}.",
            "dotcloud platform logs",
        )


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
