"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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
ReaderOption = Annotated[
    str,
    typer.Option(
        "--reader", metavar="NAME", help="Be a reader: only the networks that say `read_by: NAME` (docs/scaling.md)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs on stdout instead of tables.")]
