"""Options of the commands that read a published list."""

from typing import Annotated

import typer

from monitor.published import WALLETS_FORMATS


def _layout(name: str) -> str:
    if name not in WALLETS_FORMATS:
        raise typer.BadParameter(f"no layout is called {name}; there are {', '.join(WALLETS_FORMATS)}")
    return name


FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="LAYOUT", help="The list's layout (docs/layouts.md); `auto` finds it.", callback=_layout
    ),
]
ListArgument = Annotated[
    str, typer.Argument(metavar="LIST", help="Path or http(s) URL of a published list: csv, json, zip or gz.")
]
