"""This library as a wheel: packed again from the installed files, or built where it runs from a checkout."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dotcloud import process
from dotcloud.errors.new import LibraryNotBuilt, LibraryNotInstalled
from dotcloud.new.wheel import Wheel, pack
from dotcloud.vendor import git, tree
from dotcloud.vendor.certificates import trusting

NAME = "django-dotcloud"
# What an installer adds to the files of a wheel (PEP 376, PEP 610, and uv's own).
_INSTALLERS = frozenset(("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_build.json", "uv_cache.json"))


def library_wheel() -> Wheel:
    """The wheel of the dotcloud that runs.

    :raises LibraryNotInstalled: it has no metadata, or files of it are gone.
    :raises LibraryNotBuilt: it runs from a checkout, and the build failed.
    """
    try:
        installed = distribution(NAME)
    except PackageNotFoundError:
        raise LibraryNotInstalled("it is not installed, only on the path") from None
    checkout = _checkout(installed)
    return _built(checkout) if checkout else _repacked(installed)


def _checkout(installed: Distribution) -> Path | None:
    """The source folder of an editable installation (PEP 610)."""
    direct_url = json.loads(installed.read_text("direct_url.json") or "{}")
    if not direct_url.get("dir_info", {}).get("editable"):
        return None
    return Path(unquote(urlsplit(direct_url["url"]).path))


def _repacked(installed: Distribution) -> Wheel:
    paths = [path for path in installed.files or () if _is_of_the_wheel(path)]
    dist_info = next((path.parts[0] for path in paths if path.match("*.dist-info/WHEEL")), "")
    if not dist_info:
        raise LibraryNotInstalled("its metadata does not list its files")
    try:
        files = {path.as_posix(): path.read_binary() for path in paths}
    except OSError as error:
        raise LibraryNotInstalled(f"{error.filename} is gone") from None
    return pack(files, dist_info)


def _is_of_the_wheel(path: PackagePath) -> bool:
    """Not a launcher in bin/, not compiled here, not a note of the installer."""
    if ".." in path.parts or path.is_absolute() or "__pycache__" in path.parts:
        return False
    return not (path.parts[0].endswith(".dist-info") and len(path.parts) == 2 and path.name in _INSTALLERS)


def _built(checkout: Path) -> Wheel:
    """Built from a copy: a build leaves files in its source, and the next one would take them for modules."""
    with tempfile.TemporaryDirectory(prefix="dotcloud-new-") as work:
        source, target = Path(work, "source"), Path(work, "wheel")
        _copy(checkout, source)
        done = process.run(_command(source, target), cwd=Path(work), env=trusting())
        wheels = [*target.glob("*.whl")]
        if not done.ok or not wheels:
            raise LibraryNotBuilt(checkout, done.last_lines(12))
        return Wheel(wheels[0].name, wheels[0].read_bytes())


def _copy(checkout: Path, source: Path) -> None:
    names = git.files(checkout) or [name for name, _ in tree.source_files(checkout)]
    for name in names:
        if (checkout / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(checkout / name, source / name)


def _command(source: Path, target: Path) -> list[str]:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv:
        return [uv, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", str(target), str(source)]
    return [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
