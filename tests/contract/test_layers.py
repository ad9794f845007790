"""What design.md promises about the shape of the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "dotcloud"
# Programs of their own, which run where nothing of ours can be imported.
STANDALONE = {"vendor/build_server.py", "vendor/interpreter_facts.py", "platform/serving.py"}
STANDALONE |= {"platform/enter/__init__.py", "django/steps/__main__.py"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_one_module_prints() -> None:
    printing = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing - STANDALONE == {"output.py"}


@pytest.mark.parametrize(
    "module", ["dotcloud.vendor.install", "dotcloud.hooks", "dotcloud.environment", "dotcloud.cli"]
)
def test_what_runs_in_other_peoples_builds_starts_without_django(module: str) -> None:
    told = f"import sys, {module}; print([n for n in ('django', 'yaml', 'rich', 'http.client') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_functions_stay_short() -> None:
    long = [
        f"{name}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []
