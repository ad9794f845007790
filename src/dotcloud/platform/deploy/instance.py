"""A home for one instance of one release: code, virtual environment, variables; then its postinstall runs there."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dotcloud import process
from dotcloud.buildfile import Service
from dotcloud.errors.build import HookFailed, HookMissing, HookTimedOut
from dotcloud.platform.build.service import BuiltService
from dotcloud.platform.build.tools import ATTEMPT
from dotcloud.platform.deploy.log import DeploymentLog, Place
from dotcloud.platform.deploy.ports import Port
from dotcloud.platform.deploy.variables import as_json, as_yaml
from dotcloud.platform.layout import InstanceFolder, ReleaseFolder
from dotcloud.platform.supervise import BEHIND_SITES, Process, Supervisor, User

BUILT = "DOTCLOUD_BUILD"  # tells the hook that the build has installed the packages already
HOOK_PATIENCE = 10 * 60.0  # seconds, as the platform of 2011 gave it


@dataclass(frozen=True)
class Instance:
    """One instance of the release that a deployment makes."""

    service: Service
    number: int
    built: BuiltService
    variables: dict[str, str]
    folder: InstanceFolder
    deploy_id: str
    http_port: int | None
    ports: Sequence[Port] = ()

    @property
    def home(self) -> ReleaseFolder:
        return self.folder.release(self.deploy_id)

    @property
    def place(self) -> Place:
        return Place(self.service.name, self.number)

    @property
    def code(self) -> Path:
        return self.home.code / self.service.approot


def install(instance: Instance, log: DeploymentLog, supervisor: Supervisor, user: User | None) -> None:
    """Lay the home out and run the hook.

    :raises HookFailed, HookMissing, HookTimedOut: the hook did not succeed; nothing was started.
    """
    with log.step("install", "installed", instance.place):
        lay_out(instance, user)
    hook = instance.service.postinstall or ("./postinstall" if (instance.code / "postinstall").is_file() else None)
    if hook:
        run_hook(instance, hook, log, supervisor, user)


def lay_out(instance: Instance, user: User | None) -> None:
    """The files of a home, as docs/design.md lists them."""
    home = instance.home
    for folder in (home.root, instance.folder.data, instance.folder.logs, home.volatile, home.run):
        folder.mkdir(parents=True, exist_ok=True)
    instance.built.checkout(home.code, (user.uid, user.gid) if user else None)
    home.current.symlink_to(os.path.normpath(f"code/{instance.service.approot}"))
    home.data.symlink_to(instance.folder.data)
    if instance.built.virtual_environment:
        home.env.symlink_to(instance.built.virtual_environment)
    _write_secret(home.environment_json, as_json(instance.variables))
    _write_secret(home.environment_yml, as_yaml(instance.variables))
    _write_secret(home.environment_yaml, as_yaml(instance.variables))
    for source, name in ((serving_file(), "serving.py"), (static_file(), "static_site.py")):
        shutil.copyfile(source, home.run / name)
    if user:
        _give(instance, user)


def serving_file() -> Path:
    """:mod:`dotcloud.platform.serving`, which is never imported here: it is the site's configuration."""
    return Path(__file__).parent.parent / "serving.py"


def static_file() -> Path:
    return Path(__file__).parent.parent / "static.py"


def _write_secret(path: Path, text: str) -> None:
    """A file that nobody but its owner could ever read, not even while it is written."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def read_of_site(path: Path, longest: int = 1 << 20) -> str:
    """The text of a file that a site can put anything in the place of: no link is followed, and no pipe waited for.

    We may be root: what is read ends in a log, or in what is run. Empty where there is no such file.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        finally:
            os.close(folder)
        with open(file, "rb") as content:
            return content.read(longest).decode(errors="replace") if stat.S_ISREG(os.fstat(file).st_mode) else ""
    except OSError:
        return ""


def _give(instance: Instance, user: User) -> None:
    """The site's user owns its home; the code in it was given when it was checked out."""
    home = instance.home
    own = [home.root, *(path for path in home.root.iterdir() if path.name != "code"), *home.run.iterdir()]
    for path in [*own, instance.folder.data]:  # not the logs: the platform opens and rotates files there
        os.chown(path, user.uid, user.gid, follow_symlinks=False)


def run_hook(instance: Instance, hook: str, log: DeploymentLog, supervisor: Supervisor, user: User | None) -> None:
    """Run ``postinstall`` as the instance's processes will run: same home, same variables, same user."""
    _refuse_unusable(instance, hook)
    command = supervisor.foreground(
        Process(
            name="postinstall",
            argv=["/bin/sh", "-ec", hook],
            cwd=instance.code,
            env={BUILT: instance.built.key, ATTEMPT: instance.deploy_id, "VIRTUAL_ENV": "{home}/env"},
            home=instance.home.root,
            instance=instance.folder.root,
            user=user.name if user else None,
            nice=BEHIND_SITES,
        )
    )
    log.say(hook, instance.place, step="postinstall")
    started = time.monotonic()
    try:
        status = process.stream(command, lambda line: log.say(line, instance.place), timeout=HOOK_PATIENCE)
    except TimeoutError:
        raise HookTimedOut(str(instance.place), hook, HOOK_PATIENCE / 60) from None
    if status:
        raise HookFailed(str(instance.place), hook, status)
    log.say(f"{hook} done", instance.place, step="postinstall", seconds=round(time.monotonic() - started, 2))


def _refuse_unusable(instance: Instance, hook: str) -> None:
    """Only a plain file name can be looked at beforehand; a command line is the shell's to understand."""
    path = instance.code / hook.split()[0]
    if len(hook.split()) > 1 and not path.exists():
        return
    if not path.is_file():
        raise HookMissing(str(instance.place), hook, "there is no such file")
    if not path.stat().st_mode & stat.S_IXUSR:
        raise HookMissing(str(instance.place), hook, "it is not executable")
