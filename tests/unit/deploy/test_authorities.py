"""The box's certificate authorities, where builds that run as another user can read them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dotcloud.platform.build.authorities import readable

ONE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
TWO = "-----BEGIN TRUSTED CERTIFICATE-----\nMIIC\n-----END TRUSTED CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIID\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder like root's own home."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_a_file_below_a_closed_folder_is_copied_and_its_key_is_not(tmp_path: Path, closed: Path) -> None:
    (closed / "acme.pem").write_text(f"Acme\n{ONE}{KEY}{TWO}")
    told = readable(tmp_path / "copies", {"SSL_CERT_FILE": str(closed / "acme.pem"), "PIP_CONFIG_FILE": os.devnull})
    copy = Path(told["SSL_CERT_FILE"])
    assert copy.parent == tmp_path / "copies"
    assert copy.read_text().split() == (ONE + TWO).split()
    assert copy.stat().st_mode & 0o777 == 0o644
    assert told["PIP_CERT"] == told["NODE_EXTRA_CA_CERTS"] == str(copy)


def test_a_folder_of_authorities_keeps_the_names_in_it(tmp_path: Path, closed: Path) -> None:
    (closed / "5ed36f99.0").write_text(ONE)
    (closed / "private.key").write_text(KEY)
    told = readable(tmp_path / "copies", {"SSL_CERT_DIR": f"/etc:{closed}"})
    first, second = told["SSL_CERT_DIR"].split(":")
    assert first == "/etc"
    assert [path.name for path in Path(second).iterdir()] == ["5ed36f99.0"]


def test_what_everyone_can_read_stays_where_it_is(tmp_path: Path) -> None:
    told = readable(tmp_path / "copies", {"SSL_CERT_FILE": "/etc/passwd", "GIT_SSL_CAINFO": "/etc/group"})
    assert (told["SSL_CERT_FILE"], told["GIT_SSL_CAINFO"]) == ("/etc/passwd", "/etc/group")
    assert not (tmp_path / "copies").exists()


def test_what_is_not_there_or_holds_no_certificate_is_left_to_whoever_reads_it(tmp_path: Path, closed: Path) -> None:
    (closed / "key.pem").write_text(KEY)
    for path in (closed / "gone.pem", closed / "key.pem"):
        assert readable(tmp_path / "copies", {"SSL_CERT_FILE": str(path)})["SSL_CERT_FILE"] == str(path)


def test_an_authority_that_changes_is_copied_again(tmp_path: Path, closed: Path) -> None:
    for text in (ONE, TWO):
        (closed / "acme.pem").write_text(text)
        told = readable(tmp_path / "copies", {"SSL_CERT_FILE": str(closed / "acme.pem")})
        assert Path(told["SSL_CERT_FILE"]).read_text().strip() == text.strip()
