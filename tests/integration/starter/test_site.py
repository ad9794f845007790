"""The starter's site as a laptop and as platforms see it: real processes, with the variables of each."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEY = "k7v2m9x4q1w8e5r3t6y0u2i4o7p9a1s3d5f8g2h4j6l8z0c3b5n7"


def encoded(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


HTTPS_PLATFORMS = {
    "dotcloud": {
        "DOTCLOUD_PROJECT": "shop",
        "DOTCLOUD_SERVICE_NAME": "www",
        "DOTCLOUD_DB_SQL_HOST": "db.example.com",
        "DOTCLOUD_DB_SQL_PORT": "12345",
        "DOTCLOUD_DB_SQL_LOGIN": "root",
        "DOTCLOUD_DB_SQL_PASSWORD": "correct horse battery staple",
        "DOTCLOUD_WWW_HTTP_HOST": "shop.example.com",
        "DOTCLOUD_WWW_HTTP_URL": "https://shop.example.com/",
    },
    "dotcloud, with no address": {
        "DOTCLOUD_PROJECT": "shop",
        "DOTCLOUD_DB_SQL_URL": "postgresql://root:correct-horse-battery-staple@db.example.com:12345",
        "ALLOWED_HOSTS": "shop.example.com",
    },
    "heroku": {
        "DYNO": "web.1",
        "DATABASE_URL": "postgres://u:p@db.example.com/d",
        "SECRET_KEY": KEY,
        "HEROKU_APP_DEFAULT_DOMAIN_NAME": "shop.example.com",
    },
    "upsun": {
        "PLATFORM_APPLICATION_NAME": "www",
        "PLATFORM_PROJECT_ENTROPY": KEY,
        "PLATFORM_ROUTES": encoded({"https://shop.example.com/": {"type": "upstream", "upstream": "www"}}),
        "PLATFORM_RELATIONSHIPS": encoded(
            {
                "db": [
                    {
                        "scheme": "pgsql",
                        "host": "db.internal",
                        "port": 5432,
                        "username": "u",
                        "password": "p",
                        "path": "main",
                        "query": {"is_master": True},
                    }
                ]
            }
        ),
    },
}


class Site:
    """The starter in this repository, under a bare environment with its home in ``home``."""

    def __init__(self, home: Path) -> None:
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(ROOT / "vendor/django_company/src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def manage(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.python("manage.py", *arguments, **variables)

    def setting(self, names: str, **variables: str) -> dict[str, object]:
        code = "import json, sys; from myproject import settings as s; "
        code += "print(json.dumps({name: getattr(s, name) for name in sys.argv[1:]}))"
        done = self.python("-c", code, *names.split(), **variables)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        env = {**self.variables, **variables}
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("platform", HTTPS_PLATFORMS)
def test_check_deploy_is_clean_on_a_platform(site: Site, platform: str) -> None:
    done = site.manage("check", "--deploy", "--fail-level", "WARNING", **HTTPS_PLATFORMS[platform])
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_laptop_needs_no_variables(site: Site) -> None:
    done = site.manage("check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    told = site.setting("DEBUG HTTPS DATABASES")
    assert told["DEBUG"] is True
    assert told["HTTPS"] is False
    assert "sqlite3" in str(told["DATABASES"])


def test_a_platform_without_https_locks_nobody_out(site: Site) -> None:
    plain = HTTPS_PLATFORMS["dotcloud"] | {"DOTCLOUD_WWW_HTTP_URL": "http://127.0.0.1:8000/"}
    names = "DEBUG SECURE_SSL_REDIRECT SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_PROXY_SSL_HEADER"
    assert not any(site.setting(names, **plain).values())


def test_a_machine_of_ones_own_is_clean_once_it_says_that_it_speaks_https(site: Site) -> None:
    variables = {"DJANGO_HTTPS": "1", "DJANGO_DEBUG": "0", "ALLOWED_HOSTS": "shop.example.com"}
    done = site.manage("check", "--deploy", "--fail-level", "WARNING", **variables)
    assert done.returncode == 0, done.stderr


def test_a_flag_overrules_the_address(site: Site) -> None:
    assert site.setting("HTTPS", DJANGO_HTTPS="0", **HTTPS_PLATFORMS["heroku"]) == {"HTTPS": False}


def test_the_database_is_named_after_the_project_where_the_platform_names_none(site: Site) -> None:
    variables = dict(HTTPS_PLATFORMS["dotcloud"])
    names = [site.setting("DATABASES", **variables)["DATABASES"]["default"]["NAME"]]  # type: ignore[index]
    del variables["DOTCLOUD_PROJECT"]
    names += [site.setting("DATABASES", **variables)["DATABASES"]["default"]["NAME"]]  # type: ignore[index]
    assert names == ["shop", "myproject"]


def test_the_tests_of_the_project_and_of_the_vendored_package_pass(site: Site) -> None:
    done = site.manage("test", "myproject", "django_company")
    assert done.returncode == 0, done.stderr


def test_the_models_have_their_migrations(site: Site, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    done = site.manage("makemigrations", "--check", "--dry-run", DATABASE_URL=url)
    assert done.returncode == 0, done.stdout + done.stderr
