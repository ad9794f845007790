"""What this machine trusts, for the programs that trust something else by themselves.

uv, the pips before 24.2, requests and node bring lists of certificate authorities of their own, so a company's
authority, which the machine knows, is a stranger to them. Others (git, curl, OpenSSL, cargo) ask the machine.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# The option's name in newer and in older versions of uv; what one does not know it ignores.
UV_SWITCHES = ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")
# Variables that name a file or a folder of authorities, of all the programs that a build may start.
FILES = (
    *("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"),
    *("CARGO_HTTP_CAINFO", "NIX_SSL_CERT_FILE"),
)
FOLDERS = ("SSL_CERT_DIR", "GIT_SSL_CAPATH")
# Where systems keep all that they trust in one file: Debian, Fedora, SUSE, Alpine (Go's crypto/x509/root_linux.go).
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
# pip's files that are nobody's in particular: the machine's, the virtual environment's.
SYSTEM_FILES = ("/etc/pip.conf", os.path.join(sys.prefix, "pip.conf"))
_CERT_OPTION = re.compile(r"^\s*cert\s*[=:]", re.MULTILINE)


def trusting(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """``environ`` with what makes uv, pip, requests and node trust the machine's authorities.

    What somebody has decided stays, in a variable or in a configuration file of pip. Where the machine has no
    authorities (a container without ``ca-certificates``) everybody keeps their own.
    """
    return {**_switches(environ), **_bundles(environ), **environ}


def _switches(environ: Mapping[str, str]) -> dict[str, str]:
    decided = [environ[name] for name in UV_SWITCHES if name in environ]
    known = machine_bundle() or sys.platform != "linux" or {"SSL_CERT_FILE", "SSL_CERT_DIR"} & environ.keys()
    return dict.fromkeys(UV_SWITCHES, decided[0] if decided else "1") if decided or known else {}


def _bundles(environ: Mapping[str, str]) -> dict[str, str]:
    """For those that know nothing but one file."""
    bundle = environ.get("SSL_CERT_FILE") or ("" if environ.get("SSL_CERT_DIR") else machine_bundle())
    if not bundle or not os.path.isfile(bundle):
        return {}
    decided = {"PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} & environ.keys() or _pip_configured(environ)
    return {"NODE_EXTRA_CA_CERTS": bundle, **({} if decided else {"PIP_CERT": bundle, "REQUESTS_CA_BUNDLE": bundle})}


def machine_bundle() -> str:
    """The file with everything that this machine trusts; empty where it has none."""
    return next(filter(os.path.isfile, BUNDLES), "") if sys.platform == "linux" else ""


def _pip_configured(environ: Mapping[str, str]) -> bool:
    """Whether a file of pip's names an authority: a variable of ours would win over it."""
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    configuration = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = (home / ".pip/pip.conf", configuration / "pip/pip.conf", *map(Path, SYSTEM_FILES))
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:  # then pip reads none
        return False
    for file in (*files, *([Path(named)] if named else [])):
        with suppress(OSError):
            if _CERT_OPTION.search(file.read_text(encoding="utf-8", errors="replace")):
                return True
    return False
