"""From the last lines of a failed build to its likely cause and the command that mends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dotcloud.errors.standard_library import fix_of_import

SHOWN = 12

# Header to Debian package. Names as of Debian 12.
HEADERS = {
    "Python.h": "python3-dev",
    "libpq-fe.h": "libpq-dev",
    "mysql.h": "default-libmysqlclient-dev",
    "ffi.h": "libffi-dev",
    "openssl/": "libssl-dev",
    "libxml/": "libxml2-dev",
    "libxslt/": "libxslt1-dev",
    "jpeglib.h": "libjpeg-dev",
    "zlib.h": "zlib1g-dev",
    "bzlib.h": "libbz2-dev",
    "lzma.h": "liblzma-dev",
    "zstd.h": "libzstd-dev",
    "sqlite3.h": "libsqlite3-dev",
    "ldap.h": "libldap2-dev",
    "lber.h": "libldap2-dev",
    "sasl/": "libsasl2-dev",
    "krb5.h": "libkrb5-dev",
    "gssapi": "libkrb5-dev",
    "xmlsec/": "libxmlsec1-dev",
    "geos_c.h": "libgeos-dev",
    "gdal.h": "libgdal-dev",
    "proj.h": "libproj-dev",
    "yaml.h": "libyaml-dev",
    "curl/": "libcurl4-openssl-dev",
    "ft2build.h": "libfreetype-dev",
    "tiffio.h": "libtiff-dev",
    "webp/": "libwebp-dev",
    "lcms2.h": "liblcms2-dev",
    "cairo.h": "libcairo2-dev",
    "gmp.h": "libgmp-dev",
    "mpfr.h": "libmpfr-dev",
    "magic.h": "libmagic-dev",
    "uuid/": "uuid-dev",
    "pcre2.h": "libpcre2-dev",
    "snappy-c.h": "libsnappy-dev",
    "libmemcached/": "libmemcached-dev",
    "librdkafka/": "librdkafka-dev",
    "sodium.h": "libsodium-dev",
    "sql.h": "unixodbc-dev",
    "hdf5.h": "libhdf5-dev",
}
PROGRAMS = {
    "pg_config": "libpq-dev",
    "mysql_config": "default-libmysqlclient-dev",
    "pkg-config": "pkg-config",
    "cmake": "cmake",
    "ninja": "ninja-build",
    "swig": "swig",
    "rustc": "rustc cargo",
    "cargo": "rustc cargo",
    "gfortran": "gfortran",
    "xml2-config": "libxml2-dev libxslt1-dev",
    "xslt-config": "libxml2-dev libxslt1-dev",
    "gdal-config": "libgdal-dev",
    "curl-config": "libcurl4-openssl-dev",
    "git": "git",
}
COMPILERS = r"(?:[a-z0-9_]+-linux-(?:gnu|musl)-)?(?:gcc|g\+\+|cc|c\+\+|clang)(?:-\d+)?"
DISTRIBUTIONS = {
    "pkg_resources": "setuptools<81",
    "Cython": "cython",
    "distutils": "setuptools",
    "setuptools_scm": "setuptools-scm",
    "skbuild": "scikit-build",
    "yaml": "pyyaml",
    "jinja2": "Jinja2",
    "pybind11": "pybind11",
}

_WHICH_BUNDLE = "env | grep -E 'CERT|CA_BUNDLE|CAINFO'   shows it; correct it or unset it"

_FRAME = re.compile(r'  File "([^"]+)", line \d+')
_HEADER = re.compile(r"fatal error: '?([\w./+-]+\.h(?:pp)?)'?(?:: No such file| file not found)")
_NO_COMPILER = re.compile(
    rf"(?:unable to execute '{COMPILERS}'|command '[^']*{COMPILERS}' failed: No such file"
    rf"|No such file or directory: '{COMPILERS}'|Unknown compiler\(s\)|\b{COMPILERS}: (?:command )?not found)"
)
_NO_MODULE = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?")
_NO_LIBRARY = re.compile(r"cannot find -l([\w+-]+)")
# As uv (rustls), Python and pip (OpenSSL), git (GnuTLS), curl, cargo and node say it.
_DISTRUST = re.compile(
    r"invalid peer certificate|certificate[ _]verif\w* failed|self[- _]signed[ _]cert|UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    r"|unable to get (?:local )?issuer cert|UNABLE_TO_GET_ISSUER_CERT|SSL certificate problem"
    r"|did not match expected hostname|TLS CA certificate bundle|Could not find a suitable TLS CA"
    r"|error setting certificate (?:verify locations|file)",
    re.IGNORECASE,
)
_WRONG_TIME = re.compile(
    r"certificate (?:has expired|is not yet valid)|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID"
    r"|invalid peer certificate: (?:certificate )?(?:expired|not ?valid ?yet)",
    re.IGNORECASE,
)
_OTHER_HOST = re.compile(
    r"NotValidForName|certificate not valid for name|Hostname mismatch|did not match expected host|ALTNAME_INVALID",
    re.IGNORECASE,
)
_NO_BUNDLE = re.compile(
    r"(?:CA certificate bundle|suitable TLS CA).*invalid path:? *(\S+)|"
    r"error setting certificate (?:verify locations|file)\S*:? *(?:CAfile: )?(\S+)"
)
_NO_VERSION = re.compile(
    r"unable to detect version|Versioning data from version control|Cannot determine .*version|getting tags",
    re.IGNORECASE,
)


def last_lines(log: Path, status: str = "failed") -> list[str]:
    """The last lines of a build's log that are not blank; what happened to the builder where it wrote none."""
    lines: list[str] = []
    with suppress(OSError):
        lines = [line.rstrip() for line in without_backend_frames(log.read_text(errors="replace")) if line.strip()]
    if status == "unsupported":
        lines.append("the backend has no such hook: it cannot make editable wheels (PEP 660)")
    if status == "crashed" and not disk_full(lines):
        lines.append("the builder was killed (out of memory?)")
    return lines or ["the backend printed nothing"]


