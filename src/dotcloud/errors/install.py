"""What goes wrong when the vendored packages are built and installed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotcloud.errors import DotcloudError

SHOWN_LINES = 12


class NotAnInterpreter(DotcloudError):
    """``--python`` names something that is no Python."""

    def __init__(self, executable: Path, reason: str) -> None:
        self.executable = executable
        super().__init__(
            f"{executable} is not a Python 3 interpreter: {reason}",
            "Nothing was installed.",
            f"{_remake(executable)}   or give the right path to --python",
        )


def _remake(executable: Path) -> str:
    """The command that makes a virtual environment: the one whose Python is gone, or else a new one."""
    folder = executable.parent.parent
    broken = (folder / "pyvenv.cfg").is_file()
    return f"python3 -m venv --clear {shlex.quote(str(folder))}" if broken else "python3 -m venv .venv"


class ExternallyManaged(DotcloudError):
    """The interpreter belongs to the operating system (PEP 668)."""

    def __init__(self, executable: str) -> None:
        self.executable = executable
        super().__init__(
            f"{executable} belongs to the operating system, which wants no other packages in it (PEP 668).",
            "Nothing was installed.",
            "python3 -m venv .venv\n.venv/bin/python -m pip install django-dotcloud   or give --python .venv",
        )


class CacheNotWritable(DotcloudError):
    """The cache folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"The cache folder {folder} cannot be written, or others can write it too.",
            "Built wheels are kept there, so it must be yours alone.",
            "export DOTCLOUD_CACHE_DIR=/a/folder/of/yours",
        )


class NoInstaller(DotcloudError):
    """Neither uv nor pip."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        what = "Neither uv nor pip is" if wanted == "auto" else f"{wanted} is not"
        super().__init__(f"{what} installed.", "Wheels are built, but nothing can install them.", "python -m ensurepip")


class NoVendorFolder(DotcloudError):
    """The folder to install from does not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        there = f"ls -ld {shlex.quote(str(folder))}   shows what it is" if folder.exists() else ""
        missing = "dotcloud vendor add URL   makes vendor/ with its first package"
        super().__init__(f"{folder} is not a folder.", "", there or missing)


class NoSuchFolder(DotcloudError):
    """DIR was given, and is no folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        fix = "correct DIR, or leave it out: then it is the vendor/ of the project"
        super().__init__(f"{folder} is not a folder.", "Nothing was installed, and nothing removed.", fix)


class VendorFolderGone(DotcloudError):
    """Packages were installed from a vendor/ that is gone: not copied along, or removed with its last package."""

    def __init__(self, root: Path, labels: Sequence[str]) -> None:
        self.root = root
        self.labels = labels
        super().__init__(
            f"{root} is gone, and what is installed from it would have to go as well: {', '.join(labels)}.",
            "Nothing was changed.",
            f"bring it back; or, to uninstall them: mkdir {shlex.quote(str(root))}   and run it again",
        )


class NoRequirementsFile(DotcloudError):
    """``-r`` names files that do not exist."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        names = " and ".join(map(str, files))
        fix = "correct its path: -r on the command line, requirements=… in the hook"
        super().__init__(f"There is no requirements file {names}.", "Nothing was installed.", fix)


class BadArchive(DotcloudError):
    """A source archive that cannot be unpacked."""

    def __init__(self, archive: Path, reason: str) -> None:
        self.archive = archive
        super().__init__(
            f"{archive.name} cannot be unpacked: {reason}",
            "A source archive holds one folder with pyproject.toml or setup.py in it.",
            "pip download --no-deps --no-binary :all: NAME   fetches a good one",
        )


class BuildFailed(DotcloudError):
    """A backend failed. ``cause``: what its lines mean and what to do, where that is known."""

    def __init__(self, label: str, lines: Sequence[str], cause: tuple[str, str] = ("", "")) -> None:
        self.label = label
        meaning, fix = cause
        super().__init__(
            f"{label} could not be built.",
            meaning or "Its build backend failed; its last lines are above.",
            fix or f"pip wheel --no-deps ./{label}   builds it alone, where you can look closer",
            details=lines[-SHOWN_LINES:],
        )


class BuildRequirementsFailed(DotcloudError):
    """What ``build-system.requires`` names cannot be had."""

    def __init__(
        self,
        requires: Sequence[str],
        lines: Sequence[str],
        offline: bool = False,
        cause: tuple[str, str] | None = None,
    ) -> None:
        self.requires = requires
        names = ", ".join(requires) or "an empty build environment"
        meaning = (
            "They come from vendor/ alone, since --offline was given."
            if offline
            else "The installer's last lines are above; a private name has to be under vendor/ itself."
        )
        fix = f"pip download -d vendor {shlex.join(requires)}   where there is a network" if offline else ""
        super().__init__(
            f"The build requirements cannot be installed: {names}.",
            *(cause or (meaning, fix)),
            details=lines[-SHOWN_LINES:],
        )

    def wanted_by(self, labels: Sequence[str]) -> None:
        """Say which packages cannot be built for it."""
        self.what = f"{', '.join(labels)} could not be built. {self.what}"


