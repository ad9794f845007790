"""Facts of the interpreter that runs this file; as a program it prints them as JSON. Standard library only."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import sysconfig
from typing import Any


def facts() -> dict[str, Any]:
    """Executable, version, where packages go, and a tag that is the same where a compiled wheel is."""
    paths = sysconfig.get_paths()
    return {
        "executable": sys.executable,
        "base": getattr(sys, "_base_executable", None) or sys.executable,
        "version": "{}.{}.{}".format(*sys.version_info[:3]),
        "tag": f"{sys.implementation.cache_tag} {sysconfig.get_platform()} {importlib.machinery.EXTENSION_SUFFIXES[0]}",
        "prefix": sys.prefix,
        "purelib": paths["purelib"],
        "platlib": paths["platlib"],
        "scripts": paths["scripts"],
        "externally_managed": sys.prefix == sys.base_prefix
        and os.path.exists(os.path.join(paths["stdlib"], "EXTERNALLY-MANAGED")),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(facts()))  # noqa: T201 - a program of its own, read by interpreter.py
