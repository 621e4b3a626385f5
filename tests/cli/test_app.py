"""The command line as a whole: it teaches, and says what is wrong with how it was called."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor import __version__
from monitor.cli.app import app
from monitor.cli.commands import COMMANDS as TABLE
from monitor.cli.commands import loaded
from tests.cli.conftest import Command

COMMANDS = {"run", "check", "ownership", "claims", "config", "config check", "config show", "devnet"}
"""Those that the design names."""
DECIDING = {"check", "ownership", "claims"}
"""Those whose exit status is an answer."""


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, group
    for name, each in getattr(group, "commands", {}).items():
        yield from commands(each if path else loaded(name), f"{path} {name}".strip())


ALL: dict[str, Any] = dict(commands(typer.main.get_command(app)))


def test_every_command_of_the_design_is_there() -> None:
    assert ALL.keys() >= COMMANDS


@pytest.mark.parametrize("name", TABLE)
def test_the_help_of_all_says_of_each_command_what_its_own_help_begins_with(name: str) -> None:
    assert TABLE[name][1] == ALL[name].help.partition("\n\n")[0].replace("\n", " ")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path or "reserve-monitor")
def test_help_teaches(command: Command, path: str) -> None:
    """It says what the command does and what every option means."""
    shown = command(*path.split(), "--help")
    assert shown.status == 0
    assert re.search(rf"Usage: .*{path}", shown.out)
    purpose = (ALL[path].help or "").split("\n")[0]
    assert len(purpose) > 30, "one sentence at least"
    untold = [
        parameter.name
        for parameter in ALL[path].params
        if not getattr(parameter, "hidden", False) and not parameter.help
    ]
    assert untold == []


@pytest.mark.parametrize("path", sorted(DECIDING))
def test_help_tells_the_exit_statuses_of_a_command_that_decides(command: Command, path: str) -> None:
    shown = command(path, "--help").out
    assert "Exit status" in shown
    assert [status for status in "0123" if re.search(rf"\b{status}\b", shown.partition("Exit status")[2])] in (
        ["0", "1", "3"],
        ["0", "1", "2", "3"],
    )


@pytest.mark.parametrize(
    "arguments",
    [["--nonsense"], ["nonsense"], ["check"], ["check", "--config"], ["run", "--nonsense"], ["config", "show"]],
)
def test_wrong_usage_ends_with_2_and_says_why(command: Command, arguments: list[str]) -> None:
    finished = command(*arguments)
    assert finished.status == 2
    assert finished.out == ""
    assert finished.err


@pytest.mark.parametrize("arguments", [["run"], ["check"], ["claims", "list.csv"]])
def test_a_configuration_that_is_not_there_ends_with_2(command: Command, tmp_path: Path, arguments: list[str]) -> None:
    finished = command(*arguments, "--config", tmp_path / "none.yaml")
    assert finished.status == 2
    assert f"{tmp_path}/none.yaml: cannot be read" in finished.err


def test_the_version_can_be_asked_for(command: Command) -> None:
    assert command("--version").out == f"reserve-monitor {__version__}\n"


def test_the_module_is_the_command() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "monitor", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert shown == f"reserve-monitor {__version__}\n"


SLOW = {"web3", "py_ecc", "sqlalchemy", "alembic", "aiohttp"}
CALL = """
import sys
from monitor.cli import main
try:
    main()
except SystemExit as end:
    print("ended with", end.code, *sorted(sys.modules))
"""
LIST = Path("tests/data/cases/reports/accounts.csv")
PROOF = Path("tests/data/proofs/trees/bitmex-liabilities-100-proof.csv")


@pytest.mark.parametrize(
    ("arguments", "also_unused"),
    [
        (["--help"], []),
        (["nonsense"], []),
        (["config", "check", "config/devnet.yaml"], []),
        (["config", "check", "none.yaml"], []),
        (["ownership", str(LIST)], []),
        (["liabilities", str(PROOF)], ["monitor.settings", "monitor.published", "asyncio"]),
    ],
    ids=" ".join,
)
def test_a_command_imports_nothing_slow_that_it_does_not_use(arguments: list[str], also_unused: list[str]) -> None:
    shown = subprocess.run([sys.executable, "-c", CALL, *arguments], capture_output=True, text=True, check=True).stdout
    assert "ended with" in shown, "it came to its own end"
    assert SLOW.union(also_unused).isdisjoint(shown.split())
