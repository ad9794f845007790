"""What a site is told by the place it runs in, as Django's settings ask for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from dotcloud.environment import hosts, secret_key, settings
from dotcloud.environment.choose import Choice, choose, names
from dotcloud.environment.formats import read_all
from dotcloud.environment.https import HTTPS_VARIABLE, PROXY_HEADER, Https, read_https
from dotcloud.environment.platforms import Platform, recognise
from dotcloud.environment.service import FILES, Kind, Problem, Service, Severity
from dotcloud.environment.variables import PROCESS, Variables, collect, project_folder
from dotcloud.errors.environment import NotAFlagError, UnknownServiceError, UnusableServicesError

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off", ""})
_DEBUG = ("DEBUG", "DJANGO_DEBUG")
_CHOOSERS = {Kind.DATABASE: "DEFAULT_DATABASE", Kind.CACHE: "DEFAULT_CACHE", Kind.OTHER: ""}
_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


class Environment:
    """The variables of this place, the services they describe, and Django's settings from both."""

    def __init__(self, variables: Variables, file: str = "", project: Path | None = None) -> None:
        self.variables = variables
        self.file = file  # the environment.json that was read, or ""
        self.project = project  # the folder of manage.py or dotcloud.yml

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None) -> Environment:
        """Read environment.json, and the process's variables over it.

        :param environ: the process's variables; by default ``os.environ``.
        :param file: this environment.json and no other; it has to exist. By default ``$DOTCLOUD_ENVIRONMENT_FILE``,
            or the first of ``~/environment.json``, ``/home/dotcloud/environment.json``, and on a laptop the project's.
        :raises EnvironmentFileError: for a file that cannot be read as an object of names and texts.
        :raises ValueFileError: for a file that a variable points to (``POSTGRES_PASSWORD_FILE``), likewise.
        """
        environ = os.environ if environ is None else environ
        project = project_folder(environ)
        variables, path = collect(environ, os.fspath(file) if file else None, project)
        return cls(variables, path, project)

    def databases(self, default: str | None = None, name: str = "", **options: Any) -> dict[str, dict[str, Any]]:
        """DATABASES. The first database is ``default``, others go by their service's name, lower-cased.

        :param default: the URL for a site without a database service; by default SQLite in the project's folder.
        :param name: the database's name where the platform gives none; by default ``DOTCLOUD_PROJECT``.
        :param options: of ``dj_database_url.parse``: ``conn_max_age``, ``conn_health_checks``, ``ssl_require``, …
        :raises UnusableServicesError: where the strongest source of a database cannot be read.
        :raises UnknownServiceError: where ``DEFAULT_DATABASE`` names none.
        :raises NoDatabaseNameError: where nothing names the database on a server.
        """
        name = name or self.get("DOTCLOUD_PROJECT")
        used = self._usable(Kind.DATABASE)
        if not used:
            return {"default": self._default_database(default, options)}
        entries = [settings.database(service, name, **options) for service in used]
        return dict(zip(names(used), entries, strict=True))

    def caches(self) -> dict[str, dict[str, Any]]:
        """CACHES: Django's Redis cache for each Redis service; without one, the memory of each process."""
        used = self._usable(Kind.CACHE)
        entries = [settings.cache(service, on_heroku=bool(self.get("DYNO"))) for service in used]
        return dict(zip(names(used), entries, strict=True)) or {"default": settings.no_cache()}

    def secret_key(self) -> str:
        """SECRET_KEY: from ``SECRET_KEY``, ``DJANGO_SECRET_KEY`` or ``PLATFORM_PROJECT_ENTROPY``.

        Without them: on dotCloud derived from the database's password, or made once and kept in the home folder; on a
        laptop made once and kept in the home folder, outside the tree.

        :raises NoSecretKeyError: on any other platform, with the command that sets one.
        """
        return secret_key.secret_key(self.variables, self.platform, self.choice(Kind.DATABASE).used)

    def allowed_hosts(self) -> list[str]:
        """ALLOWED_HOSTS, from what the platform says about the site's address and from ``ALLOWED_HOSTS``."""
        return hosts.allowed_hosts(self.variables)

    def csrf_trusted_origins(self) -> list[str]:
        """CSRF_TRUSTED_ORIGINS for the same addresses."""
        return hosts.csrf_trusted_origins(self.variables)

    @property
    def https(self) -> bool:
        """Whether every visitor comes over https: cookies may insist on it, and plain http be redirected.

        :raises NotAFlagError: where ``DJANGO_HTTPS`` is neither on nor off.
        """
        return self.https_reason.always

    @property
    def proxy_ssl_header(self) -> tuple[str, str] | None:
        """SECURE_PROXY_SSL_HEADER: the header, where what stands before the site sets it itself; else ``None``.

        :raises NotAFlagError: where ``DJANGO_HTTPS`` is neither on nor off.
        """
        return PROXY_HEADER if self.https_reason.header else None

    @cached_property
    def https_reason(self) -> Https:
        """Both, and why.

        :raises NotAFlagError: where ``DJANGO_HTTPS`` is neither on nor off.
        """
        asked = self.flag(HTTPS_VARIABLE) if HTTPS_VARIABLE in self.variables else None
        return read_https(self.variables, self.platform, asked)

    @property
    def debug(self) -> bool:
        """DEBUG: what ``DEBUG`` or ``DJANGO_DEBUG`` says; else on for a laptop, and off everywhere else."""
        return self.debug_reason[0]

    @cached_property
    def debug_reason(self) -> tuple[bool, str]:
        """The same, and why."""
        asked = next((name for name in _DEBUG if name in self.variables), "")
        if asked:
            return self.variables[asked].strip().lower() in _ON, f"{asked} says so"
        if self.platform:
            return False, f"this is {self.platform.name}"
        if self.get("SERVER_SOFTWARE").startswith("gunicorn"):
            return False, "served by gunicorn"
        away = next((one for one in self.services if self._leads_away(one)), None)
        return (False, f"{away.sources[0]} leads to another machine") if away else (True, "a laptop")

    @property
    def platform(self) -> Platform | None:
        """The platform this is. A developer's own environment.json may hold a platform's names: it is not asked."""
        own = self.file and self.project and Path(self.file).parent == self.project
        process = {name: value for name, value in self.variables.items() if self.variables.origin(name) == PROCESS}
        return recognise(process if own else self.variables)

    @property
    def on_platform(self) -> bool:
        """Whether the variables are those of a platform."""
        return self.platform is not None

    def get(self, name: str, default: str = "") -> str:
        """One variable, as it is."""
        return self.variables.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """One switch: 1, true, yes, on; 0, false, no, off, or nothing at all.

        :raises NotAFlagError: for anything else.
        """
        if name not in self.variables:
            return default
        value = self.variables[name].strip().lower()
        if value not in _ON | _OFF:
            raise NotAFlagError(name)
        return value in _ON

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every service that is described anywhere, in the order of the formats, duplicates included."""
        return tuple(found for found in self._found if isinstance(found, Service))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is missing, malformed or contradictory."""
        found = [problem for problem in self._found if isinstance(problem, Problem)]
        chosen = (problem for kind in Kind for problem in self.choice(kind).problems)
        return (*found, *chosen, *hosts.problems(self.variables))

    def choice(self, kind: Kind) -> Choice:
        """Which services of a kind are used, which are set aside, and why."""
        return choose(self.services, kind, self.get(_CHOOSERS[kind]))

    def __repr__(self) -> str:
        return f"<Environment: {len(self.variables)} variables, {len(self.services)} services>"

    @cached_property
    def _found(self) -> tuple[Service | Problem, ...]:
        return tuple(read_all(self.variables))

    def _usable(self, kind: Kind) -> tuple[Service, ...]:
        """The services of a kind, unless a stronger source than theirs is broken."""
        choice = self.choice(kind)
        if choice.unknown:
            known = [*(one.name for one in choice.used), *(one.service.name for one in choice.aside)]
            raise UnknownServiceError(_CHOOSERS[kind], kind, known)
        weakest = choice.used[0].standing if choice.used else None
        broken = [one for one in self.problems if one.kind is kind and one.severity is Severity.ERROR]
        stronger = [one.message for one in broken if weakest is None or one.standing < weakest]
        if stronger:
            raise UnusableServicesError(kind, stronger)
        return choice.used

    def _default_database(self, url: str | None, options: dict[str, Any]) -> dict[str, Any]:
        if url is None:
            folder = self.project or Path.cwd()
            service = Service("default", "sqlite", database=str(folder / "db.sqlite3"))
            return settings.database(service, "", **options)
        return settings.parsed(url, **options)

    def _leads_away(self, service: Service) -> bool:
        """Set in the process and on another machine: a server set up by hand rather than a laptop."""
        given = any(self.variables.origin(source) == PROCESS for source in service.sources)
        return given and service.scheme not in FILES and service.host not in _HERE and "/" not in service.host
