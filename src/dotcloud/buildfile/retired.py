"""Service types of the time that this platform does not run: why, and what to use."""

from __future__ import annotations

_OTHER_LANGUAGE = "only Python is built here"
_CUSTOM = 'use "custom" with a buildscript that builds it'
_ELSEWHERE = "run it elsewhere, and give its URL to the application: dotcloud env set"

RETIRED: dict[str, tuple[str, str]] = {
    "nodejs": (_OTHER_LANGUAGE, _CUSTOM),
    "php": (_OTHER_LANGUAGE, _CUSTOM),
    "php-worker": (_OTHER_LANGUAGE, _CUSTOM),
    "perl": (_OTHER_LANGUAGE, _CUSTOM),
    "perl-worker": (_OTHER_LANGUAGE, _CUSTOM),
    "ruby": (_OTHER_LANGUAGE, _CUSTOM),
    "ruby-worker": (_OTHER_LANGUAGE, _CUSTOM),
    "java": (_OTHER_LANGUAGE, _CUSTOM),
    "opa": ("the language is no longer kept", _CUSTOM),
    "postgis": ("the PostgreSQL that comes along has no PostGIS", f'use "postgresql" without it; or {_ELSEWHERE}'),
    "mysql-masterslave": ("MySQL runs as one server", 'use "mysql"'),
    "mongodb": ("no MongoDB server is kept", f'use "postgresql", whose jsonb holds documents; or {_ELSEWHERE}'),
    "smtp": ("no mail relay is kept", "set EMAIL_HOST in the settings to your provider's server"),
    "solr": ("no Solr server is kept", f'use the full text search of "postgresql"; or {_ELSEWHERE}'),
    "rabbitmq": ("no RabbitMQ server is kept", f'use "redis", which Celery takes as a broker; or {_ELSEWHERE}'),
}
