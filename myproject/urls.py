"""The addresses of the site. ``/healthz`` is answered before them, see ``myproject.health``."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "myproject"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("django_company.urls")),
]
