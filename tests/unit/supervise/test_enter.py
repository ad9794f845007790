"""What stands at the start of every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[3] / "src"
OUT_OF_REACH = """
import os, sys
sys.path.append(sys.argv[1])
from dotcloud.platform import enter
sys.meta_path.clear()
enter.os.execvpe("true", ["true"], {"PATH": "/usr/bin:/bin"})
"""


def test_nothing_is_imported_any_more_when_python_is_out_of_reach():
    """A Python below /root, and a program without rights: on the way to it no module can be loaded."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", OUT_OF_REACH, SRC], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
