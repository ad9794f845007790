"""The wheels and the requirements files -> the virtual environment, by one call of the installer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dotcloud.errors.install import InstalledElsewhere, InstallFailed
from dotcloud.vendor import installer as installers
from dotcloud.vendor import requirements
from dotcloud.vendor.building import Runner
from dotcloud.vendor.cache import Cache, Wheel
from dotcloud.vendor.diagnose import installer_cause
from dotcloud.vendor.installer import Installer, InstallerName, Request
from dotcloud.vendor.interpreter import Interpreter
from dotcloud.vendor.names import distribution_folders
from dotcloud.vendor.state import came_from


def apply(
    cache: Cache,
    interpreter: Interpreter,
    wheels: Collection[Wheel],
    files: Sequence[Path],
    before: Mapping[str, Wheel],
    installer: InstallerName = "auto",
    offline: bool = False,
    trusted: bool = True,
) -> None:
    """Make the virtual environment hold ``wheels`` and what ``files`` ask for.

    :param before: the vendored wheels that are installed now, by name; those not among ``wheels`` go.
    :param trusted: whether their files are known to be whole; after an install that was killed they are not.
    :raises InstallFailed: the installer could not.
    :raises InstalledElsewhere: it says that it could, and the wheels are not there.
    """
    chosen = installers.choose(installer, interpreter.executable)
    run = Runner(cache.folder)
    names = {wheel.name for wheel in wheels}
    gone = sorted(before.keys() - names)
    installed = distribution_folders(interpreter.site_packages())
    whole = {name: wheel for name, wheel in before.items() if trusted}
    changed = sorted(wheel.name for wheel in wheels if wheel.name in installed and whole.get(wheel.name) != wheel)
    hashes = installers.requires_hashes()
    hashed = hashes or requirements.wants_hashes(files)
    request = Request(
        interpreter.executable,
        specs=[_reference(wheel, hashed) for wheel in wheels],
        files=files,
        binding=True,
        hashes=hashes,
        replace=[*changed, *gone, *requirements.local_names(files)],
        offline=offline,
    )
    with cache.working_folder() as work:
        if wheels or files:
            _run(chosen, request, work, run)
        left = _left_over(interpreter, before, gone)
        if left:
            shared = _files_of(interpreter, left)
            _check(chosen, run(chosen.uninstall(interpreter.executable, left)), offline)
            hurt = [name for name in sorted(names) if shared & _files_of(interpreter, [name])]
            # A renamed distribution has the files of the old name. And pip took what was vendored for what a
            # requirement asked for; now it looks for it elsewhere.
            if hurt or (chosen.name == "pip" and files):
                _run(chosen, replace(request, replace=hurt), work, run)
    _prove(chosen, interpreter, wheels)


def _prove(installer: Installer, interpreter: Interpreter, wheels: Collection[Wheel]) -> None:
    """Settings of the installer's own may send packages elsewhere, or put another release in the place of one."""
    folders = distribution_folders(interpreter.site_packages())
    missing = sorted(wheel.name for wheel in wheels if not came_from(folders.get(wheel.name), wheel))
    if missing:
        raise InstalledElsewhere(installer.name, missing, interpreter.prefix)


def _reference(wheel: Wheel, hashed: bool) -> str:
    """The wheel as a direct reference (PEP 508, PEP 610)."""
    return f"{wheel.name} @ {wheel.url}" + (f" --hash=sha256:{wheel.sha256}" if hashed else "")


def _run(installer: Installer, request: Request, work: Path, run: Runner) -> None:
    for command in installer.install(request, work):
        _check(installer, run(command), request.offline)


def _check(installer: Installer, failed: list[str] | None, offline: bool) -> None:
    if failed is not None:
        raise InstallFailed(installer.name, failed, offline, installer_cause(failed))


def _left_over(interpreter: Interpreter, before: Mapping[str, Wheel], gone: Sequence[str]) -> list[str]:
    """Those that left vendor/ and are still installed from there: nobody asked for them from an index."""
    folders = distribution_folders(interpreter.site_packages())
    return [name for name in gone if came_from(folders.get(name), before[name])]


def _files_of(interpreter: Interpreter, names: Sequence[str]) -> set[str]:
    """The files of installed distributions, as their RECORD (PEP 376) names them, byte code left out."""
    folders = distribution_folders(interpreter.site_packages())
    records = [Path(folders[name], "RECORD") for name in names if name in folders]
    lines = [line for record in records if record.exists() for line in record.read_text().splitlines()]
    return {line.rsplit(",", 2)[0] for line in lines if ".dist-info/" not in line and "__pycache__" not in line}
