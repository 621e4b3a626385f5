"""`reserve-monitor config check` and `config show`."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from monitor.cli.options import JsonOption
from monitor.cli.printing import json_line, note, out
from monitor.daemon import load_configuration
from monitor.settings import masked

app = typer.Typer(no_args_is_help=True, help="Check a configuration, or show what it amounts to.")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.")]


@app.command("check")
def check(file: FileArgument) -> None:
    """Tell everything that is wrong with a configuration at once, each with its line and path."""
    settings, _ = load_configuration(file)
    note(f"{file}: {len(settings.exchanges)} exchange(s), {len(settings.networks)} network(s): all is well")


@app.command("show")
def show(file: FileArgument, json: JsonOption = False) -> None:  # noqa: FBT002 - a flag
    """Print the effective configuration: variables filled in, defaults spelt out, secrets masked."""
    settings, _ = load_configuration(file)
    shown = masked(settings)
    if json:
        json_line(shown)
    else:
        out.print(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True), end="", markup=False, soft_wrap=True)
