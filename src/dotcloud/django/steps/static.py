"""Collect the static files: into STATIC_ROOT, or wherever the site's storage puts them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from dotcloud.django.steps.command import site_command
from dotcloud.hooks.step import Outcome


def run() -> Outcome:
    """The step ``static``."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return Outcome("django.contrib.staticfiles is not in INSTALLED_APPS", skipped=True)
    command = site_command("collectstatic")
    folder = settings.STATIC_ROOT
    if not folder and command.is_local_storage():
        return Outcome("STATIC_ROOT is not set", skipped=True)
    with alone_in(folder) if folder else nullcontext():
        call_command(command, interactive=False, verbosity=0)
    copied, unmodified = len(command.copied_files), len(command.unmodified_files)
    place = _shown(folder) if folder else "the site's storage"
    text = f"{copied} file{'s' * (copied != 1)} copied to {place}"
    return Outcome(text + f", {unmodified} unchanged" * bool(unmodified))


def _shown(folder: str | os.PathLike[str]) -> str:
    """A folder as seen from the project, where the step runs; in full when it is elsewhere."""
    path = Path(folder)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


@contextmanager
def alone_in(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Be the only one who collects into a folder: two at once remove what the other is about to read."""
    os.makedirs(folder, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network's file system may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
