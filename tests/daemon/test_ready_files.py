"""The ready files of exchanges: each takes its publisher's format to an answer, from local copies, on stand-ins."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.daemon.check import check
from monitor.daemon.configuration import read_configuration
from monitor.model import Assessment, Basis, Claim, ReserveStatus, WalletList
from monitor.registry import load
from monitor.settings import Settings, parse
from monitor.settings import load as load_settings
from tests.support.all_networks import STANDS, Stand
from tests.support.published import DATA, wallets, zipped

REGISTRY = load()
CONFIG = Path("config")
TREES = Path("tests/data/proofs/trees")
NO_EXCHANGES = {"networks", "devnet"}
ACCOUNTS = {"bitcoin": "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g", "ethereum": "0x77134cbc06cb00b66f4c7e623d5fdbf6777635ec"}
BOOK = json.dumps({chain: {"owners": [account]} for chain, account in ACCOUNTS.items()})
TOTALS = "asset,amount,as_of\nBTC,1,2026-06-01\nETH,3,2026-06-01\n"

Copies = tuple[bytes | str, bytes | str, str, dict[str, ReserveStatus]]
"""The list, what is owed, of which format that is if not of the file's, and what must come out."""

COVERED, BREACH, UNKNOWN = ReserveStatus.COVERED, ReserveStatus.BREACH, ReserveStatus.UNKNOWN
BOTH = {"BTC": COVERED, "ETH": BREACH}


def archive(*names: str) -> bytes:
    return zipped({name: (DATA / f"binance-{name}").read_bytes() for name in names})


PUBLISHED: dict[str, Callable[[], Copies]] = {
    "binance": lambda: (
        archive("PR01APR26_HotCold.csv", "PR01APR26_Deposit.csv"),
        (DATA / "binance-snapshot.json").read_bytes(),
        "",
        {"BTC": BREACH, "ETH": UNKNOWN},  # an excerpt, of which the report names BTC alone
    ),
    "bybit": lambda: (
        (DATA / "bybit_por_202605.csv").read_bytes(),
        (TREES / "bybit-mock_user_merkle_tree_path_40_v5.json").read_bytes(),
        "",
        {"BTC": COVERED, "ETH": BREACH, "SOL": BREACH},  # the example's sums are made up
    ),
    "bitmex": lambda: (
        (DATA / "bitmex-reserves.yaml").read_bytes(),
        (TREES / "bitmex-liabilities-100-proof.csv").read_bytes(),
        "",
        {"BTC": COVERED},
    ),
    "bitget": lambda: (BOOK, (TREES / "bitget-merkel_tree_bg.json").read_bytes(), "", {"BTC": BREACH, "ETH": BREACH}),
    "gate": lambda: (BOOK, (DATA / "gate-report.json").read_bytes(), "", {"BTC": BREACH, "LAB": UNKNOWN}),
    "htx": lambda: (BOOK, TOTALS, "totals", BOTH),  # to verify Groth16 takes seconds: tests/proofs/test_groth16_sets.py
    "kraken": lambda: (BOOK, TOTALS, "", BOTH),
    "kucoin": lambda: (BOOK, TOTALS, "", BOTH),
    "cryptocom": lambda: (BOOK, "", "", {"BTC": UNKNOWN}),
}


def held(claims: Iterable[Claim]) -> dict[Claim, Decimal]:
    """What each account has: what is claimed of it, two coins of each kind where nothing is."""
    return {claim: _amount(claim) for claim in claims if claim.token and claim.account}


def _amount(claim: Claim) -> Decimal:
    if claim.stated is not None:
        return claim.stated
    return Decimal() if claim.token and claim.token.contract else Decimal(2)


async def served(found: WalletList, settings: Settings, stack: AsyncExitStack) -> Settings:
    """``settings`` with a stand-in for each network that the list names and they serve."""
    stands: dict[str, Stand] = {}
    for claim, amount in held(found.claims).items():
        assert claim.token
        name = claim.token.network
        if name in settings.networks:
            stand = stands.setdefault(name, STANDS[REGISTRY.networks[name].family](REGISTRY.networks[name]))
            stand.give(claim.token, claim.account or "", int(amount.scaleb(claim.token.decimals)))
    networks = {name: await stand.serve(settings.networks[name], stack) for name, stand in stands.items()}
    return settings.model_copy(update={"networks": networks})


async def assessed(
    name: str, copies: Copies, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Assessment, WalletList]:
    listed, owed, format_, _ = copies
    if format_:
        monkeypatch.setenv(f"{name.upper()}_LIABILITIES_FORMAT", format_)
    for what, content in (("WALLETS", listed), ("LIABILITIES", owed)):
        path = folder / what.lower()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        monkeypatch.setenv(f"{name.upper()}_{what}", str(path))
    configuration = read_configuration(CONFIG / f"{name}.yaml")
    assert configuration.warnings == ()
    found = wallets(listed, REGISTRY, layout=configuration.settings.exchanges[name].wallets.format)
    async with AsyncExitStack() as stack:
        settings = await served(found, configuration.settings, stack)
        world = await check(settings, configuration.registry, lambda *_: None)
    return world.assessments[name], found


def test_there_is_a_file_for_each_of_them() -> None:
    assert {path.stem for path in CONFIG.glob("*.yaml")} - NO_EXCHANGES - {"okx"} == PUBLISHED.keys()


@pytest.mark.parametrize("name", PUBLISHED)
async def test_a_ready_file_comes_to_an_answer(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = PUBLISHED[name]()
    assessment, found = await assessed(name, copies, tmp_path, monkeypatch)
    assert [state.refusal for state in assessment.documents.values() if state.refusal] == []
    assert assessment.basis is Basis.LISTED, "nobody signs"
    assert (assessment.liabilities is None) == (name == "cryptocom")
    statuses = {asset: assessment.assets[asset].status for asset in copies[3]}
    assert statuses == copies[3], {asset: assessment.assets[asset].gaps for asset in statuses}
    counted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for claim, amount in held(found.claims).items():
        assert claim.token
        counted[claim.token.asset] += amount
    bitcoin = assessment.assets["BTC"]
    assert bitcoin.totals[Basis.LISTED] == counted["BTC"] > 0


def test_all_ready_files_join_into_one() -> None:
    """What they share says the same in each."""
    names = [*PUBLISHED, "okx"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(CONFIG)
        path = Path("all-of-them.yaml")
        text = f"include: [{', '.join(f'{name}.yaml' for name in names)}]\n"
        settings = parse(text, str(path), {})
    assert settings.exchanges.keys() == {*names}
    assert settings.networks == load_settings(CONFIG / "okx.yaml", {}).networks


@pytest.mark.parametrize("name", [*PUBLISHED, "okx"])
def test_a_ready_file_says_what_its_publisher_proves_and_does_not(name: str) -> None:
    head = (CONFIG / f"{name}.yaml").read_text("utf-8").partition("\nexchanges:")[0]
    assert all(f"# {words}" in head for words in ("Proves: ", "Does not prove: "))
    assert f"config/{name}.yaml" in Path("docs/exchanges.md").read_text("utf-8")