class NoBuildEnvironment(DotcloudError):
    """The place to build in could not be made, or does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"There is no build environment: {reason}",
            "Build environments are kept in the cache folder.",
            "dotcloud vendor install --clean   makes them anew",
        )


class NeededPackageFailed(DotcloudError):
    """A package that another one needs for its build failed."""

    def __init__(self, label: str, names: Sequence[str]) -> None:
        self.label = label
        self.names = names
        super().__init__(f"{label} was not built: it needs {', '.join(names)}, which failed.")


class BuildCycle(DotcloudError):
    """Packages that need each other to be built."""

    def __init__(self, cycle: Sequence[str]) -> None:
        self.cycle = cycle
        super().__init__(
            f"These packages need each other to be built: {' -> '.join(cycle)}.",
            "None of them can be the first.",
            "put a built wheel of one of them in vendor/, or take it out of [build-system] requires",
        )


class PackagesFailed(DotcloudError):
    """Every package that could not be built, at once."""

    def __init__(self, errors: Sequence[DotcloudError], kept: int) -> None:
        self.errors = errors
        rest = f"What could be built ({kept}) is kept for the next time. " if kept else ""
        details = "\n\n".join(dict.fromkeys(map(str, errors))).splitlines()
        super().__init__(
            f"{len(errors)} vendored package{'s' if len(errors) > 1 else ''} could not be built.",
            f"{rest}The virtual environment is as it was.",
            details=details,
        )


class InstallFailed(DotcloudError):
    """The installer refused the whole, or broke off."""

    def __init__(
        self, installer: str, lines: Sequence[str], offline: bool, cause: tuple[str, str] | None = None
    ) -> None:
        self.installer = installer
        meaning = (
            "With --offline everything has to be under vendor/, what the packages need included."
            if offline
            else "They do not go together, or one of them cannot be had."
        )
        super().__init__(
            f"{installer} could not install the requirements and the packages under vendor/.",
            *(cause or (meaning, "correct the requirement that the lines above name")),
            details=lines[-SHOWN_LINES * 2 :],
        )


class InstalledElsewhere(DotcloudError):
    """The installer reports success, and what was vendored is not what is installed."""

    def __init__(self, installer: str, names: Sequence[str], prefix: str) -> None:
        self.names = names
        shown = {"pip": "pip config list   shows them", "uv": "env | grep UV_   and uv.toml have them"}
        super().__init__(
            f"{installer} did not install {', '.join(names)} from vendor/ into {prefix}.",
            "Its own settings send packages to another place, or put another release in their place.",
            shown.get(installer, ""),
        )


class DuplicateDistribution(DotcloudError):
    """Two packages under vendor/ are the same distribution."""

    def __init__(self, name: str, labels: Sequence[str]) -> None:
        self.name = name
        self.labels = labels
        super().__init__(
            f"{' and '.join(labels)} are both {name}.", "Only one of them can be installed.", "remove one of them"
        )


class WrongWheel(DotcloudError):
    """A wheel that this interpreter cannot use."""

    def __init__(self, label: str, python: str) -> None:
        self.label = label
        super().__init__(
            f"{label} is not made for Python {python} on this machine.",
            "Its tags (the end of its file name) say where it runs.",
            "put the source archive in its place, or the wheel for this platform beside it",
        )


class EnvironmentBusy(DotcloudError):
    """Another install holds the virtual environment."""

    def __init__(self, prefix: str, seconds: float) -> None:
        super().__init__(
            f"Another install has been at work in {prefix} for more than {seconds:g} s.",
            "Two at once would spoil it.",
            "wait for it, or end it, and run this again",
        )


class UnusableEntries(DotcloudError):
    """Entries under vendor/ that cannot be installed: empty folders (a submodule never filled), unreadable files."""

    def __init__(self, root: Path, empty: Sequence[Path], unreadable: Mapping[Path, str]) -> None:
        self.empty = empty
        self.unreadable = unreadable
        labels = [f"{root.name}/{path.relative_to(root)}" for path in empty]
        lines = [f"{label}: the folder is empty" for label in labels]
        lines += [f"{root.name}/{path.relative_to(root)}: {reason}" for path, reason in unreadable.items()]
        command = shlex.join(["git", "submodule", "update", "--init", "--recursive", *labels])
        fill = f"{command}   on the laptop, then push again" if labels else ""
        super().__init__(
            "Some packages under vendor/ cannot be installed.",
            "Nothing was installed.",
            fill or "dotcloud vendor check",
            details=lines,
        )
