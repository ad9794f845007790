"""``python -m dotcloud`` is the command."""

from dotcloud.cli import main

if __name__ == "__main__":
    main()
