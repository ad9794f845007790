"""Real packages: which, how they lie under vendor/, and where their source archives are fetched to."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dotcloud.vendor import source


@dataclass(frozen=True)
class Real:
    """A release of a real package.

    :param form: how it lies under vendor/: ``folder`` (a plain copy), ``archive`` (the source archive itself),
        ``submodule`` (a repository on a private server), ``nested`` (below a folder of a submodule with several).
    :param app: the Django app that the site switches on.
    :param compiled: a module that is a C extension.
    """

    name: str
    version: str
    backend: str
    module: str
    form: str = "folder"
    app: str = ""
    compiled: str = ""


PACKAGES = (
    Real("django-appconf", "1.2.0", "setup.py alone", "appconf"),
    Real("django-model-utils", "5.0.0", "setup.py alone", "model_utils", app="model_utils"),
    Real("django-taggit", "6.1.0", "setup.py alone", "taggit", "submodule", app="taggit"),
    Real("django-crispy-forms", "2.7", "setuptools", "crispy_forms", app="crispy_forms"),
    Real("djangorestframework", "3.18.3", "setuptools", "rest_framework", "submodule", app="rest_framework"),
    Real("django-solo", "2.5.1", "setuptools", "solo", app="solo"),
    Real("markupsafe", "3.0.4", "setuptools", "markupsafe", "nested", compiled="markupsafe._speedups"),
    Real("simplejson", "4.3.0", "setuptools", "simplejson", "nested", compiled="simplejson._speedups"),
    Real("psutil", "7.2.2", "setuptools", "psutil", "archive", compiled="psutil._psutil_linux"),
    Real("django-import-export", "4.4.3", "setuptools-scm", "import_export", "submodule", app="import_export"),
    Real("tablib", "3.10.0", "setuptools-scm", "tablib"),
    Real("django-debug-toolbar", "8.0.0", "hatchling", "debug_toolbar", "archive", app="debug_toolbar"),
    Real("sqlparse", "0.6.1", "hatchling", "sqlparse"),
    Real("humanize", "4.17.0", "hatch-vcs", "humanize", "submodule"),
    Real("django-filter", "26.2", "flit", "django_filters", app="django_filters"),
    Real("diff-match-patch", "20241021", "flit", "diff_match_patch", "archive"),
    Real("flit-core", "3.12.0", "in-tree", "flit_core"),
    Real("tomlkit", "0.15.2", "poetry-core", "tomlkit"),
    Real("annotated-doc", "0.0.7", "pdm-backend", "annotated_doc"),
    Real("meson-python", "0.22.1", "in-tree", "mesonpy", "archive"),
    Real("cysignals", "1.12.5", "meson-python", "cysignals", compiled="cysignals.signals"),
    Real("pyyaml", "6.0.3", "in-tree", "yaml"),
    Real("django-q2", "1.11.1", "uv_build", "django_q", app="django_q"),
)


def downloads() -> Path:
    """Where source archives are kept between runs, outside the tree."""
    base = os.environ.get("DOTCLOUD_TEST_DOWNLOADS") or os.path.expanduser("~/.cache/dotcloud-tests/downloads")
    folder = Path(base)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fetch() -> dict[str, Path]:
    """The source archive of each package, by name; what is not kept is downloaded, several at once."""
    with ThreadPoolExecutor(4) as pool:
        return dict(zip((real.name for real in PACKAGES), pool.map(_fetch, PACKAGES), strict=True))


def _fetch(real: Real) -> Path:
    folder = downloads() / f"{real.name}-{real.version}"
    if not list(folder.glob("*.tar.gz")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", real.name]
        done = subprocess.run(
            [*command, "--dest", str(folder), f"{real.name}=={real.version}"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return next(folder.glob("*.tar.gz"))


def unpack(archive: Path, target: Path) -> Path:
    """The source tree in ``archive``, as the new folder ``target``."""
    top = source.unpack(archive, target.parent / f".{target.name}")
    top.rename(target)
    top.parent.rmdir()
    return target
