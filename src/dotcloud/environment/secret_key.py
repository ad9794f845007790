"""The key that signs sessions: given, derived, or made once and kept."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dotcloud.environment.platforms import Platform
from dotcloud.environment.secret import Secret
from dotcloud.environment.service import Service
from dotcloud.errors.environment import NoSecretKeyError, SecretKeyFileError

VARIABLES = ("SECRET_KEY", "DJANGO_SECRET_KEY", "PLATFORM_PROJECT_ENTROPY")
_ENOUGH = 16  # characters of a generated password: nobody guesses the key by guessing the password
_PURPOSE = b"dotcloud.environment: SECRET_KEY, version 1"


@dataclass(frozen=True)
class KeySource:
    """Where the key comes from. ``password`` is set for a derived key, ``path`` for a kept one."""

    text: str
    variable: str = ""
    password: Secret | None = None
    path: str = ""


def source(variables: Mapping[str, str], platform: Platform | None, databases: Sequence[Service]) -> KeySource | None:
    """The rule: a variable; on dotCloud the database's password; on dotCloud and on a laptop a file; else nothing.

    A key derived from the password is the same in every instance and after every deployment, which a file in one
    instance's home is not. It gives nothing away: who has that password can make themselves an administrator anyway.
    """
    variable = next((name for name in VARIABLES if variables.get(name)), "")
    if variable:
        return KeySource(f"from {variable}", variable)
    if platform and platform.name != "dotCloud":
        return None
    for service in databases[:1] if platform else ():
        if service.family == "dotCloud" and len(service.password.reveal()) >= _ENOUGH:
            return KeySource(f"derived from the password of '{service.name}'", password=service.password)
    path = key_file(variables)
    return KeySource(f"made once, kept in {path}", path=path)


def secret_key(variables: Mapping[str, str], platform: Platform | None, databases: Sequence[Service]) -> str:
    """The key itself.

    :raises NoSecretKeyError: on a platform where nothing gives one that would last.
    :raises SecretKeyFileError: where the file cannot be kept.
    """
    found = source(variables, platform, databases)
    if found is None:
        name, command = (platform.name, platform.set_command) if platform else ("this machine", "")
        raise NoSecretKeyError(name, command)
    if found.variable:
        return variables[found.variable]
    return derived(found.password) if found.password else kept(found.path)


def derived(password: Secret) -> str:
    """86 characters that follow from the password and lead back to nothing."""
    import hashlib  # both here, for most who read the environment ask for no key
    import hmac

    digest = hmac.new(password.reveal().encode("utf-8", "surrogatepass"), _PURPOSE, hashlib.sha512).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def key_file(variables: Mapping[str, str]) -> str:
    """``~/.local/state/dotcloud/secret-key`` (XDG base directories: what should outlive a restart)."""
    home = variables.get("HOME") or os.path.expanduser("~")
    state = variables.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state")
    return os.path.join(state, "dotcloud", "secret-key")


def kept(path: str) -> str:
    """The key in the file; made with mode 0600 when there is none. Of many processes at once, all get one key."""
    try:
        return _read(path) or _made(path)
    except OSError as error:
        raise SecretKeyFileError(path, error.strerror or "it cannot be used") from None


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _made(path: str) -> str:
    """Written aside and linked into place: the link appears whole, and only the first one does."""
    import secrets

    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    aside = f"{path}.{os.getpid()}.{secrets.token_hex(4)}"
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    try:
        if os.path.exists(path) and not _read(path):  # cut short by a full disk: replaced whole
            os.replace(aside, path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
    return _read(path)
