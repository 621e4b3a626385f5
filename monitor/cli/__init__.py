"""The commands: parse, call, print. No logic."""

from monitor.cli.app import main

__all__ = ["main"]
