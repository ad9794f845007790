"""A release of a service as a deployment makes it, without a deployment."""

from __future__ import annotations

import json
import os
from pathlib import Path

from dotcloud.platform.layout import Home, ReleaseFolder
from dotcloud.platform.supervise import Process, unprivileged


def make_release(home: Home, application: str, virtual_environment: Path) -> ReleaseFolder:
    instance = home.environment(application).service("www").instance(0)
    release = instance.release("d1")
    for folder in (release.code, release.volatile, release.run, instance.data):
        folder.mkdir(parents=True)
    release.current.symlink_to("code")
    release.data.symlink_to(instance.data)
    release.env.symlink_to(virtual_environment)
    release.environment_json.write_text(json.dumps({"DOTCLOUD_PROJECT": application, "SECRET": f"of {application}"}))
    user = unprivileged()
    if user:
        for path in (release.root, *release.root.iterdir(), instance.data):
            os.chown(path, user.uid, user.gid, follow_symlinks=False)
    release.environment_json.chmod(0o600)
    return release


def process(release: ReleaseFolder, *argv: str, **more: object) -> Process:
    user = unprivileged()
    return Process(
        **{
            "name": "web",
            "argv": argv,
            "cwd": release.current,
            "home": release.root,
            "instance": release.instance,
            "user": user.name if user else None,
            **more,
        }
    )
