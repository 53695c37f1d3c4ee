"""Runs ``python -m kerax`` like the command ``kerax``."""

import sys

from kerax.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
