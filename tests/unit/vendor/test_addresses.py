"""Requirements with an address of a name that is under vendor/."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from dotcloud.vendor.addresses import take_from_vendor, without_address

INFO = "acme_core-1.0.dist-info"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Acme_Utils @ git+ssh://git@git.example/acme-utils.git@v1", "Acme_Utils"),
        ("acme-utils[redis]@https://files.example/a.zip ; os_name > ''", 'acme-utils[redis]; os_name > ""'),
        ("acme-utils @ file:///home/jane/src/acme-utils", "acme-utils"),
        ("acme-utils>=1", "acme-utils>=1"),
        ("other @ https://files.example/acme-utils.zip", "other @ https://files.example/acme-utils.zip"),
        ("no requirement @", "no requirement @"),
    ],
)
def test_an_address_of_a_vendored_name_is_left_out(line: str, read: str) -> None:
    assert without_address(line, {"acme-utils"}) == read


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "acme_core-1.0-py3-none-any.whl"
    program = zipfile.ZipInfo("acme_core/run")
    program.external_attr = 0o100755 << 16
    metadata = (
        "Name: acme-core\nVersion: 1.0\nRequires-Dist: acme-utils @ file:///home/jane/utils ; os_name > ''\n"
        "Requires-Dist: other @ https://files.example/o.zip\n\nRequires-Dist: acme-utils @ https://written.example\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(program, "#!/bin/sh\n")
        archive.writestr(f"{INFO}/METADATA", metadata)
        archive.writestr(f"{INFO}/RECORD", f'"acme_core/run",,\n{INFO}/METADATA,sha256=00,1\n{INFO}/RECORD,,\n')
    return path


def test_a_wheel_requires_by_name_what_is_vendored(wheel: Path) -> None:
    assert take_from_vendor(wheel, {"acme-utils"}) == ({"acme-utils"}, {"other"})
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("acme_core/run").external_attr == 0o100755 << 16
        metadata = archive.read(f"{INFO}/METADATA")
        record = archive.read(f"{INFO}/RECORD").decode().splitlines()
    digest = base64.urlsafe_b64encode(hashlib.sha256(metadata).digest()).rstrip(b"=").decode()
    assert metadata.decode().splitlines()[2:] == [
        'Requires-Dist: acme-utils; os_name > ""',
        "Requires-Dist: other @ https://files.example/o.zip",
        "",
        "Requires-Dist: acme-utils @ https://written.example",
    ]
    assert record == ["acme_core/run,,", f"{INFO}/METADATA,sha256={digest},{len(metadata)}", f"{INFO}/RECORD,,"]


def test_a_wheel_without_such_addresses_stays_as_it_is(wheel: Path) -> None:
    before = wheel.read_bytes()
    assert take_from_vendor(wheel, {"acme-core"}) == (set(), {"acme-utils", "other"})
    assert wheel.read_bytes() == before
    assert list(wheel.parent.iterdir()) == [wheel]
