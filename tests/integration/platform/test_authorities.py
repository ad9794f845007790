"""The certificate authorities of whoever started the platform, as a build of the sites' user finds them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dotcloud.platform.build import authorities
from dotcloud.platform.build.tools import Tools
from dotcloud.platform.layout import Home
from dotcloud.platform.supervise import Supervisor, unprivileged

AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("place", ["below a closed folder", "in the platform's own"])
def test_a_build_reads_the_authority_that_lies_where_it_cannot_look(
    home: Home, supervisor: Supervisor, tmp_path: Path, place: str
) -> None:
    """As root's own home is closed, and the platform's folder covered."""
    closed = home.root / "mine" if place.startswith("in") else tmp_path / "root"
    closed.mkdir(mode=0o700)
    (closed / "acme.pem").write_text(AUTHORITY)
    tools = Tools(home, supervisor, Path(os.devnull), unprivileged(), "shop")
    for folder in (tools.folder, tools.cache):
        folder.mkdir(parents=True)
    names = {name: str(closed / "acme.pem") for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS")}
    known = authorities.readable(tools.folder / "certificates", names, closed=home.root)
    tools = Tools(home, supervisor, Path(os.devnull), unprivileged(), "shop", authorities=known)
    line = 'cat "$SSL_CERT_FILE" "$GIT_SSL_CAINFO" "$NODE_EXTRA_CA_CERTS"'
    command = tools.isolated(["/bin/sh", "-ec", line], tools.folder, [], [], {})
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert done.stdout == AUTHORITY * 3, done.stderr
