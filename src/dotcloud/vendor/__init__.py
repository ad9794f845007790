"""vendor/ -> wheels -> the virtual environment: finding, checking, locking, building, installing."""
