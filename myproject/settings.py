"""The settings, the same on a laptop and on a platform: what differs comes from the environment.

``python -m dotcloud.environment`` tells what was found, and where.
"""

from pathlib import Path

from dotcloud.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment.load()

DEBUG = env.debug
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.allowed_hosts()
CSRF_TRUSTED_ORIGINS = env.csrf_trusted_origins()
DATABASES = env.databases(name=env.get("DOTCLOUD_PROJECT", "myproject"), conn_max_age=60, conn_health_checks=True)
CACHES = env.caches()

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "dotcloud.django",
    # The packages under vendor/:
    "django_company",
]

MIDDLEWARE = [
    "myproject.health.health",
    "dotcloud.django.https.https",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "myproject.urls"
WSGI_APPLICATION = "wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Static files: hashed, compressed and served by whitenoise once `collectstatic` has seen them.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "myproject.static.StaticStorage"},
}

# Where every visitor comes over https, cookies insist on it and plain http is redirected. Elsewhere the middleware
# above makes the cookies of a request over https secure. DJANGO_HTTPS=1 or 0 decides where no platform does.
HTTPS = env.https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = env.proxy_ssl_header
# Sent over https only, for one hour: a mistake is over soon. A year (31536000) once everything below the domain is
# known to speak https.
SECURE_HSTS_SECONDS = 3600 if env.flag("DJANGO_HTTPS", default=HTTPS or not DEBUG) else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
