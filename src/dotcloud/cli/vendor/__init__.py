"""``dotcloud vendor``: the private packages under vendor/."""

from __future__ import annotations

from dotcloud.cli import LazyGroup

vendor = LazyGroup(
    "vendor",
    help="The private packages under vendor/.",
    lazy={
        name: (f"dotcloud.cli.vendor.{name}:command", text)
        for name, text in (
            ("list", "Show each package: path, version, backend, commit, state."),
            ("check", "Find what would go wrong on the box, without building."),
            ("lock", "Write vendor/lock.json: what git knows of each package."),
            ("add", "Add a package as a git submodule."),
            ("update", "Move packages to the tip of their branch."),
            ("install", "Build and install the packages."),
        )
    },
)

__all__ = ["vendor"]
