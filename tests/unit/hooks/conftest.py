"""What the tests of hooks share."""

from __future__ import annotations

import pytest

from dotcloud.hooks import Outcome, Step


class Heard:
    """A listener that remembers what it was told."""

    def __init__(self) -> None:
        self.said_texts: list[str] = []
        self.outcomes: dict[str, Outcome] = {}
        self.failures: list[str] = []

    def said(self, _step: Step, text: str) -> None:
        self.said_texts.append(text)

    def finished(self, step: Step, outcome: Outcome, _seconds: float) -> None:
        self.outcomes[step.name] = outcome

    def failed(self, step: Step, _seconds: float) -> None:
        self.failures.append(step.name)


@pytest.fixture
def heard() -> Heard:
    return Heard()
