"""`reserve-monitor devnet …`: parse, call, print."""

import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from monitor.devnet.devnet import Devnet
from monitor.devnet.exchange import RequestError, Standing, Transfer
from monitor.devnet.inbox import Letter
from monitor.devnet.jsonrpc import NoAnswerError, RpcError
from monitor.devnet.nodes import Daemon, Prometheus
from monitor.devnet.processes import NodeError, NotReadyError
from monitor.devnet.programs import ROOT, ProgramMissingError
from monitor.devnet.state import State
from monitor.formats.exact import plain
from monitor.formats.figures import percent
from monitor.model import BaseUnits

_USAGE, _UNREADABLE = 2, 3
_NEWEST = 5
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="A local exchange on real local nodes, to try the monitor on.",
)
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

Directory = Annotated[
    Path,
    typer.Option(
        "--directory",
        metavar="DIR",
        help="Where the devnet keeps its data, documents and logs.",
        show_default="var/devnet",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs on stdout.")]
Asset = Annotated[str, typer.Argument(metavar="ASSET", help="BTC, ETH or USDT.")]
_DIRECTORY = ROOT / "var/devnet"


@app.command()
def up(directory: Directory = _DIRECTORY) -> None:
    """Start everything, and stop it on Ctrl-C: nodes, the exchange on them, the monitor, Prometheus if installed.

    Two EVM nodes (anvil: ethereum, arbitrum) and a Bitcoin node start empty. Real accounts of OKX are funded on them,
    a wallet list with their real signatures and a report of liabilities are published in DIR/published, and the monitor
    watches them with config/devnet.yaml: BTC at 105 %, ETH at 103 %, USDT at 102 %.
    """
    for number in _STOPPING:
        signal.signal(number, _interrupt)
    with _explained():
        _err.print("Starting the nodes, and funding the exchange's accounts on them …")
        try:
            with Devnet.start(directory, usual_ports=True) as devnet:
                _err.print("Starting the monitor, and waiting for its first pass …")
                daemon = devnet.start_daemon()
                _err.print("Starting Prometheus and Alertmanager …")
                prometheus = _prometheus(devnet, daemon)
                _welcome(devnet, daemon, prometheus)
                _watch(daemon)
        except KeyboardInterrupt:
            _err.print("Stopped.")
        finally:
            for number in _STOPPING:
                signal.signal(number, signal.SIG_IGN)


@app.command()
def drain(
    asset: Asset,
    share: Annotated[
        str, typer.Argument(metavar="SHARE", help="A share of the current reserves (`10%`) or an amount (`3.5`).")
    ],
    directory: Directory = _DIRECTORY,
    json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Move coins away from the exchange, by real transactions to accounts that are on no list.

    They leave the hot wallets, whose keys the devnet has: 80 % of every asset. No fee falls on the reserves, so
    `drain BTC 10%` lowers the ratio by exactly a tenth.
    """
    with _explained():
        devnet = Devnet.attach(directory)
        _tell(devnet.drain(asset.upper(), share), devnet.standings(), as_json=json)


@app.command()
def refill(
    asset: Annotated[str, typer.Argument(metavar="[ASSET]", help="BTC, ETH or USDT; without it, all.")] = "",
    directory: Directory = _DIRECTORY,
    json: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Bring back all that was drained, exactly."""
    with _explained():
        devnet = Devnet.attach(directory)
        _tell(devnet.refill(asset.upper()), devnet.standings(), as_json=json)


@app.command()
def status(directory: Directory = _DIRECTORY, json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Tell what the exchange holds on its chains, and owes, at this moment, and what came into the inbox."""
    with _explained():
        devnet = Devnet.attach(directory)
        letters = devnet.inbox.messages()
        _tell((), devnet.standings(), as_json=json, letters=letters)


@app.command()
def down(directory: Directory = _DIRECTORY) -> None:
    """Stop the devnet that runs in another terminal, and whatever a crash has left of one."""
    state = State.load(directory)
    stopped = state.end() if state else False
    _err.print("Stopped." if stopped else f"No devnet runs in {directory}.")


def _prometheus(devnet: Devnet, daemon: Daemon) -> Prometheus | None:
    try:
        return devnet.start_prometheus(f"127.0.0.1:{daemon.port}")
    except ProgramMissingError as missing:
        _err.print(f"Without Prometheus: {missing}", markup=False)
        return None


def _welcome(devnet: Devnet, daemon: Daemon, prometheus: Prometheus | None) -> None:
    _tell((), devnet.standings(), as_json=False)
    places = {"Page": f"{daemon.url}/", "Metrics": f"{daemon.url}/metrics", "Inbox": f"{devnet.inbox.url}/"}
    if prometheus:
        places["Prometheus"] = prometheus.alerts_page
    places |= {"Published": str(devnet.directory / "published"), "Logs": str(daemon.log)}
    for name, place in places.items():
        _out.print(f"{name:<12}{place}", soft_wrap=True)
    ours = "" if devnet.directory == _DIRECTORY else f" --directory {devnet.directory}"
    attempts = {
        "drain BTC 10%": "a tenth of the BTC leaves: the alert goes off, and comes into the inbox",
        "status": "what is held, what is owed, and what came into the inbox",
        "refill": "the BTC comes back, and the inbox hears that it is over",
    }
    _out.print("\nTry, in another terminal:")
    for attempt, effect in attempts.items():
        _out.print(f"  {_program()} devnet {attempt}{ours}    ({effect})", soft_wrap=True)
    _out.print("The real thing:  make run CONFIG=config/okx.yaml")
    _out.print("Ctrl-C stops everything.")


def _program() -> str:
    """How to call this program from the working directory."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m monitor"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _watch(daemon: Daemon) -> NoReturn:
    """Wait for Ctrl-C, which raises KeyboardInterrupt; NodeError when the monitor ends by itself."""
    while daemon.pid is not None:
        time.sleep(0.5)
    raise NodeError(f"the monitor has ended; its log is {daemon.log}")


def _tell(
    moved: Sequence[Transfer], standings: Sequence[Standing], *, as_json: bool, letters: Sequence[Letter] | None = None
) -> None:
    if as_json:
        told: dict[str, object] = {"moved": [*map(_transfer, moved)], "assets": [*map(_standing, standings)]}
        sys.stdout.write(json.dumps(told if letters is None else told | {"inbox": letters}) + "\n")
        return
    for transfer in moved:
        _out.print(f"moved {transfer} in {transfer.transaction}", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for name in ("asset", "reserves", "owed", "ratio", "can be drained", "drained"):
        table.add_column(name, justify="left" if name == "asset" else "right")
    for now in standings:
        figures = (now.reserves, now.owed), (now.hot, now.elsewhere)
        held, movable = ([plain(figure) for figure in pair] for pair in figures)
        table.add_row(now.asset, *held, percent(now.ratio), *movable)
    _out.print(table)
    for letter in (letters or ())[:_NEWEST]:
        _out.print(f"{letter['at']}  {letter['title']}", markup=False, soft_wrap=True)


def _transfer(transfer: Transfer) -> dict[str, str]:
    return {
        "asset": transfer.token.asset,
        "network": transfer.token.network,
        "amount": plain(transfer.token.whole(BaseUnits(transfer.units))),
        "transaction": transfer.transaction,
    }


def _standing(now: Standing) -> dict[str, str]:
    return {
        "asset": now.asset,
        "reserves": plain(now.reserves),
        "owed": plain(now.owed),
        "ratio": plain(now.ratio),
        "drainable": plain(now.hot),
        "drained": plain(now.elsewhere),
    }


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _explained() -> Iterator[None]:
    """Every expected failure as a sentence and its exit status: 2 wrong usage, 3 something does not answer."""
    try:
        yield
    except RequestError as error:
        _fail(error, _USAGE)
    except (NodeError, NotReadyError, NoAnswerError, RpcError, ProgramMissingError) as error:
        _fail(error, _UNREADABLE)


def _fail(error: Exception, status: int) -> NoReturn:
    _err.print("error:", style="bold red", end=" ")
    _err.print(str(error), markup=False)
    raise typer.Exit(status)
