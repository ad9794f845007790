"""The environment in processes of their own: many at once, and under Django's own checks."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

from dotcloud.environment import secret_key

SETTINGS = """
from dotcloud.environment import Environment
env = Environment.load()
DATABASES, CACHES, SECRET_KEY = env.databases(), env.caches(), env.secret_key()
ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS, DEBUG = env.allowed_hosts(), env.csrf_trusted_origins(), env.debug
INSTALLED_APPS = ["django.contrib.staticfiles", "dotcloud.django"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
              "django.middleware.clickjacking.XFrameOptionsMiddleware"]
STATIC_URL, STATIC_ROOT, ROOT_URLCONF = "static/", "/nowhere/static", "site_urls"
SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = 31536000, True, True
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
"""
DOTCLOUD = {
    "DOTCLOUD_PROJECT": "ramen",
    "DOTCLOUD_WWW_HTTP_HOST": "ramen.example",
    "DOTCLOUD_DB_SQL_HOST": "db.example",
    "DOTCLOUD_DB_SQL_PORT": "42801",
    "DOTCLOUD_DB_SQL_LOGIN": "root",
    "DOTCLOUD_DB_SQL_PASSWORD": "B61J14)]U4^L}.najnyE",
}


def test_a_site_on_a_platform_passes_the_checks_for_deployment(tmp_path):
    done = check(tmp_path, DOTCLOUD)

    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_a_site_on_a_platform_without_a_database_is_warned(tmp_path):
    without = {name: value for name, value in DOTCLOUD.items() if "_DB_" not in name}

    assert "(dotcloud.W002)" in check(tmp_path, without).stderr


def check(folder, environ):
    (folder / "site_settings.py").write_text(SETTINGS)
    (folder / "site_urls.py").write_text("urlpatterns = []\n")
    environ = environ | {"DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": str(folder), "HOME": str(folder)}
    command = [sys.executable, "-m", "django", "check", "--deploy"]
    path = {"PATH": os.environ.get("PATH", "")}
    return subprocess.run(command, cwd=folder, env=path | environ, capture_output=True, text=True, check=False)


def test_processes_that_start_together_share_one_key(tmp_path):
    context = multiprocessing.get_context("fork")
    with context.Pool(8) as pool:
        keys = pool.map(secret_key.kept, [str(tmp_path / "state" / "key")] * 64, chunksize=1)

    assert len(set(keys)) == 1


def test_reading_the_environment_imports_no_django():
    script = "import sys; from dotcloud.environment import Environment; Environment.load({}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert not {"django", "dj_database_url", "click"} & set(done.stdout.split())
