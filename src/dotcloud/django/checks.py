"""System checks: what is missing or contradictory between the environment and the site's settings.

E001  the variables cannot be read at all
E002  a variable is malformed, or one of a set is missing
E003  a cache is on Redis, and the package ``redis`` is not installed
E004  static files are kept in a folder, and STATIC_ROOT is not set (on a platform)
W001  two variables contradict each other, or a part is missing that may be meant to
W002  a platform without a database service: the site's SQLite file goes with the instance
W003  a database service is there, and the settings use SQLite
W004  DEBUG is on, on a platform
W005  the secret key stands in the tree, or is Django's insecure one (on a platform)
W006  ALLOWED_HOSTS is empty or lets every name in (on a platform)
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import LazySettings, settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.utils.module_loading import import_string

from dotcloud.environment import Environment, Kind, Problem, Severity
from dotcloud.environment.service import FILES
from dotcloud.errors import DotcloudError

_SQLITE = "sqlite3"
_REDIS = "django.core.cache.backends.redis.RedisCache"
_EXPLAIN = "`python -m dotcloud.environment` shows what was read, and from where."


def check_environment(**_: Any) -> list[CheckMessage]:
    """The check that Django runs."""
    try:
        env = Environment.load()
    except DotcloudError as error:
        return [Error(error.what, hint=error.fix, id="dotcloud.E001")]
    return list(find(env, settings))


def find(env: Environment, site: LazySettings) -> Iterator[CheckMessage]:
    """All that is wrong with a site in an environment, from what both say."""
    yield from map(_message, env.problems)
    yield from _redis(site)
    if env.on_platform:
        yield from _database(env, site)
        yield from _debug(site)
        yield from _secret_key(site)
        yield from _hosts(site)
        yield from _static_root(site)


def _message(problem: Problem) -> CheckMessage:
    hint = f"{problem.fix[:1].upper()}{problem.fix[1:]}. {_EXPLAIN}"
    if problem.severity is Severity.ERROR:
        return Error(f"{problem.message}.", hint=hint, id="dotcloud.E002")
    return checks.Warning(f"{problem.message}.", hint=hint, id="dotcloud.W001")


def _redis(site: LazySettings) -> Iterator[CheckMessage]:
    used = [alias for alias, cache in site.CACHES.items() if cache.get("BACKEND") == _REDIS]
    if used and importlib.util.find_spec("redis") is None:
        yield Error(
            f"The cache '{used[0]}' is on Redis, and the package redis is not installed.",
            hint="Add a line `redis` to requirements.txt.",
            id="dotcloud.E003",
        )


def _database(env: Environment, site: LazySettings) -> Iterator[CheckMessage]:
    if not _engine(site.DATABASES).endswith(_SQLITE):
        return
    services = env.choice(Kind.DATABASE).used
    if services and services[0].scheme in FILES:
        return  # SQLite was asked for
    if services:
        yield checks.Warning(
            f"The platform supplies the database '{services[0].name}', and the settings use SQLite.",
            hint="DATABASES = env.databases() in settings.py uses the platform's.",
            id="dotcloud.W003",
        )
        return
    yield checks.Warning(
        "The site uses SQLite, and the platform supplies no database.",
        hint="A file goes with the instance it is in. Add a database service (dotcloud.yml: `db: {type: postgresql}`), "
        "or silence this check if the file is on a disk that stays.",
        id="dotcloud.W002",
    )


def _engine(databases: Mapping[str, Mapping[str, Any]]) -> str:
    return str(databases.get("default", {}).get("ENGINE", ""))


def _debug(site: LazySettings) -> Iterator[CheckMessage]:
    if site.DEBUG:
        yield checks.Warning(
            "DEBUG is on, on a platform: error pages show the settings and the code to everyone.",
            hint="Unset the variable DEBUG; in settings.py, DEBUG = env.debug.",
            id="dotcloud.W004",
        )


def _secret_key(site: LazySettings) -> Iterator[CheckMessage]:
    try:
        key = site.SECRET_KEY
    except ImproperlyConfigured:  # none at all: Django says so itself
        return
    if key.startswith("django-insecure-") or key in _settings_text():
        yield checks.Warning(
            "The secret key stands in the tree: whoever reads the code can sign in as anyone.",
            hint="SECRET_KEY = env.secret_key() in settings.py; then replace the key, it is known.",
            id="dotcloud.W005",
        )


def _settings_text() -> str:
    """The source of the settings module, where there is one."""
    module = sys.modules.get(os.environ.get("DJANGO_SETTINGS_MODULE", ""))
    path = getattr(module, "__file__", None)
    if not path or not path.endswith(".py"):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _hosts(site: LazySettings) -> Iterator[CheckMessage]:
    if site.ALLOWED_HOSTS and "*" not in site.ALLOWED_HOSTS:
        return
    what = "lets every name in" if site.ALLOWED_HOSTS else "is empty: every request is answered with 400"
    yield checks.Warning(
        f"ALLOWED_HOSTS {what}.",
        hint="Set the variable ALLOWED_HOSTS=www.example.com; in settings.py, ALLOWED_HOSTS = env.allowed_hosts().",
        id="dotcloud.W006",
    )


def _static_root(site: LazySettings) -> Iterator[CheckMessage]:
    if "django.contrib.staticfiles" in site.INSTALLED_APPS and not site.STATIC_ROOT and _stores_files(site):
        yield Error(
            "STATIC_ROOT is not set: collectstatic has no place to put the static files.",
            hint='STATIC_ROOT = BASE_DIR / "static" in settings.py, and the folder in .gitignore.',
            id="dotcloud.E004",
        )


def _stores_files(site: LazySettings) -> bool:
    """Whether static files are kept in a folder, and not in an object store somewhere."""
    backend = site.STORAGES.get("staticfiles", {}).get("BACKEND")
    return not backend or issubclass(import_string(backend), FileSystemStorage)
