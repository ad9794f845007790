"""The platform's own things that builds need: a Python that sites' users can run, the hook library, uv, a cache.

Builds run code of strangers (build backends, setup scripts, hooks). Where the platform is root they run as the sites'
user, and where namespaces are available they see nothing of the platform but what they need.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from dotcloud import process
from dotcloud.errors.build import BuildStopped
from dotcloud.platform.build import authorities
from dotcloud.platform.build.interpreter import find
from dotcloud.platform.layout import Home
from dotcloud.platform.locks import locked
from dotcloud.platform.supervise import BEHIND_SITES, Process, Supervisor, User
from dotcloud.vendor.certificates import trusting
from dotcloud.vendor.diagnose import installer_cause
from dotcloud.vendor.installer import find_uv
from dotcloud.vendor.tree import file_hash, tree_hash

ATTEMPT = "DOTCLOUD_DEPLOYMENT"  # tells the sweep whose hooks and builds they are
IMPORTED = {"click", "packaging"}
KEPT_PREFIXES = (
    "PIP_",
    "UV_",
    "SSL_",
    "REQUESTS_",
    "CURL_CA",
    "HTTP_",
    "HTTPS_",
    "http_",
    "https_",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
)


@dataclass(frozen=True)
class Tools:
    """What builds are made with.

    :param library: the wheel of the hook library, of the platform's own version.
    :param user: who builds run as; ``None``: we.
    :param application: whose builds they are.
    :param deploy_id: of the deployment that builds.
    :param authorities: the variables that name certificates, as builds can read them.
    """

    home: Home
    supervisor: Supervisor
    library: Path
    user: User | None
    application: str
    deploy_id: str = ""
    authorities: Mapping[str, str] = field(default_factory=dict)

    @property
    def builds(self) -> Path:
        return self.home.builds

    @property
    def owner(self) -> tuple[int, int] | None:
        return (self.user.uid, self.user.gid) if self.user else None

    @property
    def folder(self) -> Path:
        """A home like a release's: its virtual environment holds the hook library and uv."""
        return self.home.root / "tools"

    @property
    def cache(self) -> Path:
        """One of each application: builds write into it, and what one left there would be installed by another."""
        return self.home.cache(self.application)

    def begin_cache(self) -> bool:
        """Whether nothing was built with this cache yet; from now on something was."""
        try:
            self.cache.with_name(f"{self.application}.used").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    @property
    def uv(self) -> str:
        return str(self.folder / "env" / "bin" / "uv")

    def python(self, version: str | None) -> Path:
        """The interpreter of a version, one that the sites' user may run unless namespaces show it anyway."""
        return find(version, None)

    def isolated(
        self, argv: Sequence[str], cwd: Path, visible: Sequence[Path], writable: Sequence[Path], env: dict[str, str]
    ) -> list[str]:
        """A command that runs ``argv`` as the sites' user, seeing only those folders."""
        return self.supervisor.foreground(
            Process(
                name="build",
                argv=argv,
                cwd=cwd,
                env={**_kept(), **self.authorities, **self._caches(), ATTEMPT: self.deploy_id, **env},
                home=self.folder,
                instance=self.folder,
                visible=visible,
                writable=[*writable, self.cache],
                user=self.user.name if self.user else None,
                nice=BEHIND_SITES,
            )
        )

    def shell(self, command: str, folder: Path, env: dict[str, str], virtual_environment: Path | None) -> list[str]:
        """A command line of a build hook, in the tree that it may change."""
        path = [str(virtual_environment / "bin")] if virtual_environment else []
        variables = {**env, "PATH": os.pathsep.join([*path, "/usr/local/bin", "/usr/bin", "/bin"])}
        tree = next(parent for parent in (folder, *folder.parents) if parent.name.startswith("built-"))
        visible = [virtual_environment] if virtual_environment else []
        self.begin_cache()
        return self.isolated(["/bin/sh", "-ec", command], folder, visible, [tree], variables)

    def _caches(self) -> dict[str, str]:
        return {
            "DOTCLOUD_CACHE_DIR": str(self.cache / "wheels"),
            "UV_CACHE_DIR": str(self.cache / "uv"),
            "PIP_CACHE_DIR": str(self.cache / "pip"),
            "UV_LINK_MODE": "hardlink" if self.user is None else "copy",
            # Nobody may write into a virtual environment once it runs: without this each start would compile Django.
            "UV_COMPILE_BYTECODE": "1",
        }


def _kept() -> dict[str, str]:
    """The index settings of the box, and nothing else of the platform's environment."""
    return {name: value for name, value in trusting().items() if name.startswith(KEPT_PREFIXES)}


def prepare(home: Home, supervisor: Supervisor, user: User | None, application: str, deploy_id: str) -> Tools:
    """The tools, made once for each version of the platform: two deployments at once make them one after the other."""
    with locked(home.root / "tools.lock"):
        library = _library(home)
        known = authorities.readable(home.root / "tools" / "certificates", closed=home.root)
        tools = Tools(home, supervisor, library, user, application, deploy_id, known)
        for folder in (tools.builds, tools.cache, tools.folder):
            folder.mkdir(parents=True, exist_ok=True)
        if user:
            os.chown(tools.cache, user.uid, user.gid)
        _environment(tools)
    return tools


def _library(home: Home) -> Path:
    """The platform's own wheel, made once for each state of its code."""
    import dotcloud

    folder = home.root / "library" / tree_hash(Path(dotcloud.__file__).parent)[:20]
    found = next(iter(folder.glob("*.whl")), None)
    if found:
        return found
    from dotcloud.new.library import library_wheel  # seldom needed, and slow to import

    wheel = library_wheel()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{wheel.filename}.{os.getpid()}"
    fresh.write_bytes(wheel.content)
    return fresh.replace(folder / wheel.filename)


def _environment(tools: Tools) -> None:
    """``tools/env``: a link to the virtual environment of the tools."""
    name = f"tools-{file_hash(tools.library)[:20]}"
    folder = tools.builds / name
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = find_uv()
        if uv is None:
            raise BuildStopped("the platform", "uv is not installed beside it: pip install 'django-dotcloud[platform]'")
        _run([uv, "venv", "--quiet", "--no-project", "--python", str(tools.python(None)), str(folder)])
        python = str(folder / "bin" / "python")
        _run([uv, "pip", "install", "--quiet", "--python", python, "--no-deps", str(tools.library), *_imported()])
        shutil.copy2(uv, folder / "bin" / "uv")
        (folder / "complete").touch()
    (tools.folder / "environment.json").write_text(json.dumps({}))
    link = tools.folder / "env"
    if not link.is_symlink() or os.readlink(link) != str(folder):
        fresh = tools.folder / f"env.{os.getpid()}"
        fresh.symlink_to(folder)
        fresh.replace(link)


def _imported() -> list[str]:
    """What ``dotcloud vendor install`` imports; all that the library requires would bring Django along."""
    required = [Requirement(line) for line in requires("django-dotcloud") or ()]
    return [str(one) for one in required if one.name in IMPORTED]


def _run(command: Sequence[str]) -> None:
    done = process.run(command, env=trusting())
    if not done.ok:
        raise BuildStopped(
            "the platform's tools", " ".join(command[:3]), done.last_lines(), installer_cause(done.last_lines(40))
        )