def without_backend_frames(text: str) -> list[str]:
    """The lines of a log but for the frames of tracebacks that lie in the backend or in us, not in the package."""
    kept: list[str] = []
    skipping = False
    for line in text.splitlines():
        if found := _FRAME.match(line):
            skipping = "/build-environments/" in found[1] or found[1].endswith("build_server.py")
        elif not line.startswith("    "):
            skipping = False
        if not skipping:
            kept.append(line)
    return kept


def likely_cause(label: str, lines: Sequence[str]) -> tuple[str, str]:
    """What the lines of a failed build mean, and what to do: a sentence each; both empty where nothing is known."""
    text = "\n".join(lines)
    if known := disk_full(lines) or distrusted(lines):
        return known
    if _NO_COMPILER.search(text):
        return "This machine has no C compiler.", "sudo apt-get install build-essential python3-dev"
    if found := _HEADER.search(text):
        return _missing_header(found[1])
    if found := _NO_LIBRARY.search(text):
        return f"The linker misses lib{found[1]}.", f"apt-cache search lib{found[1]}   then install its -dev package"
    if program := _missing_program(text):
        return f"The program {program} is not installed.", f"sudo apt-get install {PROGRAMS[program]}"
    if _NO_VERSION.search(text):
        return (
            "Its version comes from git tags, and neither .git nor vendor/lock.json tells it here.",
            "dotcloud vendor lock   on the machine that has the submodule, then push again",
        )
    if found := _NO_MODULE.search(text):
        return _missing_module(label, found[1])
    return "", ""


def disk_full(lines: Sequence[str]) -> tuple[str, str] | None:
    """The same for the one cause that an installer shares with every build."""
    if any("No space left on device" in line for line in lines):
        return "The disk is full.", "df -h   then free some space and run it again"
    return None


def distrusted(lines: Sequence[str]) -> tuple[str, str] | None:
    """The same where a server's certificate was refused, by whatever program."""
    text = "\n".join(lines)
    if not _DISTRUST.search(text):
        return None
    if found := _NO_BUNDLE.search(text):
        return f"The file of certificates that a variable names, {found[1] or found[2]}, is not there.", _WHICH_BUNDLE
    if _WRONG_TIME.search(text):
        return "The server's certificate is out of date, or the clock of this machine is wrong.", "date"
    if _OTHER_HOST.search(text):
        return (
            "The server's certificate is made for another host than the one in the address.",
            "correct the host in the address of the index: env | grep INDEX   and pip config list   show it",
        )
    return (
        "This machine does not trust the certificate of the server (or of the proxy in front of it): the authority "
        "that signed it is not known here.",
        "sudo cp AUTHORITY.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates\n"
        "or, without root: export SSL_CERT_FILE=/path/to/AUTHORITY.pem   then run it again (a platform: stop it first)",
    )


def installer_cause(lines: Sequence[str]) -> tuple[str, str] | None:
    """The same for a failed installer."""
    if any("require-hashes" in line for line in lines):
        return (
            "Hashes are required, and something to install has none.",
            "uv pip compile --generate-hashes requirements.in -o requirements.txt   or unset require-hashes",
        )
    return disk_full(lines) or distrusted(lines)


def _missing_header(header: str) -> tuple[str, str]:
    package = next((package for start, package in HEADERS.items() if header.startswith(start)), None)
    if package is None:
        return f"The C header {header} is missing.", f"apt-file search {header}   then install the package that has it"
    return f"The C header {header} is missing; {package} has it.", f"sudo apt-get install {package}"


def _missing_program(text: str) -> str | None:
    return next((program for program in PROGRAMS if _names_missing_program(program, text)), None)


def _names_missing_program(program: str, text: str) -> bool:
    name = re.escape(program)
    before = rf"(?:'{name}'|\b{name}(?: executable)?):? (?:not found|is not installed|No such file)"
    after = rf"No such file or directory: '(?:[^']*/)?{name}'|Can't find {name}|Program '?{name}'? not found"
    rust = "|can't find Rust compiler" if program == "rustc" else ""
    return re.search(before + "|" + after + rust, text) is not None


def _missing_module(label: str, module: str) -> tuple[str, str]:
    if fix := fix_of_import(module):
        return f"The build imports {module}, which newer Pythons do not have.", fix
    distribution = DISTRIBUTIONS.get(module.partition(".")[0], module.partition(".")[0])
    return (
        f"The build imports {module}, which its build requirements do not name.",
        f'add "{distribution}" to [build-system] requires in {label}/pyproject.toml',
    )
