"""Django's settings for the platform: as few parts as its API needs, so that a process starts fast and stays small."""

from __future__ import annotations

from dotcloud.platform.layout import Home

HOME = Home.default()
DOTCLOUD_HOME = HOME.root

DEBUG = False
SECRET_KEY = "unused: this project signs nothing, it has no sessions and no forms"  # noqa: S105 - nothing is kept by it
ALLOWED_HOSTS = ["*"]  # the only way in is a socket file; names do not matter on it
INSTALLED_APPS = ["dotcloud.platform.apps.PlatformConfig"]
MIDDLEWARE = ["dotcloud.platform.api.middleware.guard"]
ROOT_URLCONF = "dotcloud.platform.urls"
WSGI_APPLICATION = "dotcloud.platform.wsgi.application"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20  # the list of a project of 100,000 files
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LOGGING_CONFIG = None

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME.database,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",  # a reader that turns writer in mid-transaction would be refused at once
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
