"""Where the command begins: ``dotcloud`` and ``python -m dotcloud``."""

import sys


def main() -> None:
    """Run the command. Ctrl-C ends it without a traceback while it is still being imported, too."""
    try:
        from dotcloud.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
