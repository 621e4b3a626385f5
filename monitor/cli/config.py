"""`reserve-monitor config check` and `config show`."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from monitor.cli.configured import log_for_people
from monitor.cli.options import JsonOption
from monitor.cli.printing import ExitStatus, complain, json_line, note, out, warn
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
def check(
    file: FileArgument,
    lists: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--lists", help="Read the wallet lists too, and tell what of each asset can be read.")
    ] = False,
    json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell everything that is wrong with a configuration at once, each with its line and path.

    What can be used but is probably not meant is a warning; the exit status is 0 then.

    With `--lists`, every wallet list is read (or fetched), and for each asset it is told how much of it is claimed on
    networks that are configured, on networks that could be read and are not configured (and by which protocols), on
    networks that cannot be read, and under labels that are not known. No node is asked. Exit status then: 0 all that is
    claimed is on configured networks · 1 some of it could be read, and no endpoint is configured · 3 none of that, but
    a list or a network cannot be read, or a label is not known.
    """
    if json and not lists:
        complain("--json prints what --lists finds: give both")
        raise typer.Exit(ExitStatus.USAGE)
    configuration = read_configuration(file)
    settings, strange = configuration.settings, len(configuration.warnings)
    warn(*map(str, configuration.warnings))
    result = f"it can be used, with {strange} warning(s)" if strange else "all is well"
    note(f"{file}: {len(settings.exchanges)} exchange(s), {len(settings.networks)} network(s): {result}")
    if lists:
        from monitor.cli.coverage import check_lists  # noqa: PLC0415 - slow to import, and mostly nothing is fetched

        log_for_people()
        raise typer.Exit(check_lists(settings, configuration.registry, json=json))


@app.command("show")
def show(file: FileArgument, json: JsonOption = False) -> None:  # noqa: FBT002 - a flag
    """Print the effective configuration: variables filled in, defaults spelt out, secrets masked."""
    settings, _ = load_configuration(file)
    effective = masked(settings)
    if json:
        json_line(effective)
    else:
        out.print(shown_lines(yaml.safe_dump(effective, sort_keys=False, allow_unicode=True)), end="", soft_wrap=True)
