"""The starter behind gunicorn and a proxy: cookies, HSTS and redirects, as a visitor gets them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.integration.starter.serving import Server, serving

GUNICORN = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", "wsgi"]
KEY = {"SECRET_KEY": "k7v2m9x4q1w8e5r3t6y0u2i4o7p9a1s3d5f8g2h4j6l8z0c3b5n7"}
PUSHED = KEY | {"DOTCLOUD_SERVICE_NAME": "www", "DOTCLOUD_WWW_HTTP_URL": "http://127.0.0.1:8000/"}
PUSHED |= {"ALLOWED_HOSTS": "shop.example"}
ELSEWHERE = "127.0.0.2"  # no proxy of this machine's, as gunicorn sees it


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site on this project's own platform, whose addresses begin with http:."""
    with serving(GUNICORN, tmp_path_factory.mktemp("pushed"), PUSHED) as server:
        yield server


@pytest.fixture(scope="module")
def heroku(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    variables = KEY | {"DYNO": "web.1", "ALLOWED_HOSTS": "shop.example"}
    with serving(GUNICORN, tmp_path_factory.mktemp("heroku"), variables) as server:
        yield server


def asked(server: Server, source: str = ELSEWHERE, **headers: str) -> tuple[int, bool, bool]:
    """The status of the login page, whether its cookies are secure, and whether HSTS is sent."""
    answer = server.get("/admin/login/", source, Host="shop.example", **headers)
    cookies = answer.headers.get_all("Set-Cookie") or []
    secure = {"secure" in cookie.lower() for cookie in cookies}
    assert len(secure) < 2
    return answer.status, True in secure, bool(answer.headers["Strict-Transport-Security"])


def test_a_proxy_with_tls_before_a_pushed_site_makes_it_secure(pushed: Server) -> None:
    assert asked(pushed, "127.0.0.1", X_Forwarded_Proto="https") == (200, True, True)


def test_a_pushed_site_answers_over_plain_http(pushed: Server) -> None:
    assert asked(pushed, "127.0.0.1") == (200, False, False)


def test_a_visitor_cannot_make_plain_http_count_as_https(pushed: Server) -> None:
    assert asked(pushed, X_Forwarded_Proto="https") == (200, False, False)


def test_a_platforms_router_is_believed(heroku: Server) -> None:
    assert asked(heroku, X_Forwarded_Proto="https") == (200, True, True)
    assert asked(heroku, X_Forwarded_Proto="http") == (301, False, False)


def test_a_router_that_says_nothing_makes_no_endless_redirect(heroku: Server) -> None:
    assert asked(heroku) == (200, True, True)
