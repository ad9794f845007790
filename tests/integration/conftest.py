"""What the integration tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.box import Box, make_box
from tests.integration.postgres import Postgres, server


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of wheels and build environments for all tests that do not ask for their own."""
    return tmp_path_factory.mktemp("dotcloud-cache")


@pytest.fixture
def box(tmp_path: Path, shared_cache: Path) -> Box:
    return make_box(tmp_path / "box", shared_cache)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole session: ``postgres.new_database()`` is a URL with a password."""
    with server() as running:
        running.start()
        yield running


@pytest.fixture
def stopped_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the test's own, not started yet."""
    with server() as stopped:
        yield stopped
