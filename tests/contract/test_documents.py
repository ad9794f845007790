"""What the documentation lists is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_problem_of_vendor_check_is_listed() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src/dotcloud/vendor").glob("check*.py"))
    codes = re.findall(r'\b(?:error|warning)\)?\(\s*"([a-z-]+)"', sources)
    rows = re.findall(r"^\| (`.+`) \| (?:error|warning)", (ROOT / "docs/vendor.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(set(codes)) == sorted(code for row in rows for code in re.findall(r"`([a-z-]+)`", row))


def test_every_page_can_be_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in readme] == []
