"""Writes what pages say in the code's own words (commands, metrics, heads of runbooks, variables): `make docs`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap

import click
import typer

from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.protocols import PROTOCOLS, NodeProtocol, serving
from monitor.cli.app import app
from monitor.cli.commands import COMMANDS, loaded
from monitor.judgement.alerts import CATALOGUE, MONITOR_DOWN, AlertKind
from monitor.metrics.families import FAMILIES, Family
from monitor.model import Network
from monitor.registry import load
from monitor.settings.values import format_duration

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ALERTS: Mapping[str, AlertKind] = {**{name.value: kind for name, kind in CATALOGUE.items()}, **MONITOR_DOWN}

_OF_PROTOCOLS = ("protocol", "networks", "URL", "reads", "past blocks by", "confirms owners by")
_FEW = 3
"""Networks that are named one by one."""
_COIN_PROTOCOLS = tuple(name for name, protocol in PROTOCOLS.items() if "bitcoin" in protocol.families)

_COMMANDS = """\
# Commands

What `reserve-monitor --help` and `reserve-monitor COMMAND --help` say, on one page, made from the code by `make docs`.
`python -m monitor` is the same program. Results go to stdout, logs and progress to stderr.
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that has a part that is made, with the whole text that it should have."""
    yield DOCS / "commands.md", _commands()
    yield _with_table(DOCS / "metrics.md", "| metric | kind | labels | meaning |", map(_metric, FAMILIES))
    yield _with_table(DOCS / "alerts" / "README.md", "| alert | severity | meaning |", map(_listed, ALERTS.items()))
    yield _with_table(DOCS / "nodes.md", f"| {' | '.join(_OF_PROTOCOLS)} |", map(_protocol, PROTOCOLS.items()))
    yield _with_table(DOCS / "nodes.md", f"| coin | checkpoint | {' | '.join(_COIN_PROTOCOLS)} |", map(_coin, _coins()))
    for name, kind in ALERTS.items():
        yield _with_head(DOCS / "alerts" / f"{name}.md", name, kind)
    yield _with_variables(ROOT / "compose.yaml")


def _with_table(path: Path, heading: str, rows: Iterator[Sequence[str]]) -> tuple[Path, str]:
    before, table, after = path.read_text(encoding="utf-8").partition(f"{heading}\n")
    rest = after.partition("\n\n")[2]
    rule = "|".join("---" for _ in heading.split("|")[1:-1])
    return path, "\n".join((f"{before}{table}|{rule}|", *map(_row, rows), "", rest))


def _with_variables(path: Path) -> tuple[Path, str]:
    """The compose file passes on what the configurations know, those of which a comment tells too."""
    texts = (file.read_text(encoding="utf-8") for file in (ROOT / "config").glob("*.yaml") if file.stem != "devnet")
    names = {name for text in texts for name in re.findall(r"\$\{(\w+)", text)} - {"POR_LISTEN"}
    listed = wrap(", ".join(sorted(names)), 116, initial_indent=" " * 6, subsequent_indent=" " * 6)
    before, marker, after = path.read_text(encoding="utf-8").partition("the defaults that stand there.\n")
    return path, "\n".join((f"{before}{marker[:-1]}", *listed, f"    ]{after.partition('    ]')[2]}"))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _metric(family: Family) -> Sequence[str]:
    return f"`{family.name}`", family.kind, ", ".join(f"`{label}`" for label in family.labels), family.help


def _listed(item: tuple[str, AlertKind]) -> Sequence[str]:
    name, kind = item
    return f"[{name}]({name}.md)", kind.severity, kind.meaning


def _protocol(item: tuple[str, NodeProtocol]) -> Sequence[str]:
    name, protocol = item
    networks = [each.title for each in load().networks.values() if name in serving(each)]
    told = ", ".join(networks) if len(networks) <= _FEW else f"{networks[0]} and {len(networks) - 1} more"
    url = ", ".join([*(f"`{scheme}://`" for scheme in protocol.schemes), *filter(None, [protocol.path])])
    past = protocol.past or "none: its newest state alone"
    return f"`{name}`", told, url, protocol.reads, past, protocol.owners


def _coins() -> list[Network]:
    return sorted((each for each in load().networks.values() if each.parameters), key=lambda each: each.title)


def _coin(network: Network) -> Sequence[str]:
    """A coin of Bitcoin's family: which protocols read it, and what is in the way of the others."""
    parameters = parameters_of(network)
    checkpoint = f"block {parameters.checkpoint.height}" if parameters.checkpoint else "none"
    return network.title, checkpoint, *(parameters.unserved.get(name, "yes") for name in _COIN_PROTOCOLS)


def _with_head(path: Path, name: str, kind: AlertKind) -> tuple[Path, str]:
    body = path.read_text(encoding="utf-8").partition("\n## ")[2]
    heading = ("severity", "for", "clear after")
    row = (kind.severity, format_duration(kind.holds_for), format_duration(kind.clear_after))
    return path, f"# {name}\n\n{kind.meaning}\n\n{_row(heading)}\n|---|---|---|\n{_row(row)}\n\n## {body}"


def _commands() -> str:
    sections = [_COMMANDS.rstrip(), _prose(typer.main.get_command(app).epilog)]
    for name in COMMANDS:
        sections += _command(f"reserve-monitor {name}", loaded(name))
    return "\n\n".join(sections) + "\n"


def _command(path: str, command: click.Command) -> Iterator[str]:
    """Yield the paragraphs on one command, then those on the commands within it."""
    context = click.Context(command, info_name=path)
    usage = " ".join(("", *command.collect_usage_pieces(context)))
    yield f"{'##' if path.count(' ') == 1 else '###'} `{path}{usage}`"
    yield _prose(command.help)
    rows = [record for each in command.get_params(context) if (record := _parameter(each, context))]
    if rows:
        yield "\n".join((_row(("option", "meaning")), "|---|---|", *map(_row, rows)))
    for name, each in getattr(command, "commands", {}).items():
        yield from _command(f"{path} {name}", each)


def _parameter(parameter: click.Parameter, context: click.Context) -> Sequence[str] | None:
    record = parameter.get_help_record(context)
    if record is None or parameter.name == "help":
        return None
    option, meaning = (" ".join(text.split()).replace("|", "\\|") for text in record)
    name, _, kind = option.partition(" <")
    return f"`{name} {kind.rstrip('>')}`" if "|" in kind else f"`{name}`", meaning


def _prose(text: str | None) -> str:
    return "\n\n".join(" ".join(each.split()) for each in (text or "").split("\n\n"))


if __name__ == "__main__":
    for page, made in pages():
        page.write_text(made, encoding="utf-8")
