"""Addresses of services: a URL as platforms write it, with or without escapes -> its parts, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode

from dotcloud.environment.service import FILES, SCHEMES, Kind, kind_of

_SCHEME = re.compile(r"([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?://(.*)", re.DOTALL | re.IGNORECASE)
_ESCAPED = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*")  # userinfo of RFC 3986
_ONE_SERVER = "give the address of one server (redis://…, or unix:///path?db=0 for a socket)"
_HOST = re.compile(r"(?P<host>\[[^\]]+\]|[^:]*)(?::(?P<port>\d*))?")
_ONE = r"(?:\[[^\]]+\]|[^@/?:,\[\]]*)(?::\d*)?"
_PLACE = re.compile(rf"{_ONE}(?:,{_ONE})*(?P<path>/[^@?]*)?")
_QUERY = re.compile(r"[\w.-]+=[^&]*(?:&[^&]*)*", re.DOTALL)
# Those that people write behind a host alone; another word is part of a password, as in u:1?a=b@host
_OPTION = re.compile(r"(?:ssl\w*|ssl-mode|application_name|options|connect_timeout|charset|target_session_attrs)=")
# libpq's URIs may carry these behind the question mark (PostgreSQL documentation, "Connection URIs")
_LIFTED = {"user": "user", "password": "password", "host": "host", "port": "port", "dbname": "database"}


class MalformedUrlError(ValueError):
    """Not an address. The text is ours and names no part of the value."""


@dataclass(frozen=True)
class Address:
    """The parts of a URL, unescaped. ``repr`` leaves the password to the Secret its reader makes of it."""

    scheme: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""
    database: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Address({self.scheme!r})"


def parse(text: str) -> Address:
    """``scheme://user:password@host:port/name?options`` -> its parts.

    A password may hold any character, escaped or not: the host begins after the last ``@``, the password after the
    first ``:``. ``%41`` counts as an escape where the whole of it could be the work of an escaping program.

    :raises MalformedUrlError: with a sentence that shows nothing of the value.
    """
    text = _unwrapped(text)
    scheme, rest = _split_scheme(text.removeprefix("jdbc:"))
    if scheme in FILES:
        name, _, behind = rest.partition("?")
        return Address(scheme, database=_file(name), options=tuple(parse_qsl(behind, keep_blank_values=True)))
    before, behind = _split_query(rest)
    bare = text.startswith("jdbc:") or rest.startswith("/")  # the login, if any, is behind the question mark
    login, _, place = ("", "", before) if bare else before.rpartition("@")
    user, _, password = login.partition(":")
    hosts, path, query = _split_place(place + behind)
    host, port = _split_hosts(hosts)
    if not host and "/" in path and kind_of(scheme) is Kind.DATABASE and not dict(query).get("host"):
        folder, _, path = path.rpartition("/")  # /cloudsql/project:region:instance/name: a socket's folder
        host = unquote(f"/{folder.lstrip('/')}")
    address = Address(scheme, host, port, unescaped(user), unescaped(password), unquote(path), tuple(query))
    return _lifted(_redis(address) if kind_of(scheme) is Kind.CACHE else address)


def scheme_of(text: str) -> str:
    """The scheme of a service's URL, as it is called here; ``""`` for ``https://…`` and for what is no URL."""
    match = _SCHEME.fullmatch(_unwrapped(text).removeprefix("jdbc:"))
    return SCHEMES.get(match[1].lower(), "") if match else ""


def unescaped(text: str) -> str:
    """``text`` without percent escapes, where it was escaped; as it is, where it cannot have been."""
    return unquote(text) if _ESCAPED.fullmatch(text) else text


def query_string(options: tuple[tuple[str, str], ...]) -> str:
    """``?sslmode=require``, or nothing."""
    return f"?{urlencode(options)}" if options else ""


def compose(address: Address) -> str:
    """The parts -> a URL that every reader takes apart the same way."""
    login = f"{_quoted(address.user)}:{_quoted(address.password)}@" if address.user or address.password else ""
    bare_v6 = ":" in address.host and "/" not in address.host
    host = f"[{address.host}]" if bare_v6 else _quoted(address.host, ",")
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme}://{login}{host}{port}/{_quoted(address.database)}{query_string(address.options)}"


