"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.published import WALLETS_FORMATS


def _layout(name: str) -> str:
    if name not in WALLETS_FORMATS:
        raise typer.BadParameter(f"no layout is called {name}; there are {', '.join(WALLETS_FORMATS)}")
    return name


ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", metavar="FILE", envvar="POR_CONFIG", help="The configuration (docs/configuration.md)."
    ),
]
OptionalConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="A configuration whose networks and registry are used."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs on stdout instead of tables.")]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="LAYOUT", help="The list's layout (docs/layouts.md); `auto` finds it.", callback=_layout
    ),
]
ListArgument = Annotated[
    str, typer.Argument(metavar="LIST", help="Path or http(s) URL of a published list: csv, json, zip or gz.")
]
