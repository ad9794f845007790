"""What platforms supply -> services -> Django's settings. No Django in here.

``Environment.load()`` reads the variables; its methods give settings.py what it needs. See docs/environment.md.
"""

from __future__ import annotations

from dotcloud.environment.environment import Environment
from dotcloud.environment.secret import Secret
from dotcloud.environment.service import Kind, Problem, Service, Severity, Standing

__all__ = ["Environment", "Kind", "Problem", "Secret", "Service", "Severity", "Standing"]
