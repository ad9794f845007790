"""The site's management commands, as objects that can be asked afterwards what they did."""

from __future__ import annotations

from typing import Any

from django.core.management import get_commands, load_command_class


def site_command(name: str) -> Any:
    """The command by this name: Django's, or the one an application of the site has put in its place."""
    owner = get_commands()[name]
    return load_command_class(owner, name) if isinstance(owner, str) else owner
