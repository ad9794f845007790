"""Generated packages: a third legacy ``setup.py``, a third setuptools, a third hatchling, requiring one another."""

from __future__ import annotations

from pathlib import Path

MODULES = 20
FUNCTIONS = 12

LEGACY = """\
from setuptools import find_packages, setup

setup(name="{name}", version="1.0", packages=find_packages(), install_requires={requires})
"""

PYPROJECT = """\
[build-system]
requires = ["{tool}"]
build-backend = "{backend}"

[project]
name = "{name}"
version = "1.0"
dependencies = {requires}
"""

FUNCTION = """

def function_{number}(left: int, right: int) -> int:
    \"\"\"Say what {number} makes of two numbers.\"\"\"
    if left > right:
        return left * {number} - right
    return sum(range(left, right)) + {number}
"""


def generate(folder: Path, count: int) -> list[str]:
    """Write ``count`` packages below ``folder`` and return their folders' names, a package after those it requires."""
    return [_package(folder, index) for index in range(count)]


def edit(folder: Path, name: str, value: int) -> None:
    """Change one module of a package and nothing else."""
    _module(folder / name / module_name(name), 7, value)


def module_name(name: str) -> str:
    return name.replace("-", "_")


def _name(index: int) -> str:
    return f"bench-{index:03d}"


def _package(folder: Path, index: int) -> str:
    name = _name(index)
    package = folder / name / module_name(name)
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for number in range(MODULES - 1):
        _module(package, number, 0)
    requires = [_name(other) for other in sorted({index // 2, index // 3} - {index})]
    _build_file(folder / name, index % 3, name, requires)
    return name


def _module(package: Path, number: int, value: int) -> None:
    functions = "".join(FUNCTION.format(number=each) for each in range(FUNCTIONS))
    (package / f"module_{number}.py").write_text(f"VALUE = {value}\n{functions}")


def _build_file(folder: Path, kind: int, name: str, requires: list[str]) -> None:
    if kind == 0:
        (folder / "setup.py").write_text(LEGACY.format(name=name, requires=requires))
        return
    tool, backend = (("setuptools", "setuptools.build_meta"), ("hatchling", "hatchling.build"))[kind - 1]
    text = PYPROJECT.format(tool=tool, backend=backend, name=name, requires=str(requires).replace("'", '"'))
    (folder / "pyproject.toml").write_text(text)
