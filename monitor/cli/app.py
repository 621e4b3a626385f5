"""The command line as a whole, and what its errors look like."""

import sys
from typing import Annotated

import typer

from monitor.cli.commands import Commands
from monitor.formats import ForeseenError

app = typer.Typer(
    name="reserve-monitor",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: **0** all is well · **1** a finding (ratio under its limit, invalid signature, mismatch) · "
    "**2** wrong usage or configuration · **3** cannot be judged (something needed could not be read).",
)


def _version(asked: bool | None) -> None:  # noqa: FBT001 - typer hands the option's value in
    if asked:
        from monitor import __version__  # noqa: PLC0415 - looked up when it is imported

        print(f"reserve-monitor {__version__}")  # noqa: T201 - what was asked for
        raise typer.Exit


@app.callback()
def _app(
    _shown: Annotated[
        bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = None,
) -> None:
    """Watch, day and night, whether a crypto exchange still holds what it owes.

    Start with `reserve-monitor devnet up`: a local exchange on real local nodes. Then point a configuration at a real
    one (`config/okx.yaml` is ready, `reserve-monitor init` writes one for nodes of yours) and let `reserve-monitor run`
    watch it.
    """


def main() -> None:
    """Run the command line; every expected failure becomes a message on stderr and its exit status."""
    try:
        app()
    except ForeseenError as error:
        _end(error.exit_status, *error.sentences)
    except OSError as error:
        _end(ForeseenError.exit_status, str(error))


def _end(status: int, *sentences: str) -> None:
    from monitor.cli.printing import complain  # noqa: PLC0415 - what the help can do without

    complain(*sentences)
    sys.exit(status)
