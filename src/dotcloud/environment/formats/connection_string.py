"""Connection strings that are no URL: libpq's keywords, ADO.NET's pairs, StackExchange.Redis's list."""

from __future__ import annotations

import re

# PostgreSQL documentation, "Keyword/Value Connection Strings": blanks around = are allowed, a value with blanks stands
# in single quotes, a backslash keeps the character after it.
_LIBPQ = re.compile(r"\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)*))(?=\s|$)", re.DOTALL)
# A value with ; stands in quotes, in which the quote itself is doubled (DbConnectionStringBuilder).
_ADO = re.compile(r"\s*([^=;]+?)\s*=\s*(?:\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')*)'|([^;]*))\s*(?:;|$)")
_NAMES = {
    "host": "host",
    "hostaddr": "host",
    "server": "host",
    "data source": "host",
    "address": "host",
    "addr": "host",
    "port": "port",
    "user": "user",
    "user id": "user",
    "uid": "user",
    "username": "user",
    "user name": "user",
    "password": "password",
    "pwd": "password",
    "dbname": "database",
    "database": "database",
    "initial catalog": "database",
    "defaultdatabase": "database",
    "sslmode": "sslmode",
    "ssl mode": "sslmode",
    "ssl": "tls",
}
_SSLMODES = {"verifyca": "verify-ca", "verifyfull": "verify-full"}  # as Npgsql writes them


def parse(text: str) -> dict[str, str]:
    """The parts by the names ``host``, ``port``, ``user``, ``password``, ``database``, ``sslmode``, ``tls``.

    Parts that cannot be read are left out; a value without a host is nobody's connection string.
    """
    if re.match(r"[^\s=,]+:\d+,", text):
        return _tidied(_redis(text))
    keywords = dict(_libpq(text))
    host = keywords.get("host") or keywords.get("hostaddr")
    return _tidied([*keywords.items()] if host and ";" not in host else _ado(text))


def _libpq(text: str) -> list[tuple[str, str]]:
    pairs, at = [], 0
    while match := _LIBPQ.match(text, at):
        value = match[2] if match[2] is not None else match[3]
        pairs.append((match[1], re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)))
        at = match.end()
    return pairs if not text[at:].strip() else []


def _ado(text: str) -> list[tuple[str, str]]:
    pairs = []
    for match in _ADO.finditer(text):
        double, single, plain = match[2], match[3], match[4]
        value = double.replace('""', '"') if double is not None else (single or "").replace("''", "'")
        pairs.append((match[1], plain.strip() if plain is not None else value))
    return pairs


def _redis(text: str) -> list[tuple[str, str]]:
    """``name.redis.cache.windows.net:6380,password=…=,ssl=True,defaultDatabase=0``."""
    place, *options = text.strip().split(",")
    pairs = [(key, value) for key, _, value in (option.partition("=") for option in options)]
    return [("host", place), *((key, "" if value.lower() == "false" else value) for key, value in pairs)]


def _tidied(pairs: list[tuple[str, str]]) -> dict[str, str]:
    parts = {_NAMES[key.lower()]: value for key, value in reversed(pairs) if key.lower() in _NAMES}
    host = re.fullmatch(r"(?:tcp:)?([^,:/]+)[,:](\d+)", parts.get("host", ""))
    if host:  # tcp:name.database.windows.net,1433 and 127.0.0.1:54321
        parts |= {"host": host[1], "port": parts.get("port") or host[2]}
    if parts.get("sslmode"):
        mode = parts["sslmode"].lower()
        parts["sslmode"] = _SSLMODES.get(mode, mode)
    return parts
