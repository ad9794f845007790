"""What runs in an instance: the site under gunicorn, static files, the processes that the build file names."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from dotcloud.buildfile import Program, programs
from dotcloud.buildfile.model import WEB_PROCESS
from dotcloud.buildfile.supervisord import FILE
from dotcloud.errors.buildfile import BuildFileError, Problem
from dotcloud.platform.deploy.instance import Instance, read_of_site
from dotcloud.platform.supervise import Process


def processes_of(instance: Instance, names: tuple[str, str], user: str | None) -> list[Process]:
    """The processes of one instance; the web process first."""
    web = [_web(instance, names, user)] if instance.service.is_web else []
    return web + [_program(instance, name, program, user) for name, program in programs_of(instance).items()]


def programs_of(instance: Instance) -> dict[str, Program]:
    """What the build file and ``supervisord.conf`` name; a custom service without any runs ``~/run``."""
    service = instance.service
    named = {service.name: service.process} if service.process else dict(service.processes)
    found = {name: Program(command=command) for name, command in named.items()}
    reserved = [WEB_PROCESS] if service.is_web else []
    if service.type != "custom":
        for name, program in programs(read_of_site(instance.code / FILE)).items():
            if program.autostart:
                found |= _untaken(program.expanded(name, instance.variables), [*reserved, *found])
    if service.type == "custom" and not found:
        found = {service.name: Program(command="exec ~/run")}
    return found


def _untaken(found: dict[str, Program], taken: Sequence[str]) -> dict[str, Program]:
    """:raises BuildFileError: another process has the name of one of them; case aside, as circusd sees it."""
    for name in found:
        if name.lower() in map(str.lower, taken):
            raise BuildFileError([Problem(f"program:{name}", None, "another process has that name")], FILE)
    return found


def _web(instance: Instance, names: tuple[str, str], user: str | None) -> Process:
    return _process(
        instance,
        WEB_PROCESS,
        _static_argv(instance) if instance.service.type == "static" else _gunicorn_argv(instance),
        {"DOTCLOUD_SERVING": json.dumps(serving_options(instance)), "PYTHONUNBUFFERED": "1"},
        user,
        socket=".".join((*names, instance.service.name)),
    )


def _gunicorn_argv(_: Instance) -> list[str]:
    return ["{home}/env/bin/python", "-m", "gunicorn", "--config", "{home}/run/serving.py", "wsgi:application"]


def _static_argv(instance: Instance) -> list[str]:
    """The files are looked up once, before the workers are forked: thousands of them take a worker a second."""
    return [*_gunicorn_argv(instance)[:-1], "--preload", "--pythonpath", "{home}/run", "static_site:application"]


def serving_options(instance: Instance) -> dict[str, object]:
    """What :mod:`dotcloud.platform.serving` expects."""
    config = instance.service.config
    return {
        "bind": "fd://{socket_fd}",
        "workers": config.workers,
        "threads": config.threads,
        "timeout": config.timeout,
        "header_size": config.buffer_size,
        "healthcheck": config.healthcheck,
        "host": f"127.0.0.1:{instance.http_port}",
        "run": "{home}/run",
    }


def _program(instance: Instance, name: str, program: Program, user: str | None) -> Process:
    """A shell becomes the last command of its text by itself, wherever it has nothing left to do for it."""
    profile = "[ -f ~/profile ] && . ~/profile\n" if instance.service.type == "custom" else ""
    return _process(
        instance,
        name,
        ["/bin/bash", "-c", profile + program.command],
        dict(program.environment),
        user,
        folder=program.directory,
        signal=program.stopsignal,
    )


def _process(
    instance: Instance,
    name: str,
    argv: list[str],
    env: dict[str, str],
    user: str | None,
    folder: str | None = None,
    signal: str = "TERM",
    socket: str | None = None,
) -> Process:
    cwd = instance.home.root if instance.service.type == "custom" else instance.code
    return Process(
        name=name.lower(),
        argv=argv,
        cwd=Path(os.path.join(cwd, folder)) if folder else cwd,
        log=instance.folder.logs / f"{name}.log",
        env=env,
        home=instance.home.root,
        instance=instance.folder.root,
        user=user,
        socket=socket,
        stop_timeout=max(30, instance.service.config.timeout),
        stop_signal=signal,
    )
