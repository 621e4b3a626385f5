"""The commands: parse, call, print. No logic."""

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    # Imported only now: processes that judge signatures begin by importing the command, and need nothing of it.
    from monitor.cli.app import main as run  # noqa: PLC0415

    run()
