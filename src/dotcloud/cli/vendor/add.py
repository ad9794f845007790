"""``dotcloud vendor add``: a new submodule, checked before it stays."""

from __future__ import annotations

import re
from pathlib import Path

import click

from dotcloud import output
from dotcloud.cli.vendor.check import show
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.errors.vendor import (
    BadName,
    GitMissing,
    NotARepository,
    SecretInAddress,
    SubmoduleExists,
    SubmoduleRefused,
)
from dotcloud.vendor import git, submodules
from dotcloud.vendor.check import check
from dotcloud.vendor.credentials import has_secret, without_secret
from dotcloud.vendor.listing import rows
from dotcloud.vendor.problems import Problem, Severity, shell


@click.command("add")
@click.argument("url")
@click.argument("name", required=False)
@click.option("--branch", "-b", metavar="B", help="The branch to follow; by default the server's.")
def command(url: str, name: str | None, branch: str | None) -> None:
    """Add the repository at URL as the submodule vendor/NAME."""
    if has_secret(url):
        raise SecretInAddress(without_secret(url))
    root = vendor_folder()
    label = f"{root.name}/{_folder_name(url, name)}"
    _refuse_impossible(root, label)
    before = _errors(root)
    with submodules.added(root.parent, url, label, branch) as path:
        after = check(root)
        _refuse(url, [problem for problem in after if problem.severity is Severity.ERROR and problem not in before])
    for problem in after:
        if problem.path.startswith(label):
            show(problem)
    _tell(root, path)


def _folder_name(url: str, name: str | None) -> str:
    """The last part of the address without ``.git``, unless a name is given. :raises BadName: it is no folder."""
    chosen = name or re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", chosen):
        raise BadName(chosen)
    return chosen


def _refuse_impossible(root: Path, label: str) -> None:
    if not git.is_installed():
        raise GitMissing("dotcloud vendor add")
    if git.toplevel(root.parent) is None:
        raise NotARepository(root.parent)
    if (root.parent / label).exists():
        raise SubmoduleExists(label)


def _errors(root: Path) -> list[Problem]:
    return [problem for problem in check(root) if problem.severity is Severity.ERROR]


def _refuse(url: str, problems: list[Problem]) -> None:
    if problems:
        lines = [f"{problem.path} ({problem.code}): {problem.message}" for problem in problems]
        raise SubmoduleRefused(url, lines, f"mend its repository, then: {shell('dotcloud', 'vendor', 'add', url)}")


def _tell(root: Path, path: Path) -> None:
    label = f"{root.name}/{path.name}"
    for row in rows(root):
        if row.path == label or row.path.startswith(f"{label}/"):
            output.say(f"Added {row.path}: {row.distribution} {row.version or ''} at {(row.commit or '')[:7]}")
    output.say(f"Next: {shell('git', 'commit', '-m', f'Add {path.name}')}")
