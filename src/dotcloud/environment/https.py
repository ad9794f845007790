"""Whether the world reaches the site over https, and whose word counts for one request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dotcloud.environment import hosts
from dotcloud.environment.platforms import Front, Platform

HTTPS_VARIABLE = "DJANGO_HTTPS"
PROXY_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the value of Django's SECURE_PROXY_SSL_HEADER
_OWN_URL = "DOTCLOUD_{}_HTTP_URL"
_URL = re.compile(r"DOTCLOUD_.+_HTTP_URL|COOLIFY_(?:URL|FQDN)")


@dataclass(frozen=True)
class Https:
    """The answer, with its reason.

    :param always: every visitor comes over https, or can be sent there.
    :param header: what stands before the site sets ``X-Forwarded-Proto`` itself, whatever a visitor sends.
    """

    always: bool
    reason: str
    header: bool


def read_https(variables: Mapping[str, str], platform: Platform | None, asked: bool | None) -> Https:
    """What was asked for comes first, then the site's own addresses, then what is known of the platform.

    :param asked: what ``DJANGO_HTTPS`` says; ``None`` where it is not set.
    """
    if asked is not None:
        return Https(asked, f"{HTTPS_VARIABLE} says so", asked)
    if platform is None:
        return Https(False, f"no platform is known to speak it ({HTTPS_VARIABLE}=1 where a proxy does)", False)
    schemes = _schemes(variables)
    if schemes:
        always = schemes == {"https"}
        header = always if platform.front is Front.ADDRESS else platform.front is not Front.UNKNOWN
        return Https(always, f"the site's address begins with {'https' if always else 'http'}:", header)
    if platform.front in (Front.TLS, Front.ADDRESS):
        return Https(True, f"{platform.name} speaks it to the world", True)
    reason = f"{platform.name} leaves it to its owner ({HTTPS_VARIABLE}=1 where a proxy does)"
    return Https(False, reason, platform.front is Front.PROXY)


def _schemes(variables: Mapping[str, str]) -> set[str]:
    """The schemes of the site's addresses; those of its own service where its name is known."""
    own = _OWN_URL.format(variables.get("DOTCLOUD_SERVICE_NAME", "").upper())
    names = [own] if variables.get(own) else [name for name in variables if _URL.fullmatch(name)]
    addresses = [address for name in names for address in variables[name].split(",")]
    addresses += hosts.routes(variables)
    schemes = {address.partition("://")[0].strip().lower() for address in addresses if "://" in address}
    return schemes & {"http", "https"}
