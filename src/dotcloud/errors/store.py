"""Uploads that are refused, and a store that cannot do its work."""

from __future__ import annotations

from collections.abc import Sequence

from dotcloud.errors import DotcloudError

SHOWN = 20


class StoreError(DotcloudError):
    """Nothing of what was asked for was kept; what was there before is untouched."""


class ManifestRefused(StoreError):
    """``problems``: one line for each entry that cannot be taken."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - SHOWN
        super().__init__(
            "The list of files cannot be taken.",
            "Nothing was kept; what is deployed is untouched.",
            "correct these, or name them in .dotcloudignore, and push again",
            [*problems[:SHOWN], *([f"… and {more} more"] if more > 0 else [])],
        )


class BlobsMissing(StoreError):
    """The list names contents that never came. ``missing``: their SHA-256."""

    def __init__(self, missing: Sequence[str], paths: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"The contents of {len(missing)} listed {'file' if len(missing) == 1 else 'files'} did not arrive.",
            "The revision was not made.",
            PUSH,
            list(paths[:SHOWN]),
        )


class WrongHash(StoreError):
    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f"A file arrived with the SHA-256 {found[:12]}…, and was announced as {expected[:12]}….",
            "It changed while it was sent, or was damaged on the way; it was not kept.",
            PUSH,
        )


class FileTooLarge(StoreError):
    """Sizes in bytes."""

    def __init__(self, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        super().__init__(
            f"A file of {megabytes(size)} is larger than the {megabytes(limit)} a file may have.",
            "It was not kept.",
            "name it in .dotcloudignore, and keep it outside the project",
        )


class PackBroken(StoreError):
    """What came is not a whole pack: the client went away, or does not speak as this platform does."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The upload broke off: {reason}.", "Files that had not arrived whole were not kept.", PUSH)


class DiskFull(StoreError):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"There is no space left for {folder}.",
            "Nothing of this was kept; what is deployed is untouched.",
            f"make room (df -h {folder}), then: dotcloud push",
        )


class BlobDamaged(StoreError):
    """A stored content is gone or cut short, as after a loss of power. It is forgotten, and asked for again."""

    def __init__(self, path: str, sha256: str) -> None:
        self.path, self.sha256 = path, sha256
        super().__init__(
            f"The stored content of {path} is gone or damaged.",
            "It is forgotten now, so that the next push sends it again.",
            PUSH,
        )


PUSH = "dotcloud push"


def megabytes(size: int) -> str:
    """``1,024.0 MB``."""
    return f"{size / (1 << 20):,.1f} MB"
