"""Whose certificates installers and builds trust."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dotcloud.vendor import certificates
from dotcloud.vendor.certificates import trusting


@pytest.fixture(autouse=True)
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The machine's own file of authorities, and no configuration of pip's but what HOME has."""
    file = tmp_path / "ca-certificates.crt"
    file.touch()
    monkeypatch.setattr(certificates, "BUNDLES", ("/nowhere", str(file)))
    monkeypatch.setattr(certificates, "SYSTEM_FILES", ())
    monkeypatch.setattr(certificates.sys, "platform", "linux")
    return str(file)


def asked(home: Path, **variables: str) -> dict[str, str]:
    environ = {"HOME": str(home), **variables}
    return {name: value for name, value in trusting(environ).items() if name != "HOME"}


def test_all_trust_what_the_machine_trusts(tmp_path: Path, bundle: str) -> None:
    assert asked(tmp_path) == {
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",
        "PIP_CERT": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": bundle,
    }


def test_a_file_that_a_person_names_counts_for_all(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.touch()
    told = asked(tmp_path, SSL_CERT_FILE=str(own))
    assert {told["PIP_CERT"], told["REQUESTS_CA_BUNDLE"], told["NODE_EXTRA_CA_CERTS"]} == {str(own)}


@pytest.mark.parametrize("name", ["PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_one_that_is_pips_alone_stays_as_it_is(tmp_path: Path, name: str) -> None:
    told = asked(tmp_path, **{name: "/own.pem"})
    assert {told.get("PIP_CERT"), told.get("REQUESTS_CA_BUNDLE"), told.get("CURL_CA_BUNDLE")} == {"/own.pem", None}


@pytest.mark.parametrize("place", [".pip/pip.conf", ".config/pip/pip.conf", "elsewhere.conf"])
def test_a_file_of_pips_that_names_one_wins(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("[global]\ncert = /own.pem\n")
    named = {"PIP_CONFIG_FILE": str(tmp_path / place)} if place == "elsewhere.conf" else {}
    assert not {"PIP_CERT", "REQUESTS_CA_BUNDLE"} & asked(tmp_path, **named).keys()
    assert "PIP_CERT" in asked(tmp_path, PIP_CONFIG_FILE=os.devnull), "then pip reads no file at all"


@pytest.mark.parametrize("name", certificates.UV_SWITCHES)
def test_who_switched_it_off_in_uv_has_it_off_in_every_uv(tmp_path: Path, name: str) -> None:
    told = asked(tmp_path, **{name: "0"})
    assert {told[switch] for switch in certificates.UV_SWITCHES} == {"0"}


def test_a_machine_without_authorities_takes_none_from_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "BUNDLES", ())
    assert asked(tmp_path) == {}


def test_a_folder_that_a_person_names_is_not_widened_by_the_machines_file(tmp_path: Path) -> None:
    assert not {"PIP_CERT", "NODE_EXTRA_CA_CERTS"} & asked(tmp_path, SSL_CERT_DIR="/own").keys()
