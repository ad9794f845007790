"""The addresses of this package."""

from django.urls import path

from django_company.views import home

urlpatterns = [path("", home, name="home")]
