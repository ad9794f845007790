"""Where the site's settings are: what DJANGO_SETTINGS_MODULE or manage.py says."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotcloud.errors.hooks import NoSettings

VARIABLE = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True)
class Site:
    """The settings module, and the folders Python has to look in for it, first one first."""

    settings: str
    path: tuple[Path, ...]


def find_site(project: Path, environ: Mapping[str, str]) -> Site:
    """The site of a project: ``manage.py`` stands in the project's folder, or one level down.

    :raises NoSettings: neither the variable nor a ``manage.py`` tells.
    """
    managers = [project / "manage.py", *sorted(project.glob("*/manage.py"))]
    for manager in managers:
        if manager.is_file():
            settings = environ.get(VARIABLE) or default_settings(manager.read_text(encoding="utf-8"))
            if settings:
                return Site(settings, tuple(dict.fromkeys((manager.parent, project))))
    if environ.get(VARIABLE):
        return Site(environ[VARIABLE], (project,))
    raise NoSettings(project=str(project), has_manager=managers[0].is_file())


def default_settings(source: str) -> str | None:
    """What the text of a ``manage.py`` sets ``DJANGO_SETTINGS_MODULE`` to; ``None`` when it computes it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="setdefault"),
                args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), ast.Constant(value=str(settings))],
            ):
                return settings
    return None
