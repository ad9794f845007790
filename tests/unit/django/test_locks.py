from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.django.steps.locks import FileLock
from dotcloud.django.steps.migrate import locked
from dotcloud.errors.hooks import MigrationLockLost, MigrationLockTaken


class Taken:
    """A lock that somebody else gives back after some attempts, and that may be lost."""

    def __init__(self, attempts: int = 0, *, lost: bool = False) -> None:
        self.attempts = attempts
        self.lost = lost
        self.released = False

    def take(self) -> bool:
        self.attempts -= 1
        return self.attempts < 0

    def held(self) -> bool:
        return not self.lost

    def holder(self) -> str:
        return "www.3"

    def release(self) -> None:
        self.released = True


def test_a_file_lock_excludes_and_tells_who_has_it(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    assert "dotcloud migrate" in second.holder()
    first.release()
    assert second.take()
    second.release()


def test_who_waits_says_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dotcloud.django.steps.migrate.PAUSE", 0)
    said: list[str] = []
    with locked(Taken(3), "default", 10, said.append):
        pass
    assert said == ["waiting up to 10 s for www.3, which has the migration lock of default"]


def test_waiting_has_an_end_that_names_the_holder() -> None:
    with pytest.raises(MigrationLockTaken, match=r"www\.3"), locked(Taken(3), "default", -1, print):
        pass


def test_a_lost_lock_is_noticed_at_the_end() -> None:
    with (
        pytest.raises(MigrationLockLost, match="after the last migration"),
        locked(Taken(lost=True), "default", 10, print),
    ):
        pass


def test_a_lock_is_given_back_after_a_failure() -> None:
    lock = Taken()
    with pytest.raises(ZeroDivisionError), locked(lock, "default", 10, print):
        1 / 0  # noqa: B018
    assert lock.released
