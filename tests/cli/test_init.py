"""`reserve-monitor init`: a first configuration that can be used, tested before it is written; and shell completion."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from monitor.chains import ChainError, Examination, Reason
from monitor.daemon.init import _active
from monitor.daemon.init_plan import READY, ready
from monitor.daemon.init_plan import Node as Endpoint
from tests.cli.conftest import Command, Finished
from tests.support.daemons import Site, list_of, publish, signed
from tests.support.standins import EvmStandIn, RefusedError

SECRET = "0123456789abcdef-secret"


class Node(EvmStandIn):
    """Says at once what it cannot do, so that nobody asks again."""

    def on_eth_getProof(self, *_: object) -> None:  # noqa: N802 - the method's name
        raise RefusedError(-32601, "the method eth_getProof does not exist")


@pytest.fixture
async def url(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A node of Ethereum; Bitcoin is claimed besides, and XYZ on no network that is known."""
    monkeypatch.chdir(site.folder)
    monkeypatch.setenv("POR_STORE", f"sqlite+aiosqlite:///{site.folder}/history.db")
    rows = [
        signed(1, amount="10"),
        signed(2, "BTC", "bitcoin", amount="3"),
        signed(4, "USDT", "ethereum", amount="5"),
        signed(3, "XYZ\x1b[31m", "nowhere", amount="1"),
    ]
    publish(site.list("own"), list_of(rows))
    site.owes("own", ETH="100")
    async with Node().serving() as url:
        yield url


async def init(command: Command, site: Site, *options: str) -> Finished:
    documents = ("--list", str(site.list("own")), "--liabilities", str(site.liabilities("own")))
    arguments = ("--exchange", "own", *documents, "--output", "own.yaml", *options)
    return await asyncio.to_thread(command, "init", *arguments)


async def test_what_is_written_can_be_used_and_puts_the_largest_first(command: Command, site: Site, url: str) -> None:
    finished = await init(command, site, "--node", f"ethereum={url}", "--node", f"polygon:evm={url}")
    text = Path("own.yaml").read_text()
    assert finished.status == 1, "bitcoin can be read and has no node"
    order = [text.index(each) for each in ("\n  ethereum:\n", "\n  # bitcoin:\n", "\n  polygon:\n", "nowhere")]
    assert order == sorted(order)
    assert "# Claimed here: ETH of own (100.00 %), USDT of own (100.00 %)\n" in text
    assert "# Answered with block 90, " in text
    assert "It needs bitcoind at http:// or https://, for native coins" in text
    assert '  #     - {protocol: bitcoind, url: "${NODE_BITCOIN}"}\n' in text
    assert "# no list that could be read claims anything here\n" in text
    assert "# It could not be read from: wrong_chain" in text
    assert "\x1b" not in text
    assert command("config", "check", "own.yaml").status == 0
    uncommented = text.replace("  # bitcoin:", "  bitcoin:").replace("  #   endpoints:", "    endpoints:")
    Path("more.yaml").write_text(uncommented.replace("  #     - ", "      - ").replace("${NODE_BITCOIN}", "http://h/"))
    assert "3 network(s)" in command("config", "check", "more.yaml").err


