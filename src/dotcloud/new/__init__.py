"""A new project: the starter's files, and this library in its ``vendor/`` as a wheel.

The starter travels inside the library's own wheel, under ``dotcloud/starter/``, and is taken from there.
"""

from dotcloud.new.create import Created, create

__all__ = ["Created", "create"]
