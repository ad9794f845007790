"""The names a site answers to, from what platforms say about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dotcloud.environment.formats.common import json_of, malformed
from dotcloud.environment.service import Kind, Problem

_LISTS = ("ALLOWED_HOSTS", "DJANGO_ALLOWED_HOSTS")
_NAMES = (
    "RENDER_EXTERNAL_HOSTNAME",
    "RAILWAY_PUBLIC_DOMAIN",
    "HEROKU_APP_DEFAULT_DOMAIN_NAME",
    "WEBSITE_HOSTNAME",  # Azure App Service
    "NGINX_SERVER_NAME",  # Piku
    "DOMAIN",  # Divio
    "DOMAIN_ALIASES",
    "COOLIFY_FQDN",
)
_DOTCLOUD = re.compile(r"DOTCLOUD_.+_HTTP_HOST")
_DOTCLOUD_URL = re.compile(r"DOTCLOUD_.+_HTTP_URL")
_ORIGINS = "CSRF_TRUSTED_ORIGINS"
_LIST = re.compile(r"[\[(]((?:[^\[\]]|\[[^\[\]]*\])*)[\])]")  # JSON's, Python's or YAML's; [::1] may stand in it
_IPV6 = re.compile(r"[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*", re.IGNORECASE)
_HOST = re.compile(r"\*|\.?[\w.-]+|\[[0-9a-f:.]+\]")  # what Django compares with; other letters than a-z are read
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:(?:\*\.)?[\w-][\w.-]*|\[[0-9a-f:.]+\])(?::\d+)?")
_USUAL_PORTS = {"https": ":443", "http": ":80"}  # no browser names them in an origin
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def allowed_hosts(variables: Mapping[str, str]) -> list[str]:
    """ALLOWED_HOSTS: what the variables say, without ports; with this machine's own names, for health checks.

    Empty where nothing is said: Django answers to this machine's names while DEBUG is on, and to none otherwise.
    """
    hosts = list(dict.fromkeys(filter(None, (_host(text) for text in _stated(variables)))))
    return [*hosts, *(name for name in THIS_MACHINE if name not in hosts)] if hosts else []


def csrf_trusted_origins(variables: Mapping[str, str]) -> list[str]:
    """CSRF_TRUSTED_ORIGINS: each name under https (TLS ends before the site), and the platform's own URLs as given."""
    hosts = [host for host in allowed_hosts(variables) if host not in THIS_MACHINE and host != "*"]
    origins = [f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in hosts]
    urls = [*_values(variables, _DOTCLOUD_URL), *routes(variables)]
    asked, given = ([_origin(text) for text in texts] for texts in (_words(variables.get(_ORIGINS, "")), urls))
    return [one for one in dict.fromkeys([*asked, *origins, *given]) if _ORIGIN.fullmatch(one)]


def problems(variables: Mapping[str, str]) -> list[Problem]:
    """Lists of a person's own that hold what is neither a host nor an origin: Django would match it with nothing."""
    checks = [(name, _host, _HOST, "a host name") for name in _LISTS]
    checks += [(_ORIGINS, _origin, _ORIGIN, "an origin (https://name)")]
    return [
        malformed(name, f"holds what is not {what}", Kind.OTHER)
        for name, read, form, what in checks
        if not all(form.fullmatch(read(word)) for word in _words(variables.get(name, "")))
    ]


def _stated(variables: Mapping[str, str]) -> Iterable[str]:
    for name in (*_LISTS, *_NAMES):
        yield from _words(variables.get(name, ""))
    yield from _values(variables, _DOTCLOUD)
    yield from routes(variables)
    yield from _cloud_foundry(variables)
    if variables.get("FLY_APP_NAME"):
        yield f"{variables['FLY_APP_NAME']}.fly.dev"


def _values(variables: Mapping[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [variables[name] for name in sorted(variables) if pattern.fullmatch(name)]


def _words(text: str) -> list[str]:
    """The members of a list, with commas or blanks between them; brackets around it and quotes are no part of one."""
    text = _unquoted(text)
    listed = _LIST.fullmatch(text)
    if listed and not _IPV6.fullmatch(listed[1]):
        text = listed[1]
    return [word for word in map(_unquoted, re.split(r"[\s,;]+", text)) if word]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text.strip("\"'") if not _LIST.fullmatch(text) else text


def _origin(text: str) -> str:
    """``a.example`` and ``HTTPS://a.example:443/path`` -> ``https://a.example``, as a browser writes it."""
    scheme, place = text.split("://", 1) if "://" in text else ("https", text)
    scheme, host = scheme.lower(), re.split("[/?#]", place, maxsplit=1)[0].lower()
    host = host.removesuffix(_USUAL_PORTS.get(scheme, " ")) if not _IPV6.fullmatch(host) else f"[{host}]"
    return f"{scheme}://*{host}" if host.startswith(".") else f"{scheme}://{host}"


def _host(text: str) -> str:
    """Without scheme, path and port; lower-cased and an IPv6 address in brackets, as Django compares it."""
    place = text.partition("://")[2] or text
    host = place.partition("/")[0].lower()
    if host.count(":") > 1 and not host.startswith("["):
        return f"[{host}]"
    return host if host.endswith("]") else re.sub(r":\d+$", "", host)


def routes(variables: Mapping[str, str]) -> list[str]:
    """PLATFORM_ROUTES: the URLs that lead to this application, not those that only redirect."""
    found = json_of(variables.get("PLATFORM_ROUTES", ""))
    own = variables.get("PLATFORM_APPLICATION_NAME", "")
    if not isinstance(found, dict):
        return []
    return [address for address, route in found.items() if _leads_here(route, own)]


def _leads_here(route: Any, own: str) -> bool:
    if not isinstance(route, dict) or route.get("type") == "redirect":
        return False
    return not own or str(route.get("upstream", own)).partition(":")[0] == own


def _cloud_foundry(variables: Mapping[str, str]) -> list[str]:
    application = json_of(variables.get("VCAP_APPLICATION", ""))
    uris = application.get("application_uris") or application.get("uris") if isinstance(application, dict) else None
    return [uri for uri in uris if isinstance(uri, str)] if isinstance(uris, list) else []
