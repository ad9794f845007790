"""What design.md promises about the shape of the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "dotcloud"
# Programs of their own, which run where nothing of ours can be imported.
STANDALONE = {"vendor/build_server.py", "vendor/interpreter_facts.py", "platform/serving.py"}
STANDALONE |= {f"platform/enter/{name}.py" for name in ("__init__", "start", "probe")} | {"django/steps/__main__.py"}


# What ends its process: the command, a hook, ``serve``, and whatever is started with ``python -m``.
PROGRAMS = {"__main__.py", "cli/__init__.py", "cli/vendor/check.py", "hooks/run.py", "platform/lifecycle.py"}
PROGRAMS |= {"environment/__main__.py", "platform/__main__.py"}


@lru_cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return [(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def calling(pattern: str) -> set[str]:
    """The modules that call one of these, by the name it has there."""
    return {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.fullmatch(pattern, ast.unparse(node.func))
    } - STANDALONE


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_one_module_prints() -> None:
    assert calling(r"print") == {"output.py"}


def test_one_module_starts_programs() -> None:
    # The client of the build servers speaks a protocol of bytes with them, as long as they live.
    starting = r"subprocess\.\w+|Popen|os\.(system|popen|spawn\w+|posix_spawnp?|fork\w*)"
    assert calling(starting) == {"process.py", "vendor/build_client.py"}


def test_two_modules_become_another_program() -> None:
    assert calling(r"os\.exec\w+") == {"cli/run.py", "hooks/run.py"}


def test_only_programs_exit() -> None:
    assert calling(r"(sys|os)\._?exit|exit|quit|SystemExit") == PROGRAMS


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
