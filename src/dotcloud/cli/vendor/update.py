"""``dotcloud vendor update``: submodules moved to the tip of their branch."""

from __future__ import annotations

from pathlib import Path

import click

from dotcloud import output
from dotcloud.cli.vendor.check import counted
from dotcloud.cli.vendor.project import vendor_folder
from dotcloud.errors.vendor import GitMissing, UnknownPackage
from dotcloud.vendor import git, submodules
from dotcloud.vendor.discover import discover
from dotcloud.vendor.names import normalise
from dotcloud.vendor.problems import shell


@click.command("update")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def command(names: tuple[str, ...]) -> None:
    """Move submodules (all, or those named) to the tip of their branch and show what changed."""
    root = vendor_folder()
    if not git.is_installed():
        raise GitMissing("dotcloud vendor update")
    linked = git.gitlinks(root.parent, root.name)
    known = [submodule for submodule in git.declared_submodules(root.parent) if submodule.path in linked]
    if not known and not names:
        output.say("vendor/ holds no submodule.")
        return
    moves = submodules.update(root.parent, chosen(root, known, names))
    for move in moves:
        show(move)
    say_next(root, [move.label for move in moves if move.old != move.new])


def chosen(root: Path, known: list[git.Submodule], names: tuple[str, ...]) -> list[git.Submodule]:
    """The submodules that the names stand for: a folder's name, its path, or a distribution's name.

    :raises UnknownPackage: a name stands for none.
    """
    if not names:
        return known
    by_name = {submodule.path: submodule for submodule in known}
    by_name |= {submodule.path.partition("/")[2]: submodule for submodule in known}
    for package in discover(root):
        for submodule in known:
            if f"{package.label}/".startswith(f"{submodule.path}/"):
                by_name.setdefault(package.name, submodule)
    found = [(name, by_name.get(name.rstrip("/")) or by_name.get(normalise(name))) for name in names]
    missing = [name for name, submodule in found if submodule is None]
    if missing:
        raise UnknownPackage(missing[0], (submodule.path.partition("/")[2] for submodule in known))
    return list({submodule.path: submodule for _, submodule in found if submodule}.values())


def show(move: submodules.Move) -> None:
    """The package, where it went, and its commits, newest first."""
    if move.old == move.new:
        output.data(f"{move.label}: {move.branch} is still at {move.new[:7]}")
        return
    commits = counted(len(move.log), "new commit")
    output.data(f"{move.label}: {move.old[:7]} -> {move.new[:7]} ({move.branch}, {commits})")
    for line in move.log:
        output.data(f"  {line}")


def say_next(root: Path, moved: list[str]) -> None:
    """What to type so that the project records the move."""
    if not moved:
        return
    names = ", ".join(label.rpartition("/")[2] for label in moved)
    paths = list(moved)
    if (root / "lock.json").exists():
        output.say("Next: dotcloud vendor lock")
        paths.append(f"{root.name}/lock.json")
    output.say(f"Next: {shell('git', 'commit', '-m', f'Update {names}', '--', *paths)}")
