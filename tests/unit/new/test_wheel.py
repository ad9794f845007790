"""Wheels made of files."""

from __future__ import annotations

import csv
import io
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from dotcloud.new.wheel import pack

INFO = "acme-1.0.dist-info"
FILES = {
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n",
    f"{INFO}/RECORD": b"what the installer wrote\n",
    "acme/__init__.py": b"",
    "acme/run, now": b"#!/bin/sh\n",
}


def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(pack(FILES, INFO).content))


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        (["py3-none-any"], "acme-1.0-py3-none-any.whl"),
        (["py2-none-any", "py3-none-any"], "acme-1.0-py2.py3-none-any.whl"),
    ],
)
def test_the_file_name_is_made_of_the_tags(tags: list[str], name: str) -> None:
    text = "Wheel-Version: 1.0\n" + "".join(f"Tag: {tag}\n" for tag in tags)
    assert pack({f"{INFO}/WHEEL": text.encode()}, INFO).filename == name


def test_record_lists_every_file_with_hash_and_size_and_itself_without() -> None:
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(archive().read(f"{INFO}/RECORD").decode()))}
    assert rows.keys() == FILES.keys()
    assert rows.pop(f"{INFO}/RECORD") == ["", ""]
    for path, (digest, size) in rows.items():
        expected = urlsafe_b64encode(sha256(FILES[path]).digest()).rstrip(b"=").decode()
        assert (digest, size) == (f"sha256={expected}", str(len(FILES[path])))


def test_the_metadata_stands_last_and_programs_stay_programs() -> None:
    entries = archive().infolist()
    assert [entry.filename.startswith(INFO) for entry in entries] == [False, False, True, True, True]
    assert [oct(entry.external_attr >> 16) for entry in entries][:2] == ["0o100644", "0o100755"]


def test_the_same_files_make_the_same_octets() -> None:
    assert pack(FILES, INFO) == pack(dict(reversed(FILES.items())), INFO)


def test_files_below_a_folder_come_without_it() -> None:
    assert pack(FILES, INFO).files("acme/") == {"__init__.py": b"", "run, now": b"#!/bin/sh\n"}
