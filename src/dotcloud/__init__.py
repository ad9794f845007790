"""Private Django packages that travel with the push: vendor, build, install, deploy."""

__version__ = "0.1.0"
