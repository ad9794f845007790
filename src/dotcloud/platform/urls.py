"""Everything is below ``/v1``."""

from __future__ import annotations

from django.urls import path

from dotcloud.platform.api.main import api

urlpatterns = [path("v1/", api.urls)]
handler404 = "dotcloud.platform.api.middleware.no_such_path"
