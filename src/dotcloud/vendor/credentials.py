"""Addresses of repositories, and the passwords and tokens that people write into them."""

from __future__ import annotations

import re

# scheme://USER:PASSWORD@host, up to the last @ before the path; a person's name alone is no secret.
USER_AND_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)([^\s/:@]*):[^\s/]+@")
# A token alone stands in the place of the name: by the prefixes of the well-known hosts, or by its length.
TOKEN = re.compile(r"(?i)\b(https?://)(?:gh[a-z]_|github_pat_|gl[a-z]+-|[^\s/:@]{20})[^\s/:@]*@")
PARAMETER = re.compile(r"(?i)[?&][\w-]*(?:token|password|secret|key)=[^\s&#'\"]*")


def without_secret(text: str) -> str:
    """The address (or text with addresses in it) without passwords and tokens: what may be stored and shown."""
    text = USER_AND_PASSWORD.sub(_without_password, text)
    return PARAMETER.sub("", TOKEN.sub(r"\1", text))


def _without_password(found: re.Match[str]) -> str:
    """ssh needs the name, as in ssh://git@host; over HTTP the name may be the token itself."""
    return f"{found[1]}{found[2]}@" if "ssh" in found[1].lower() else found[1]


def has_secret(url: str) -> bool:
    return without_secret(url) != url
