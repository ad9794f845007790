"""What was pushed, kept by content: blobs, the lists that name them, and trees made of both.

A push sends a list (path, kind, hash of every file) and the contents the platform lacks. Neither Django nor the rest
of the platform is needed here, and nothing a client sends is believed.
"""

from __future__ import annotations

from dotcloud.platform.store.blobs import Blobs
from dotcloud.platform.store.checkout import checkout
from dotcloud.platform.store.collect import Collected, collect
from dotcloud.platform.store.manifest import MAX_FILE, Entry, Manifest

__all__ = ["MAX_FILE", "Blobs", "Collected", "Entry", "Manifest", "checkout", "collect"]
