"""Following ends with its reader."""

from __future__ import annotations

import subprocess
import sys

from tests.waiting import PATIENCE

WAITS = """
import time
from dotcloud.cli.reader import ends_with_its_reader

try:
    with ends_with_its_reader():
        print("first", flush=True)
        time.sleep(600)
except BrokenPipeError:
    raise SystemExit(3)
"""


def test_a_closed_pipe_is_noticed_without_a_next_line():
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        assert follower.stdout.readline() == "first\n"
        follower.stdout.close()
        assert follower.wait(timeout=PATIENCE) == 3
