"""`reserve-monitor init`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.configured import log_for_people
from monitor.cli.doctor import print_diagnosis, status_of
from monitor.cli.printing import note, progress_bar, warn
from monitor.daemon.init import write_configuration
from monitor.daemon.init_plan import READY, Node, Watch, plan_of, ready


def init(
    *,
    exchange: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="An exchange to watch. May be repeated.")
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="[NAME=]SOURCE",
            help="Path or http(s) URL of its wallet list. May be repeated, with the exchange's name.",
        ),
    ] = None,
    liabilities: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]SOURCE", help="The same of what it says that it owes.")
    ] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NETWORK[:PROTOCOL]=URL",
            help="A node to read a network from (docs/nodes.md); the URL may name ${VARIABLES}. May be repeated.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="What is written.")] = Path(
        "reserve-monitor.yaml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
) -> None:
    """Write a configuration: ask for exchanges and nodes, test them, and put the largest claimed networks first.

    Without `--exchange`, a person at a terminal is asked. An exchange that has a ready file (`config/NAME.yaml`) needs
    no list. Every document and node is tested as `doctor` does. The networks that are claimed and have no node stand in
    the file as comments, with what they need; those that cannot be read are named with the reason. URLs with a secret
    become variables, and the file begins with what to export.

    Exit status, with the file written: 0 nothing was found · 1 something that can be mended, such as a node that does
    not answer or is missing · 3 none of that, but something will stay unknown. With 2, nothing was written.
    """
    if output.exists() and not force:
        raise typer.BadParameter(f"{output} is there; name another file, or overwrite it with --force")
    if not output.absolute().parent.is_dir():
        raise typer.BadParameter(f"{output}: there is no such folder to write to")
    if not exchange:
        if not sys.stdin.isatty():
            raise typer.BadParameter("nobody can be asked here: name an exchange with --exchange")
        exchange, lists, liabilities, node = _asked(lists or [], liabilities or [], node or [])
    exchange = list(dict.fromkeys(exchange))
    of_lists = _by_exchange("--list", lists or [], exchange)
    owed = _by_exchange("--liabilities", liabilities or [], exchange)
    watched = {name: Watch(of_lists.get(name, ""), owed.get(name, "")) for name in exchange}
    plan = plan_of(watched, [_node(each) for each in node or []])
    log_for_people()
    with progress_bar() as progress:
        written = asyncio.run(write_configuration(plan, output, progress, force=force))
    warn(*map(str, written.warnings))
    print_diagnosis(written.found)
    note(f"{output} is written")
    for each in plan.exports:
        note(f"before it is used: {each}")
    raise typer.Exit(status_of(written.found))


def _by_exchange(option: str, values: list[str], exchanges: list[str]) -> dict[str, str]:
    """The documents of each exchange; one that names none belongs to the only one that there is."""
    found: dict[str, str] = {}
    for value in values:
        name, _, source = value.partition("=")
        if name not in exchanges:
            if len(exchanges) != 1:
                known = ", ".join(exchanges)
                raise typer.BadParameter(f"{option}: say whose it is, by NAME=SOURCE: {known}")
            name, source = exchanges[0], value
        if not source:
            raise typer.BadParameter(f"{option} {name}=: name a path or a URL")
        if name in found:
            raise typer.BadParameter(f"{option}: two for {name}; leave one out")
        found[name] = source
    return found


def _node(text: str) -> Node:
    place, _, url = text.partition("=")
    network, _, protocol = place.partition(":")
    if "://" not in url and "${" not in url:
        # What was given may hold a secret, in whatever place.
        raise typer.BadParameter("--node: write NETWORK=URL, such as ethereum=http://127.0.0.1:8545")
    return Node(network.strip(), url.strip(), protocol.strip())


def _asked(
    lists: list[str], liabilities: list[str], nodes: list[str]
) -> tuple[list[str], list[str], list[str], list[str]]:
    """What a person says, besides what the command line does."""
    known = ", ".join(sorted(path.stem for path in READY.glob("*.yaml") if ready(path.stem)))
    names = _ask(f"Exchanges to watch, with spaces between{f' (ready: {known})' if known else ''}").split()
    lists, liabilities, nodes = [*lists], [*liabilities], [*nodes]
    for name in names:
        if not ready(name):
            lists.append(f"{name}={_ask(f'Wallet list of {name} (path or URL)')}")
            if owed := _ask(f"What {name} owes (path or URL; empty: unknown)", default=""):
                liabilities.append(f"{name}={owed}")
    while each := _ask("A node, as NETWORK=URL (empty: no more)", default=""):
        nodes.append(each)
    return names, lists, liabilities, nodes


def _ask(question: str, default: str | None = None) -> str:
    return str(typer.prompt(question, default=default, show_default=False, err=True)).strip()
