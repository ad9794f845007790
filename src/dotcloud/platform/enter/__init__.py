"""Becomes a program of an instance: its own view of the disk, a user without rights, its variables and no others.

``python -I -S …/enter/__main__.py SPEC [DESCRIPTOR]`` reads the JSON file SPEC (see ``supervise.spec``) and ends in
``exec``, so that signals go to the program itself. ``--probe [UID GID]`` prints what this machine allows. Standard
library only: it stands at the start of every process.

How it is done (Linux; see namespaces(7), mount_namespaces(7), user_namespaces(7)): a mount namespace in which the
platform's folder is covered by an empty one, with what belongs to the instance bound back and its home bound at
``/home/dotcloud``. Then a user namespace of its own: two instances run as one user, but the kernel lets neither look
into ``/proc/<pid>`` of the other, since it has no rights in the other's user namespace. Last a Landlock domain
(landlock(7), Linux 6.12 and later), out of which it can send no signal. Data services have all of it but the home: a
site commands its database, which can start programs and read files (``COPY … FROM PROGRAM``).
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import sys
import warnings  # noqa: F401 - os.execvpe does, when the folders of this Python may be out of reach
from contextlib import suppress
from typing import Any

from dotcloud.platform.enter import probe, rights, start, view


def main(arguments: list[str]) -> None:
    """Become the program."""
    if arguments[0] == "--probe":
        uid, gid = [int(text) for text in arguments[1:3]] or (os.getuid(), os.getgid())
        print(json.dumps(probe.probe(uid, gid)))  # noqa: T201 - its answer to the platform
        return
    spec = start.read(arguments[0])
    spec.update(_allowed(spec["isolation"]))
    if spec.get("once"):
        os.unlink(arguments[0])
    start.keep_descriptors(int(arguments[1]) if len(arguments) > 1 else None)
    os.umask(0o022)
    if spec.get("log"):
        start.redirect(spec)
    if spec.get("record"):
        rights.die_with_parent(True)
        start.wait_while_unwanted(spec)
        start.hold_back(spec)
        rights.die_with_parent(False)
    try:
        start.stand_back(spec.get("nice", 0))
        home = isolate(spec)
        _become(spec, home)
    except (OSError, ValueError) as error:
        start.complain(f"cannot start {spec['argv'][0]}: {error}")
        sys.exit(127)


def _allowed(path: str) -> dict[str, Any]:
    """The answer of the last probe."""
    try:
        return {"user_namespace": False, **start.read(path)}
    except (OSError, ValueError):
        return {"mode": "none", "user_namespace": False}


def isolate(spec: dict[str, Any]) -> str:
    """Enter the namespaces that this machine allows and give up all rights; returns where the home is seen."""
    mode, uid, gid = spec["mode"], spec["uid"], spec["gid"]
    foreign = view.is_foreign(spec)
    apart = foreign and mode != "none"
    confined = foreign or uid != os.geteuid()
    if mode == "root":
        covers = view.covers_of(spec)
        if covers or apart:
            rights.call("unshare", rights.CLONE_NEWNS)
            view.arrange(spec, covers)
        rights.drop(uid, gid)
        if apart and spec["user_namespace"]:
            rights.own_user_namespace(rights.CLONE_NEWUSER, uid, gid)
    else:
        rights.drop(uid, gid)
        if apart:
            rights.own_user_namespace(rights.CLONE_NEWUSER | rights.CLONE_NEWNS, uid, gid)
            view.arrange(spec, view.covers_of(spec))
    if confined:
        rights.confine()
    return view.HOME if apart and spec["home"] else spec["home"] or ""


def _variables(spec: dict[str, Any], home: str) -> dict[str, str]:
    """Read with the site's own rights: its user may have put a link in the place of the file."""
    variables: dict[str, str] = {}
    if spec["home"]:
        with suppress(FileNotFoundError):
            variables = start.read(os.path.join(home, "environment.json"))
    return {name: str(value) for name, value in variables.items()}


def _become(spec: dict[str, Any], home: str) -> None:
    words = {"{home}": home, "{pid}": str(os.getpid()), "{socket_fd}": "3"}

    def fill(text: str) -> str:
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    first = f"{home}/env/bin:" if home else ""
    base = {"PATH": f"{first}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    name = _user_name(spec["uid"])
    base.update({"HOME": home or "/", "USER": name, "LOGNAME": name})
    environ = {**base, **_variables(spec, home), **{key: fill(value) for key, value in spec["env"].items()}}
    cwd = spec["cwd"]
    os.chdir(home + cwd[len(spec["home"]) :] if spec["home"] and view.within(cwd, spec["home"]) else cwd)
    # What is ignored stays ignored through exec: Python ignores two, and nohup or a shell's "&" may have ignored more.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    argv = [fill(one) for one in spec["argv"]]
    try:
        os.execvpe(argv[0], argv, environ)  # noqa: S606 - it is what this is for
    except FileNotFoundError:
        raise OSError(_missing(argv[0], environ["PATH"])) from None


def _missing(program: str, path: str) -> str:
    """The kernel says the same of a program that is not there and of one whose interpreter is not."""
    places = [program] if "/" in program else [f"{folder}/{program}" for folder in path.split(":")]
    found = next(filter(os.path.exists, places), None)
    return f"the interpreter that {found} names is not there" if found else "there is no such program in the instance"


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
