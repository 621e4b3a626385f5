"""The command line as a whole, and what its errors look like."""

import sys
from typing import Annotated

import typer

from monitor import __version__, logs
from monitor.chains import ChainError
from monitor.cli import check, claims, config, liabilities, ownership, run
from monitor.cli.printing import ExitStatus, complain
from monitor.devnet.commands import app as devnet
from monitor.published import DocumentError
from monitor.settings import ConfigurationError
from monitor.store import StoreError

app = typer.Typer(
    name="reserve-monitor",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: **0** all is well · **1** a finding (ratio under its limit, invalid signature, mismatch) · "
    "**2** wrong usage or configuration · **3** cannot be judged (something needed could not be read).",
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("ownership")(ownership.ownership)
app.command("claims")(claims.claims)
app.command("liabilities")(liabilities.liabilities)
app.add_typer(config.app, name="config")
app.add_typer(devnet, name="devnet")


def _version(asked: bool | None) -> None:  # noqa: FBT001 - typer hands the option's value in
    if asked:
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
    one (`config/okx.yaml` is ready) and let `reserve-monitor run` watch it.
    """
    logs.configure("warning", "console")


def main() -> None:
    """Run the command line; every expected failure becomes a message on stderr and its exit status."""
    try:
        app()
    except ConfigurationError as error:
        complain(*map(str, error.faults))
        sys.exit(ExitStatus.USAGE)
    except (DocumentError, StoreError, ChainError, OSError) as error:
        complain(str(error))
        sys.exit(ExitStatus.UNJUDGED)
