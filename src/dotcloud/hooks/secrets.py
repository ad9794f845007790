"""What must never be printed: which values are secrets, and a text without them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote

from dotcloud.errors import DotcloudError

HIDDEN = "***"

_NAMES = re.compile(
    r"(PASSWORD|PASSWD|PASS|SECRET|SECRET_KEY|TOKEN|API_KEY|PRIVATE_KEY|CREDENTIALS)(_\d+)?$", re.IGNORECASE
)
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@:]*:(?P<password>.*)@", re.IGNORECASE | re.DOTALL)
_KEYWORD = re.compile(r"\bpassword\s*=\s*('(?:[^']|\\')*'|\S+)", re.IGNORECASE)
_RESERVED = re.compile(r"[/?#@:\[\]]")
_NO_SECRETS = ("true", "false", "none")  # PASSWORD_RESET_BY_TOKEN=true
_SHORTEST = 4  # hiding "a" or "db" everywhere would hide the message; such a password protects nothing


class Veil:
    """Takes the secrets of an environment out of texts. They are looked for when the first text comes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def __call__(self, text: str) -> str:
        return mask(text, self.secrets)

    @cached_property
    def secrets(self) -> set[str]:
        """Those among the process's variables, in environment.json, and in every platform's way to give credentials."""
        from dotcloud.environment import Environment

        try:
            environment = Environment.load(self.environ)
        except DotcloudError:
            return known(self.environ)
        return known(environment.variables) | usable(service.password.reveal() for service in environment.services)

    def cover(self, error: DotcloudError) -> None:
        """Take the secrets out of everything an error says."""
        error.what, error.meaning, error.fix = map(self, (error.what, error.meaning, error.fix))
        error.details = tuple(map(self, error.details))
        error.args = (error.what,)


def mask(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret replaced, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def known(variables: Mapping[str, str]) -> set[str]:
    """The secrets among variables.

    A value is one by its variable's name, or is the password of a URL or of a libpq keyword string. A URL whose
    password was not percent-encoded is reported by parsers in pieces, so the pieces count too.
    """
    return usable(secret for name, value in variables.items() for secret in _in_variable(name, value))


def usable(secrets: Iterable[str]) -> set[str]:
    """Those that are long enough to be hidden without hiding everything else."""
    return {secret for secret in secrets if len(secret) >= _SHORTEST and secret.lower() not in _NO_SECRETS}


def _in_variable(name: str, value: str) -> Iterator[str]:
    if _NAMES.search(name):
        yield value
    if match := _URL.match(value):
        password = match["password"]
        yield from (password, unquote(password), *_RESERVED.split(password))
    for match in _KEYWORD.finditer(value):
        yield match[1].strip("'")
