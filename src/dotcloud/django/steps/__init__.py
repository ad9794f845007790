"""The steps of a hook that need the site: each takes its options and returns what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dotcloud.hooks.step import Outcome

Say = Callable[[str], None]
Work = Callable[[Mapping[str, Any], Say], Outcome]


def work(name: str) -> Work:
    """What a step does, by its name. Imported only when it is asked for, with Django loaded."""
    from dotcloud.django.steps import admin, databases, migrate, static

    steps: dict[str, Work] = {
        "databases": databases.run,
        "migrate": migrate.run,
        "static": lambda *_: static.run(),
        "admin": lambda *_: admin.run(),
    }
    return steps[name]
