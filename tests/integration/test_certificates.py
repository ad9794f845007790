"""An index whose certificate only this machine trusts: a company's own authority, or its proxy's."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from dotcloud.vendor.certificates import FILES, machine_bundle
from tests.integration.box import Box, make_box, project, run
from tests.integration.hostile_index import Index

INSTALLERS = pytest.mark.parametrize("installer", ["uv", "pip"])
# What a build sees of the machine's authorities: urllib asks OpenSSL, the others read these variables.
ASKING = """\
import os, pathlib, urllib.request
from setuptools import setup

if "ASKED" in os.environ:
    urllib.request.urlopen(os.environ["ASKED"]).read()
names = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
pathlib.Path("acme_asking/seen.py").write_text(f"ORIGIN = {[os.environ.get(name) for name in names]!r}")
setup()
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Acme")


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "acme.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def index(authority: trustme.CA) -> Iterator[Index]:
    with Index(tls=_context(authority.issue_cert("127.0.0.1"))) as running:
        yield running


@pytest.fixture
def lonely(tmp_path: Path, index: Index) -> Box:
    """A box that knows the index, has caches of its own, and nothing that names an authority."""
    return _box(tmp_path, index.url)


def _box(folder: Path, url: str) -> Box:
    home = folder / "home"
    home.mkdir()
    box = make_box(folder / "box", folder / "cache")
    kept = {name: box.env[name] for name in ("PATH", "LANG", "PIP_DISABLE_PIP_VERSION_CHECK") if name in box.env}
    caches = {"DOTCLOUD_CACHE_DIR": str(folder / "cache"), "PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1"}
    index = {"PIP_INDEX_URL": url, "UV_INDEX_URL": url, "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1"}
    return replace(box, env={**kept, **caches, **index, "HOME": str(home), "UV_HTTP_RETRIES": "0"})


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def _wants(box: Box, name: str) -> str:
    """A requirements file that asks for something of the index."""
    file = box.folder / "requirements.txt"
    file.write_text(f"{name}\n")
    return str(file)


@INSTALLERS
def test_an_authority_that_one_variable_names_is_trusted_by_every_installer(
    lonely: Box, bundle: Path, installer: str
) -> None:
    lonely.install("--installer", installer, "-r", _wants(lonely, "in-house"), SSL_CERT_FILE=str(bundle))
    assert lonely.value("in_house") == "stranger"


@INSTALLERS
def test_one_that_nobody_names_is_reported_as_that(lonely: Box, installer: str) -> None:
    said = lonely.fail("--installer", installer, "-r", _wants(lonely, "in-house"))
    assert "This machine does not trust the certificate of the server" in said
    assert "sudo update-ca-certificates" in said
    assert "export SSL_CERT_FILE=" in said


def test_a_build_environment_that_cannot_be_made_for_it_says_so_too(lonely: Box) -> None:
    project(lonely.vendor, "acme-one", build=["setuptools"])
    said = lonely.fail("--installer", "uv")
    assert "vendor/acme-one could not be built" in said
    assert "This machine does not trust the certificate of the server" in said


def test_a_certificate_for_another_host_is_no_stranger(tmp_path: Path, authority: trustme.CA, bundle: Path) -> None:
    with Index(tls=_context(authority.issue_cert("index.example.com"))) as elsewhere:
        box = _box(tmp_path, elsewhere.url)
        for installer in ("uv", "pip"):
            said = box.fail("--installer", installer, "-r", _wants(box, "in-house"), SSL_CERT_FILE=str(bundle))
            assert "made for another host" in said, installer


def test_one_that_is_out_of_date_is_not_unknown(tmp_path: Path, authority: trustme.CA, bundle: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Index(tls=_context(authority.issue_cert("127.0.0.1", not_after=yesterday))) as old:
        box = _box(tmp_path, old.url)
        for installer in ("uv", "pip"):
            said = box.fail("--installer", installer, "-r", _wants(box, "in-house"), SSL_CERT_FILE=str(bundle))
            assert "out of date" in said, installer


def test_a_file_of_authorities_that_is_gone_is_named(lonely: Box, tmp_path: Path) -> None:
    said = lonely.fail("--installer", "pip", "-r", _wants(lonely, "in-house"), PIP_CERT=str(tmp_path / "gone.pem"))
    assert f"names, {tmp_path / 'gone.pem'}, is not there" in said


def test_a_build_trusts_what_the_machine_trusts(box: Box, index: Index, bundle: Path) -> None:
    project(box.vendor, "acme-asking", setup=ASKING)
    box.install()  # its build requirements come from the usual index; the next build has them already
    (box.vendor / "acme-asking" / "acme_asking" / "new.py").touch()
    undecided = replace(box, env={name: value for name, value in box.env.items() if name not in FILES})
    undecided.install(SSL_CERT_FILE=str(bundle), ASKED=f"{index.url}acme/", PIP_CONFIG_FILE=os.devnull)
    assert box.value("acme_asking.seen") == str([str(bundle)] * 3)


@INSTALLERS
def test_what_the_machine_itself_trusts_needs_no_variable(lonely: Box, bundle: Path, installer: str) -> None:
    """The machine's own file of authorities, with another one in its place for this process alone."""
    command = lonely.command("--installer", installer, "-r", _wants(lonely, "in-house"))
    place = machine_bundle()
    apart = ["unshare", "--map-root-user", "--mount", "--", "sh", "-c"]
    bind = [*apart, 'mount --bind "$1" "$2" && shift 2 && exec "$@"', "sh", str(bundle), place]
    if not place or not shutil.which("unshare") or subprocess.run([*bind, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here, or no file of authorities")
    done = run([*bind, *command], lonely.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lonely.value("in_house") == "stranger"
