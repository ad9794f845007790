"""Run as a file, by an interpreter that looks nowhere else (``-I -S``): it shows it where this package is."""

from __future__ import annotations

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)))

from dotcloud.platform.enter import main

main(sys.argv[1:])
