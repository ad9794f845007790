"""A revision's service -> a virtual environment, keyed by everything that goes into it."""
