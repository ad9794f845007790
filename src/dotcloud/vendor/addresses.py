"""Requirements with an address, ``NAME @ URL`` (PEP 508), of names that are under vendor/: the name alone is kept.

A sibling is often required that way, as ``acme-utils @ git+ssh://…`` or by a path of somebody's laptop. Its code is
under vendor/, and that is where it is taken from.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Collection
from pathlib import Path

from dotcloud.vendor import archives
from dotcloud.vendor.names import name_of_requirement, normalise

_REQUIRES = re.compile(r"(?mi)^(Requires-Dist:[ \t]*)([^\r\n]*@[^\r\n]*)")
_END_OF_HEADERS = re.compile(r"\r?\n\r?\n")


def without_address(line: str, vendored: Collection[str]) -> str:
    """``NAME[EXTRAS] @ URL ; MARKER`` of a vendored name as ``NAME[EXTRAS] ; MARKER``; any other line as it is."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return line
    if not requirement.url or normalise(requirement.name) not in vendored:
        return line
    requirement.url = None
    return str(requirement)


def take_from_vendor(wheel: Path, vendored: Collection[str]) -> tuple[set[str], set[str]]:
    """Rewrite a wheel in its place: no requirement in its METADATA has an address of a vendored name.

    :returns: the names that had one, and the names that still have one, since they are not vendored.
    :raises OSError, ValueError, zipfile.BadZipFile: the wheel cannot be read, or not be written.
    """
    with zipfile.ZipFile(wheel) as archive:
        member = archives.metadata_member(archive, wheel.name)
        text = archive.read(member).decode("utf-8", "surrogateescape")
    end = _END_OF_HEADERS.search(text)
    headers, body = (text[: end.start()], text[end.start() :]) if end else (text, "")
    lines = [line for _, line in _REQUIRES.findall(headers)]
    taken = {name_of_requirement(line) for line in lines if without_address(line, vendored) != line}
    if taken:
        named = _REQUIRES.sub(lambda found: found[1] + without_address(found[2], vendored), headers)
        _replace(wheel, member, (named + body).encode("utf-8", "surrogateescape"))
    return taken, {name_of_requirement(line) for line in lines} - taken


def _replace(wheel: Path, member: str, content: bytes) -> None:
    """Another content for one file of a wheel, and for its line in RECORD."""
    record = f"{member.rpartition('/')[0]}/RECORD"
    written = wheel.with_suffix(".new")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(written, "w") as new:
        for entry in old.infolist():
            kept = content if entry.filename == member else old.read(entry)
            new.writestr(entry, _recorded(kept, member, content) if entry.filename == record else kept)
    written.replace(wheel)


def _recorded(record: bytes, member: str, content: bytes) -> bytes:
    """RECORD as the specification of binary distributions has it: path, hash, size."""
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    rows = csv.reader(io.StringIO(record.decode()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([member, f"sha256={digest}", str(len(content))] if row[:1] == [member] else row for row in rows)
    return text.getvalue().encode()
