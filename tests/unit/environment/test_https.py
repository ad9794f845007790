"""Whether the world comes over https, and whether the header of a proxy is believed."""

from __future__ import annotations

import base64
import json

import pytest

from dotcloud.environment import Environment, explain, variables
from dotcloud.environment.platforms import PLATFORMS, Front
from dotcloud.errors.environment import NotAFlagError

WWW = {"DOTCLOUD_SERVICE_NAME": "www"}
SECURE, PLAIN = "https://shop.example/", "http://127.0.0.1:8000/"
HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def routes(*addresses):
    found = {address: {"type": "upstream", "upstream": "app:http"} for address in addresses}
    return {
        "PLATFORM_APPLICATION_NAME": "app",
        "PLATFORM_ROUTES": base64.b64encode(json.dumps(found).encode()).decode(),
    }


# What is set -> whether every visitor comes over https, and whether the header is believed.
SITUATIONS = {
    "a laptop": ({}, False, False),
    "a machine set up by hand": ({"ALLOWED_HOSTS": "shop.example"}, False, False),
    "which has a proxy": ({"DJANGO_HTTPS": "1"}, True, True),
    "a platform's router": ({"DYNO": "web.1"}, True, True),
    "a platform's router, overruled": ({"DYNO": "web.1", "DJANGO_HTTPS": "0"}, False, False),
    "the owner's choice": ({"DOKKU_APP_NAME": "shop"}, False, True),
    "a proxy of which nothing is known": ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, False, False),
    "coolify, https": ({"COOLIFY_URL": "https://a.example,https://b.example"}, True, True),
    "coolify, http": ({"COOLIFY_FQDN": "http://a.example"}, False, True),
    "dotcloud, https": (WWW | {"DOTCLOUD_WWW_HTTP_URL": SECURE}, True, True),
    "dotcloud, http": (WWW | {"DOTCLOUD_WWW_HTTP_URL": PLAIN}, False, False),
    "dotcloud, no address": (WWW, True, True),
    "another service": (WWW | {"DOTCLOUD_WWW_HTTP_URL": SECURE, "DOTCLOUD_API_HTTP_URL": PLAIN}, True, True),
    "a service without an address": (WWW | {"DOTCLOUD_API_HTTP_URL": PLAIN}, False, False),
    "routes over https": (routes(SECURE), True, True),
    "routes over both": (routes(SECURE, "http://shop.example/"), False, True),
}


@pytest.fixture(autouse=True)
def no_platform_home(tmp_path, monkeypatch):
    monkeypatch.setattr(variables, "PLATFORM_HOME", str(tmp_path / "no-such-home"))


@pytest.mark.parametrize(("environ", "always", "header"), SITUATIONS.values(), ids=SITUATIONS)
def test_https_is_what_the_platform_knows(environ, always, header):
    env = Environment.load(environ)

    assert (env.https, env.proxy_ssl_header) == (always, HEADER if header else None)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_no_header_is_believed_where_nothing_is_known_of_the_proxy(platform):
    env = Environment.load({platform.marks[0]: "x"})

    assert bool(env.proxy_ssl_header) is (platform.front is not Front.UNKNOWN)


def test_a_developers_own_file_makes_no_https(tmp_path, monkeypatch):
    (tmp_path / "manage.py").touch()
    (tmp_path / "environment.json").write_text(json.dumps(WWW | {"DOTCLOUD_WWW_HTTP_URL": SECURE}))
    monkeypatch.chdir(tmp_path)

    assert not Environment.load({}).https


def test_a_switch_that_is_neither_is_an_error_and_is_reported():
    env = Environment.load({"DJANGO_HTTPS": "hidden"})

    with pytest.raises(NotAFlagError, match="DJANGO_HTTPS is neither on nor off"):
        _ = env.https
    assert "settings.py fails: DJANGO_HTTPS is neither on nor off" in explain.text(env)
    assert "hidden" not in explain.text(env)