async def test_secrets_become_variables_and_it_says_what_to_export(
    command: Command, site: Site, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = await init(command, site, "--node", f"ethereum={url}{SECRET}")
    text = Path("own.yaml").read_text()
    assert SECRET not in text + finished.out + finished.err
    assert "#   export NODE_ETHEREUM='http://127.0.0.1:" in text
    assert "export NODE_ETHEREUM=" in finished.err
    assert "NODE_ETHEREUM} is not set" in command("config", "check", "own.yaml").err
    monkeypatch.setenv("NODE_ETHEREUM", f"{url}{SECRET}")
    assert command("config", "check", "own.yaml").status == 0
    again = await init(command, site, "--force", "--node", "ethereum=${NODE_ETHEREUM}")
    assert '      - {protocol: evm, url: "${NODE_ETHEREUM}"}\n' in Path("own.yaml").read_text()
    assert "# Answered with block 90" in Path("own.yaml").read_text(), again.err


async def test_nothing_is_overwritten_unless_it_is_asked_for(command: Command, site: Site, url: str) -> None:
    Path("own.yaml").write_text("mine")
    finished = await init(command, site)
    assert (finished.status, Path("own.yaml").read_text()) == (2, "mine")
    assert "--force" in finished.err
    await init(command, site, "--force")
    assert "networks: {}" in Path("own.yaml").read_text()
    assert command("config", "check", "own.yaml").status == 0


async def test_the_exit_status_is_that_of_doctor(command: Command, site: Site, url: str) -> None:
    rows = [signed(1, amount="10"), signed(3, "XYZ", "nowhere", amount="1")]
    publish(site.list("own"), list_of(rows))
    assert (await init(command, site, "--node", f"ethereum={url}")).status == 3
    publish(site.list("own"), list_of(rows[:1]))
    assert (await init(command, site, "--force", "--node", f"ethereum={url}")).status == 0


def test_of_two_parties_that_answer_both_must_agree() -> None:
    nodes = [Endpoint("ethereum", "http://a/"), Endpoint("ethereum", "http://b/")]
    silent = ChainError(Reason.REFUSED, "no")
    both = [Examination("a", "evm", "a"), Examination("b", "evm", "b")]
    assert "    quorum: 2  # so many parties must tell the same" in [*_active("ethereum", "", nodes, both)]
    one = [both[0], Examination("b", "evm", "b", error=silent)]
    assert not any("quorum" in line for line in _active("ethereum", "", nodes, one))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ["--node", "etherium=http://h/"],
            "no such network that nodes can be asked about; did you mean ethereum",
        ),
        (["--node", "ethereum"], "write NETWORK=URL"),
        (["--node", "ethereum:bitcoind=http://h/"], "protocol 'bitcoind' does not serve Ethereum"),
        (["--node", "ethereum=tcp://h/"], "needs a URL that begins with http:// or https://"),
        (["--node", f"ethereum=http://me:{SECRET}@${{HOST}}/"], "put all of it into the variable"),
        (["--node", "ethereum=${NOT_SET_ANYWHERE}"], "${NOT_SET_ANYWHERE} is not set"),
        (["--exchange", "other"], "say whose it is"),
        (["--list", "own="], "name a path or a URL"),
        (["--output", "away/own.yaml"], "no such folder"),
        (["--list", "own=twice.csv"], "two for own"),
    ],
)
async def test_what_cannot_be_meant_is_told_and_nothing_is_written(
    command: Command, site: Site, url: str, options: list[str], problem: str
) -> None:
    finished = await init(command, site, *options)
    told = " ".join(finished.err.replace("│", " ").split())
    assert (finished.status, problem in told, Path("own.yaml").exists()) == (2, True, False), told
    assert SECRET not in told


async def test_a_ready_file_gives_what_is_known_of_its_exchange(command: Command, site: Site, url: str) -> None:
    Path("config").mkdir()
    text_of_it = (
        "# Of it.\nexchanges:\n  own:\n    title: Own\n    wallets:\n      # its page\n      source: ${OWN:-far.csv}\n"
    )
    text_of_it += "      format: okx\n    own_token: OKB\n\n  neighbour: {}\n# after\nnetworks: {}\n"
    Path("config/own.yaml").write_text(text_of_it)
    await init(command, site, "--node", f"ethereum={url}")
    text = Path("own.yaml").read_text()
    source = f'      # its page\n      source: "{site.list("own")}"\n      format: auto\n    own_token: OKB\n'
    assert f"  own:\n    title: Own\n    wallets:\n{source}    liabilities: {{source: " in text
    assert "neighbour" not in text
    assert "far.csv" not in text
    bare = await asyncio.to_thread(command, "init", "--exchange", "own", "-o", "bare.yaml")
    assert bare.status == 1
    assert "source: ${OWN:-far.csv}" in Path("bare.yaml").read_text()
    assert "# Its list could not be read: " in Path("bare.yaml").read_text()
    unknown = await asyncio.to_thread(command, "init", "--exchange", "nobody", "-o", "none.yaml")
    assert (unknown.status, Path("none.yaml").exists()) == (2, False)
    assert "--list nobody=PATH-or-URL" in unknown.err


@pytest.mark.parametrize("path", [each for each in sorted(READY.glob("*.yaml")) if ready(each.stem)], ids=str)
def test_of_each_ready_file_the_whole_section_is_taken(path: Path) -> None:
    whole = yaml.safe_load(path.read_text())["exchanges"][path.stem]
    assert yaml.safe_load(ready(path.stem)) == {path.stem: whole}


async def test_a_person_at_a_terminal_is_asked_and_a_script_is_not(
    command: Command, site: Site, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO(f"own\n{site.list('own')}\n\nethereum={url}\n\n")
    monkeypatch.setattr(sys, "stdin", said)
    assert "name an exchange with --exchange" in " ".join(command("init", "-o", "own.yaml").err.split())
    monkeypatch.setattr(said, "isatty", lambda: True)
    finished = await asyncio.to_thread(command, "init", "-o", "own.yaml")
    assert finished.status == 1
    assert "Wallet list of own" in finished.err
    text = Path("own.yaml").read_text()
    assert "# Answered with block 90" in text
    assert "# liabilities: " in text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("in", {"init"}),
        ("config ", {"check", "show"}),
        ("notify test --", {"--config", "--json", "--help"}),
        ("doctor --j", {"--json"}),
    ],
)
def test_a_shell_completes_commands_and_options(
    command: Command, monkeypatch: pytest.MonkeyPatch, typed: str, offered: set[str]
) -> None:
    line = f"reserve-monitor {typed}"
    monkeypatch.setenv("_RESERVE_MONITOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    assert set(command().out.split()) == offered
