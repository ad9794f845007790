"""The words of this part: a service that a platform supplies, and a problem in how it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from dotcloud.environment.secret import HIDDEN, Secret


class Kind(StrEnum):
    """What Django can do with a service."""

    DATABASE = "database"
    CACHE = "cache"
    OTHER = "other"  # listed, in no Django setting: mongodb, smtp, …


class Standing(IntEnum):
    """How much a source counts, the strongest first."""

    PLATFORM = 0  # the platform states its own services: DOTCLOUD_DB_SQL_HOST, VCAP_SERVICES, …
    URL = 1  # one address under a general name: DATABASE_URL, REDIS_URL
    EXTRA = 2  # further services beside that address: HEROKU_POSTGRESQL_BLUE_URL
    PARTS = 3  # loose variables: PGHOST, POSTGRES_HOST; read when nothing else gives a service of that kind
    ASIDE = 4  # another way to a service that has a main one: a connection pool, a replica; never chosen by itself


class Severity(StrEnum):
    """What a problem means for the site."""

    ERROR = "error"
    WARNING = "warning"


# Written to -> called here. The right-hand names are schemes of dj-database-url, or redis, rediss and unix.
SCHEMES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "pgsql": "postgresql",
    "psql": "postgresql",
    "postgis": "postgis",
    "timescale": "timescale",
    "timescalegis": "timescalegis",
    "redshift": "redshift",
    "cockroach": "cockroach",
    "cockroachdb": "cockroach",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mariadb": "mysql",
    "mysqlgis": "mysqlgis",
    "oracle": "oracle",
    "oraclegis": "oraclegis",
    "mssql": "mssqlms",
    "mssqlms": "mssqlms",
    "sqlserver": "mssqlms",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "spatialite": "spatialite",
    "redis": "redis",
    "rediss": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
    "unix": "unix",
    "mongodb": "mongodb",
    "mongo": "mongodb",
    "smtp": "smtp",
    "smtps": "smtps",
    "amqp": "amqp",
    "amqps": "amqps",
}
_CACHES = frozenset({"redis", "rediss", "unix"})  # unix: Redis behind a socket, its path is the host
_OTHERS = frozenset({"mongodb", "smtp", "smtps", "amqp", "amqps"})
FILES = frozenset({"sqlite", "spatialite"})  # databases that are a file: no host, no login
_SHOWN_OPTIONS = frozenset({"sslmode", "ssl_mode", "charset", "currentSchema", "application_name", "connect_timeout"})


@dataclass(frozen=True)
class Service:
    """One database, cache or other service, as a platform describes it.

    :param name: its name, lower-cased (``db`` in ``DOTCLOUD_DB_SQL_HOST``).
    :param scheme: a value of ``SCHEMES``.
    :param host: name, address, or the folder of a unix socket; several joined by commas for PostgreSQL and MongoDB.
    :param database: its name; a number for Redis, a path for SQLite; ``""`` where the platform gives none.
    :param options: what followed ``?`` in its URL.
    :param sources: the names of the variables (or files) that describe it.
    """

    name: str
    scheme: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: Secret = field(default_factory=Secret)
    database: str = ""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold a key's password
    sources: tuple[str, ...] = ()
    family: str = ""
    standing: Standing = Standing.PLATFORM

    @property
    def kind(self) -> Kind:
        """Which of Django's settings it belongs to."""
        return kind_of(self.scheme)

    @property
    def address(self) -> str:
        """The URL as a person may see it: the password hidden, options that could hold one hidden too."""
        if self.scheme in FILES:
            return f"{self.scheme}:///{self.database}"
        login = f"{self.user}:{HIDDEN}@" if self.password else f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        name = f"/{self.database}" if self.database else ""
        return f"{self.scheme}://{login}{self.host}{port}{name}{self._shown_options()}"

    def _shown_options(self) -> str:
        shown = [f"{key}={value if key in _SHOWN_OPTIONS else HIDDEN}" for key, value in self.options]
        return f"?{'&'.join(shown)}" if shown else ""


@dataclass(frozen=True)
class Problem:
    """Something missing, malformed or contradictory. Its sentences never hold a value, only names.

    :param code: stable, for programs: ``malformed-url``, ``missing-part``, ``contradiction``, …
    :param variables: the names it is about.
    :param fix: what to do about it.
    """

    code: str
    severity: Severity
    message: str
    fix: str
    variables: tuple[str, ...] = ()
    kind: Kind = Kind.OTHER
    standing: Standing = Standing.PARTS


Found = Service | Problem


def kind_of(scheme: str) -> Kind:
    """Which of Django's settings a scheme of ``SCHEMES`` belongs to."""
    if scheme in _CACHES:
        return Kind.CACHE
    return Kind.OTHER if scheme in _OTHERS else Kind.DATABASE