def socket_of(address: Address) -> str:
    """The parts of a Redis server whose host is the path of a socket -> the URL that redis-py reads."""
    return f"unix://{_quoted(address.host, '/')}{query_string((('db', address.database), *address.options))}"


def _quoted(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def _unwrapped(text: str) -> str:
    """Without the quotes and blanks that files of variables leave around a value."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _split_scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.fullmatch(text)
    if not match:
        raise MalformedUrlError("is not a URL (scheme://user:password@host:port/name)")
    scheme = SCHEMES.get(match[1].lower())
    if scheme is None:
        raise MalformedUrlError("has a scheme that is none of " + ", ".join(sorted(set(SCHEMES.values()))))
    driver = (match[2] or "").lower()
    if kind_of(scheme) is Kind.CACHE and driver:
        raise MalformedUrlError(f"leads to Redis by way of '{driver}', which Django's cache cannot use: {_ONE_SERVER}")
    return scheme, match[3]


def _file(path: str) -> str:
    """``/relative``, ``//absolute`` and ``:memory:``, as dj-database-url reads them."""
    return unquote(path.removeprefix("/")) or ":memory:"


def _split_query(rest: str) -> tuple[str, str]:
    """What is before a question mark that ends a whole address, and the rest with it.

    A password may hold ``?`` and ``@``, and so may an option: the first mark counts that has a place before it, with a
    login or a path, and ``key=value`` behind it; without both, where an option of a driver follows (``h?sslmode=…``).
    """
    for mark in re.finditer(r"\?", rest):
        before, behind = rest[: mark.start()], rest[mark.start() :]
        _, at, place = before.rpartition("@")
        match = _PLACE.fullmatch(place)
        if match and _QUERY.fullmatch(behind[1:]) and (at or match["path"] or _OPTION.match(behind[1:])):
            return before, behind
    return rest, ""


def _split_place(place: str) -> tuple[str, str, list[tuple[str, str]]]:
    rest, _, query = place.partition("#")[0].partition("?")
    hosts, _, path = rest.partition("/")
    return hosts, path, parse_qsl(query, keep_blank_values=True)


def _split_hosts(hosts: str) -> tuple[str, str]:
    matches = [_HOST.fullmatch(host) for host in hosts.split(",")]
    found = [match for match in matches if match]
    if len(found) != len(matches):
        raise MalformedUrlError("has a port that is not a number")
    ports = [match["port"] or "" for match in found]
    return ",".join(unquote(match["host"].strip("[]")) for match in found), ",".join(ports) if any(ports) else ""


def _redis(address: Address) -> Address:
    """``redis://word@host``: a login without a password is the password. A path in place of a number is a socket's.

    :raises MalformedUrlError: for several servers, of which Django's cache would ask none.
    """
    if "," in address.host:
        raise MalformedUrlError(f"names several servers of Redis: {_ONE_SERVER}")
    if address.user and not address.password:
        address = replace(address, user="", password=address.user)
    socket = address.scheme == "unix" or (not address.host and not address.database.isdigit())
    return _socket(address) if socket and address.database else address


def _socket(address: Address) -> Address:
    """``unix:///run/redis.sock?db=1`` (redis-py, "Connection URLs"): the path is the host, the number an option."""
    number = next((value for key, value in address.options if key == "db" and value.isdigit()), "")
    options = tuple((key, value) for key, value in address.options if key != "db")
    path = f"/{'/'.join(filter(None, (address.host, address.database.lstrip('/'))))}"
    return replace(address, scheme="unix", host=path, database=number, options=options)


def _lifted(address: Address) -> Address:
    """Login and place moved from behind the question mark to their own fields."""
    given = {_LIFTED[key]: value for key, value in address.options if key in _LIFTED and value}
    options = tuple((key, value) for key, value in address.options if key not in _LIFTED)
    fields = {name: getattr(address, name) or given.get(name, "") for name in _LIFTED.values()}
    return Address(scheme=address.scheme, options=options, **fields)
