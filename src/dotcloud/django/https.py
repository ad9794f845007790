"""A middleware: what a site behind https needs beside Django's SecurityMiddleware. It belongs before that one.

- On a request over https every cookie is ``Secure``, whoever set it. Where nobody knows beforehand that a site is
  behind https (a proxy was put before it), the cookie settings cannot say so.
- Where every visitor comes over https (``SECURE_SSL_REDIRECT``), a request on which nothing says how it came counts as
  https. Some proxies send no ``X-Forwarded-Proto`` and some servers (waitress) drop it: the redirect would lead back
  here for ever. A proxy that reports plain http is believed, and its visitor redirected.

Whether ``X-Forwarded-Proto`` is believed is decided elsewhere: by ``SECURE_PROXY_SSL_HEADER``
(``env.proxy_ssl_header``), and by the server where the proxy is on this machine (``forwarded_allow_ips`` of gunicorn
and uvicorn).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def https(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """See the module. In MIDDLEWARE: ``"dotcloud.django.https.https"``."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            _assume(request)
            return _secured(request, await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        _assume(request)
        return _secured(request, get_response(request))

    return answer


def _assume(request: HttpRequest) -> None:
    """Complete the header that nobody has sent."""
    if settings.SECURE_SSL_REDIRECT and settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        request.META.setdefault(name, secure)


def _secured(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.is_secure():
        for cookie in response.cookies.values():
            cookie["secure"] = True
    return response
