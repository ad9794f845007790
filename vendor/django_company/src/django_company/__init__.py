"""The example of a private package: it serves the home page and tells where it came from."""
