"""A wheel as a value: its name and its files (PEP 427), made of files alone.

https://packaging.python.org/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import Parser

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same octets, whenever
_REGULAR = 0o100000


@dataclass(frozen=True)
class Wheel:
    """A file name and the octets of an archive."""

    filename: str
    content: bytes

    def files(self, below: str) -> dict[str, bytes]:
        """The files below a folder of the archive, by their path in it."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            names = [name for name in archive.namelist() if name.startswith(below) and not name.endswith("/")]
            return {name.removeprefix(below): archive.read(name) for name in names}


def pack(files: Mapping[str, bytes], dist_info: str) -> Wheel:
    """Files by path, ``*.dist-info`` among them -> a wheel. RECORD is written anew.

    :param dist_info: the name of that folder.
    """
    record = f"{dist_info}/RECORD"
    contents = {path: content for path, content in files.items() if path != record}
    ordered = sorted(contents, key=lambda path: (path.startswith(dist_info), path))  # the metadata last, as advised
    rows = [(path, f"sha256={_digest(contents[path])}", len(contents[path])) for path in ordered]
    contents[record] = _csv([*rows, (record, "", "")])
    return Wheel(_filename(contents, dist_info), _zip({path: contents[path] for path in [*ordered, record]}))


def is_program(content: bytes) -> bool:
    return content.startswith(b"#!")


def _filename(contents: Mapping[str, bytes], dist_info: str) -> str:
    tags = Parser().parsestr(contents[f"{dist_info}/WHEEL"].decode()).get_all("Tag", [])
    parts = [".".join(dict.fromkeys(column)) for column in zip(*(tag.split("-") for tag in tags), strict=True)]
    return "-".join([dist_info.removesuffix(".dist-info"), *parts]) + ".whl"


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zip(contents: Mapping[str, bytes]) -> bytes:
    archived = io.BytesIO()
    with zipfile.ZipFile(archived, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in contents.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (_REGULAR | (0o755 if is_program(content) else 0o644)) << 16
            archive.writestr(entry, content)
    return archived.getvalue()
