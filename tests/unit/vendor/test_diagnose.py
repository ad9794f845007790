"""From the last lines of a failed build to its likely cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotcloud.errors.install import BuildRequirementsFailed, InstallFailed
from dotcloud.vendor.diagnose import disk_full, last_lines, likely_cause

CASES = [
    ("error: command 'gcc' failed: No such file or directory", "no C compiler", "build-essential"),
    ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "no C compiler", "build-essential"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'cc'", "no C compiler", "build-essential"),
    ("ERROR: Unknown compiler(s): [['cc'], ['gcc']]", "no C compiler", "build-essential"),
    ("_psycopg.c:33:10: fatal error: libpq-fe.h: No such file or directory", "libpq-fe.h", "libpq-dev"),
    ("x.c:1:10: fatal error: 'Python.h' file not found", "Python.h", "python3-dev"),
    ("x.c:1:10: fatal error: openssl/ssl.h: No such file or directory", "openssl/ssl.h", "libssl-dev"),
    ("x.c:1:10: fatal error: strange.h: No such file or directory", "strange.h", "apt-file search strange.h"),
    ("/usr/bin/ld: cannot find -lxml2: No such file or directory", "libxml2", "apt-cache search libxml2"),
    ("Error: pg_config executable not found.", "pg_config", "libpq-dev"),
    ("error: can't find Rust compiler", "rustc", "cargo"),
    ("ModuleNotFoundError: No module named 'Cython'", "imports Cython", '"cython"'),
    ("ModuleNotFoundError: No module named 'distutils'", "imports distutils", '"setuptools"'),
    ("ModuleNotFoundError: No module named 'imp'", "newer Pythons do not have", 'python_version: "3.11"'),
    ("ModuleNotFoundError: No module named 'pkg_resources'", "imports pkg_resources", '"setuptools<81"'),
    ("LookupError: setuptools-scm was unable to detect version for /tmp/x.", "git tags", "dotcloud vendor lock"),
    ("  ╰─▶ invalid peer certificate: UnknownIssuer", "does not trust the certificate", "update-ca-certificates"),
    (
        "SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate "
        "in certificate chain (_ssl.c:1006)",
        "does not trust the certificate",
        "SSL_CERT_FILE",
    ),
    (
        "fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none CRLfile: none",
        "does not trust the certificate",
        "SSL_CERT_FILE",
    ),
    ("curl: (60) SSL certificate problem: unable to get local issuer certificate", "does not trust", "SSL_CERT_FILE"),
    ("npm ERR! code SELF_SIGNED_CERT_IN_CHAIN", "does not trust the certificate", "SSL_CERT_FILE"),
    ("invalid peer certificate: certificate expired: verification time 1795758000", "out of date", "date"),
    ('invalid peer certificate: certificate not valid for name "127.0.0.1"', "another host", "pip config list"),
    (
        "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /gone.pem",
        "/gone.pem, is not there",
        "CA_BUNDLE",
    ),
    ("OSError: [Errno 28] No space left on device", "disk is full", "df -h"),
]


@pytest.mark.parametrize(("line", "meaning", "fix"), CASES)
def test_the_likely_cause_and_what_to_do(line: str, meaning: str, fix: str) -> None:
    told = likely_cause("vendor/acme", ["Traceback (most recent call last):", line])
    assert meaning in told[0]
    assert fix in told[1]


def test_an_unknown_failure_is_not_explained_away() -> None:
    assert likely_cause("vendor/acme", ["TypeError: boom"]) == ("", "")


def test_the_last_lines_leave_blank_ones_out(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\n\n  \ntwo  \n")
    assert last_lines(log) == ["one", "two"]


def test_a_killed_builder_says_so(tmp_path: Path) -> None:
    assert "killed" in last_lines(tmp_path / "none", "crashed")[-1]


def test_a_builder_that_died_of_a_full_disk_was_not_short_of_memory(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("OSError: [Errno 28] No space left on device\n")
    assert last_lines(log, "crashed") == ["OSError: [Errno 28] No space left on device"]


def test_a_requirement_that_cannot_be_had_is_not_blamed_on_vendor() -> None:
    text = str(InstallFailed("uv", ["Because djago was not found in the package registry"], False))
    assert "could not install the requirements and the packages under vendor/" in text
    assert "Fix: correct the requirement that the lines above name" in text


def test_an_installer_that_met_a_full_disk_blames_no_requirement() -> None:
    lines = ["error: Failed to install", "  cause: No space left on device (os error 28)"]
    assert "The disk is full." in str(InstallFailed("uv", lines, False, disk_full(lines)))
    assert "do not go together" in str(InstallFailed("uv", ["conflict"], False, disk_full(["conflict"])))
    assert "The disk is full." in str(BuildRequirementsFailed(["setuptools"], lines, False, disk_full(lines)))
    assert "has to be under vendor/" in str(BuildRequirementsFailed(["setuptools"], ["conflict"]))
