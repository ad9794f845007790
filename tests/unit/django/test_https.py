"""The middleware of a site behind https: cookies, and requests on which nothing says how they came."""

from __future__ import annotations

import asyncio

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory, override_settings

HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALWAYS = {"SECURE_SSL_REDIRECT": True, "SECURE_PROXY_SSL_HEADER": HEADER, "SECURE_HSTS_SECONDS": 60}
SOMETIMES = ALWAYS | {"SECURE_SSL_REDIRECT": False}
NEVER = SOMETIMES | {"SECURE_PROXY_SSL_HEADER": None}
# How a request came -> whether it is redirected, and whether its cookies are Secure and HSTS is sent.
SITUATIONS = {
    "always, and the proxy says https": (ALWAYS, "https", False, True),
    "always, and the proxy says http": (ALWAYS, "http", True, False),
    "always, and the proxy says nothing": (ALWAYS, None, False, True),
    "unknown, and the proxy says https": (SOMETIMES, "https", False, True),
    "unknown, and the proxy says http": (SOMETIMES, "http", False, False),
    "unknown, and the proxy says nothing": (SOMETIMES, None, False, False),
    "no proxy, and a visitor says https": (NEVER, "https", False, False),
}


@pytest.fixture(scope="module", autouse=True)
def site():
    if not settings.configured:
        settings.configure()


def greet(_request):
    response = HttpResponse("hello")
    response.set_cookie("a", "1")
    return response


async def greet_later(request):
    return greet(request)


def asked(view, given, said):
    from dotcloud.django.https import https

    headers = {} if said is None else {"X-Forwarded-Proto": said}
    with override_settings(ALLOWED_HOSTS=["*"], **given):
        response = https(SecurityMiddleware(view))(RequestFactory().get("/", headers=headers))
        return asyncio.run(response) if asyncio.iscoroutine(response) else response


@pytest.mark.parametrize(("given", "said", "redirected", "secure"), SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("view", [greet, greet_later], ids=["sync", "async"])
def test_a_request_and_how_it_came(view, given, said, redirected, secure):
    response = asked(view, given, said)

    assert (response.status_code == 301) is redirected
    assert ("Strict-Transport-Security" in response) is secure
    assert [bool(cookie["secure"]) for cookie in response.cookies.values()] == ([] if redirected else [secure])
