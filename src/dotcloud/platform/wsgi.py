"""The platform's API as a WSGI application."""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "dotcloud.platform.settings"

from importlib import import_module

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
import_module("dotcloud.platform.urls")  # now, so that the first request is as quick as the others
