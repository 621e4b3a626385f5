"""Every published signature of OKX's tools, judged by our rules instead of theirs."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Claim, ClaimKind, Network, VerdictStatus
from monitor.ownership import judge
from tests.support import ownership as support

DATA = Path(__file__).parent.parent / "data" / "ownership"
VECTORS: list[dict[str, str]] = json.loads((DATA / "okx-vectors.json").read_text())

PLACES = {
    "bitcoin": {"bitcoin": "BTC", "bitcoin-sv": "BSV", "bitcoin-cash": "BCHN", "dash": "DASH", "dogecoin": "DOGE"}
    | {"litecoin": "LTC"},
    "evm": {"ethereum": "USDT", "bnb": "BABYDOGE-BSC", "linea": "ETH-LINEA", "base": "BASE"}
    | {"xlayer": "OKB-X1 OKB-X1-USDT", "okc": "OKT OKB-OKC20 LTCK-OKC20 ETC"},
    "beacon": {"ethereum-beacon": "BETH"},
    "tron": {"tron": "TRX"},
    "starknet": {"starknet": "STARKNET"},
    "filecoin": {"filecoin": "FIL FIL-EVM"},
    "solana": {"solana": "SOL"},
    "sui": {"sui": "SUI"},
    "substrate": {"polkadot": "DOT"},
    "aptos": {"aptos": "APTOS"},
    "ton": {"ton": "TONCOIN-NEW USDT-TON"},
    "cardano": {"cardano": "ADA"},
    "eos": {"eos": "EOS"},
    "conflux": {"conflux": "CFX"},
    "aelf": {"aelf": "ELF"},
    "cosmos": {"terra-classic": "LUNC"},
    "stellar": {"pi": "PI"},
    "near": {"near": "NEAR"},
}
"""Family, network and the coin ids that these lists hold on it. Where the registry puts them is the registry's test."""

NETWORKS = {name: support.network(name, family) for family, names in PLACES.items() for name in names}
HOMES = {coin: name for names in PLACES.values() for name, coins in names.items() for coin in coins.split()}
NEVER_BOUND = {"eos", "starknet"}
"""Families whose accounts hold nothing of a key."""


def place(vector: dict[str, Any]) -> Network | None:
    if vector["coin"] == "ETH" and vector["network"] == "STARKNET":
        name = "starknet"
    elif vector["coin"] == "ETH":
        name = "ethereum" if len(vector["address"]) == 42 else "ethereum-beacon"
    else:
        name = HOMES.get(vector["coin"], "")
    return NETWORKS.get(name)


def as_claim(vector: dict[str, Any], kind: ClaimKind = ClaimKind.ACCOUNT) -> tuple[Claim, Network | None]:
    on = place(vector)
    owners = [vector[name] for name in ("owner1", "owner2") if vector[name]]
    signatures = [vector["signature1"], vector["signature2"]]
    claim = support.claim(
        on or support.network("unknown", "unknown"),
        vector["address"],
        *signatures,
        message=vector["message"],
        key=vector["script_or_pubkey"],
        owners=owners,
        kind=kind,
    )
    return claim, on


def wanted(vector: dict[str, Any], on: Network | None) -> VerdictStatus:
    if on is None:
        return VerdictStatus.UNSUPPORTED
    if vector["expected"] == "invalid":
        return VerdictStatus.INVALID
    bound = not vector["owner1"] and on.family not in NEVER_BOUND
    return VerdictStatus.VERIFIED if bound else VerdictStatus.UNBOUND


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['coin']}-{vector['source']}")
def test_a_published_vector_gets_the_verdict_that_our_rules_give_it(vector: dict[str, str]) -> None:
    claim, on = as_claim(vector)
    verdict = judge(claim, on)
    assert verdict.status is wanted(vector, on), verdict.reason
    assert verdict.reason


def test_the_vectors_reach_every_verdict_but_unsigned() -> None:
    reached = {wanted(vector, place(vector)) for vector in VECTORS}
    assert reached == set(VerdictStatus) - {VerdictStatus.UNSIGNED}


COLUMNS = {
    "signedMessage": "signature1",
    "signedMessage2": "signature2",
    "publicKey": "script_or_pubkey",
    "digitalAsset": "coin",
    "redeem script/ public key": "script_or_pubkey",
    "redeem script/public key": "script_or_pubkey",
    **dict.fromkeys(("eoa1", "EOA1"), "owner1"),
    **dict.fromkeys(("eoa2", "EOA2"), "owner2"),
    "Network": "network",
}
KINDS = {"Native ETH Staking": ClaimKind.STAKING, "Eigenlayer Staking": ClaimKind.RESTAKING}


def rows(name: str) -> Iterator[dict[str, str]]:
    lines = (DATA / name).read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if "address" in line)
    for row in csv.DictReader(lines[start:]):
        cells = {COLUMNS.get(column.strip(), column.strip()): cell or "" for column, cell in row.items()}
        empty = dict.fromkeys(("signature2", "script_or_pubkey", "owner1", "owner2"), "")
        yield empty | {column: "" if cell == "null" else cell for column, cell in cells.items()}


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("wallets-11-columns.csv", ["verified", "verified", "unbound", "verified", "unbound"]),
        ("wallets-12-columns-staking.csv", ["verified", "unbound", "unbound"]),
        (
            "wallets-audit-layout.csv",
            ["verified", "unbound", *["verified"] * 6, "unbound"],
        ),
    ],
)
def test_an_example_list_is_judged_row_by_row(name: str, verdicts: list[str]) -> None:
    claims = [as_claim(row, KINDS.get(row.get("Type", ""), ClaimKind.ACCOUNT)) for row in rows(name)]
    assert [judge(claim, on).status.value for claim, on in claims] == verdicts
