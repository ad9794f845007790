"""The steps a hook is made of.

A hook is a program at the project's root, by its usual name ``postinstall``. The platform starts it on the box after
the code was installed and before the site is, without arguments, with the variables of the environment. It ends
with status 0 when the site may start, and with another one when it must not. All that it says goes to stderr.

``run`` takes the steps in their order: those of this package, ``command("…")`` for a command line, and plain
functions of your own, which are called without arguments in the project's folder. Every step can be run again.
"""

from dotcloud.hooks.run import perform, run
from dotcloud.hooks.step import Context, Outcome, Step
from dotcloud.hooks.steps import admin, command, databases, migrate, static, vendor

__all__ = [
    "run",
    "vendor",
    "databases",
    "migrate",
    "static",
    "admin",
    "command",
    "perform",
    "Context",
    "Outcome",
    "Step",
]
