"""Passwords and tokens in the addresses of repositories."""

from __future__ import annotations

import pytest

from dotcloud.vendor.credentials import has_secret, without_secret


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://oauth2:TOKEN@host.example/a.git", "https://host.example/a.git"),
        ("https://TOKEN:x-oauth-basic@host.example/a.git", "https://host.example/a.git"),
        ("https://me:TO@KEN@host.example:8443/a.git", "https://host.example:8443/a.git"),
        ("HTTPS://:TOKEN@host.example/a.git", "HTTPS://host.example/a.git"),
        ("https://ghp_TOKEN@host.example/a.git", "https://host.example/a.git"),
        (f"https://{'TOKEN' * 8}@host.example/a.git", "https://host.example/a.git"),
        ("ssh://git:TOKEN@host.example/a.git", "ssh://git@host.example/a.git"),
        ("https://host.example/a.git?private_token=TOKEN", "https://host.example/a.git"),
    ],
)
def test_a_secret_is_taken_out(url, clean):
    assert has_secret(url)
    assert without_secret(url) == clean
    assert without_secret(f"fatal: unable to access '{url}': 403") == f"fatal: unable to access '{clean}': 403"


@pytest.mark.parametrize(
    "url",
    [
        "git@host.example:a.git",
        "ssh://git@host.example:22/a.git",
        "https://me@host.example/a.git",
        "https://host.example:8443/@a/b.git",
        "../a.git",
        "file:///srv/a:b@c.git",
    ],
)
def test_an_address_without_a_secret(url):
    assert not has_secret(url)
