"""``/healthz``: 200 when every database answers a query, 503 when one does not.

A middleware and not a view, so that it can stand first: a platform probes by address and over plain http,
which the host check and the redirect to https would turn away.
"""

from django.db import DatabaseError, connections
from django.http import HttpResponse


def health(get_response):
    """Answer ``/healthz`` here and pass everything else on."""

    def middleware(request):
        return healthz() if request.path == "/healthz" else get_response(request)

    return middleware


def healthz():
    silent = [alias for alias in connections if not answers(alias)]
    text = f"not answering: {', '.join(silent)}\n" if silent else "ok\n"
    headers = {"Content-Type": "text/plain", "Cache-Control": "no-store"}
    return HttpResponse(text, status=503 if silent else 200, headers=headers)


def answers(alias):
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        connections[alias].close()
        return False
