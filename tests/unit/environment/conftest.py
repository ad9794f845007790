"""No test reads the files of the machine it runs on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def nowhere(tmp_path_factory, monkeypatch):
    """A current folder outside any project, and no settings module."""
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
