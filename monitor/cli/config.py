"""`reserve-monitor config check` and `config show`."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from monitor.cli.options import JsonOption
from monitor.cli.printing import json_line, note, out, warn
from monitor.daemon.configuration import load_configuration, read_configuration
from monitor.formats import shown_lines
from monitor.settings import masked

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Check a configuration, or show what it amounts to.",
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.")]


@app.command("check")
def check(file: FileArgument) -> None:
    """Tell everything that is wrong with a configuration at once, each with its line and path.

    What can be used but is probably not meant is a warning; the exit status is 0 then.
    """
    configuration = read_configuration(file)
    settings, strange = configuration.settings, len(configuration.warnings)
    warn(*map(str, configuration.warnings))
    result = f"it can be used, with {strange} warning(s)" if strange else "all is well"
    note(f"{file}: {len(settings.exchanges)} exchange(s), {len(settings.networks)} network(s): {result}")


@app.command("show")
def show(file: FileArgument, json: JsonOption = False) -> None:  # noqa: FBT002 - a flag
    """Print the effective configuration: variables filled in, defaults spelt out, secrets masked."""
    settings, _ = load_configuration(file)
    effective = masked(settings)
    if json:
        json_line(effective)
    else:
        out.print(shown_lines(yaml.safe_dump(effective, sort_keys=False, allow_unicode=True)), end="", soft_wrap=True)
