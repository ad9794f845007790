"""Which names a project may have: its package stands at the top of ``sys.path``, beside everything the site imports."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys

from dotcloud.errors.new import BadProjectName, TakenProjectName

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# What stands beside the project's package, and what the starter's requirements bring, installed here or not.
_STARTER = {
    "manage": "the project's manage.py",
    "postinstall": "the project's postinstall",
    "staticfiles": "the folder of the collected static files",
    "vendor": "the project's vendor/",
    "wsgi": "the project's wsgi.py",
}
_REQUIRED = frozenset(
    ("asgiref", "django", "django_company", "dotcloud", "gunicorn", "psycopg", "sqlparse", "whitenoise")
)


def identifier_of(name: str) -> str:
    """The Python package of a project: ``My-Site`` -> ``my_site``.

    :raises BadProjectName: it can be no folder, or no package.
    :raises TakenProjectName: Python, the starter, or a package that is installed here has it.
    """
    if not _NAME.fullmatch(name):
        raise BadProjectName(name)
    identifier = name.replace("-", "_").lower()
    owner = _owner(identifier)
    if owner:
        raise TakenProjectName(name, identifier, owner)
    return identifier


def _owner(identifier: str) -> str:
    if keyword.iskeyword(identifier) or keyword.iskeyword(identifier.capitalize()):
        return "a word of the Python language"
    if identifier in sys.stdlib_module_names:
        return "a module of Python's standard library"
    if identifier in _STARTER:
        return _STARTER[identifier]
    if identifier in _REQUIRED or _is_installed(identifier):
        return "a package that the site may import"
    return ""


def _is_installed(identifier: str) -> bool:
    """Whether an import would find a module; a folder that merely has the name is none."""
    spec = importlib.util.find_spec(identifier)
    return spec is not None and spec.origin is not None
