"""The command line ``closedform``."""

from checks.cli.main import main

__all__ = ["main"]
