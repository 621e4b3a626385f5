"""Signed texts reach the verdict with every character that the list states, in every layout."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Claim, VerdictStatus
from monitor.ownership import judge
from monitor.published.cells import EMPTY
from monitor.registry import load
from tests.support.ownership import evm_signature
from tests.support.published import wallets

REGISTRY = load()
KEY = PrivateKey(b"\x01" * 32)
ADDRESS = "0x" + keccak(KEY.public_key.format(compressed=False)[1:])[12:].hex()

HEADERS = {
    "okx": [
        "coin",
        "Network",
        "Snapshot Height",
        "address",
        "balance",
        "message",
        "signature1",
        "signature2",
        "redeem script",
    ],
    "okx-audit": ["digitalAsset", "network", "address", "signedMessage", "signedMessage2", "message", "publicKey"],
    "accounts": ["network", "address", "message", "signature"],
}
PLACES = {"message": "message", "signature": "signature", "signature1": "signature", "signedMessage": "signature"}


def signed(text: str) -> str:
    return evm_signature(KEY, keccak(f"\x19Ethereum Signed Message:\n{len(text.encode())}".encode() + text.encode()))


def values(layout: str, message: str, signature: str) -> list[str]:
    known = {"message": message, "signature": signature}
    plain = {"coin": "ETH", "digitalAsset": "ETH", "Network": "ETH", "network": "ETH", "address": ADDRESS}
    plain |= {"Snapshot Height": "7", "balance": "1"}
    return [known[PLACES[name]] if name in PLACES else plain.get(name, "") for name in HEADERS[layout]]


def in_table(layout: str, quoting: int) -> Callable[[str, str], Claim]:
    def make(message: str, signature: str) -> Claim:
        out = io.StringIO()
        writer = csv.writer(out, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
        writer.writerow(HEADERS[layout])
        writer.writerow(values(layout, message, signature))
        (claim,) = wallets(out.getvalue(), REGISTRY).claims
        return claim

    return make


def in_json(message: str, signature: str) -> Claim:
    row = dict(zip(HEADERS["accounts"], values("accounts", message, signature), strict=True))
    (claim,) = wallets(json.dumps([row]), REGISTRY, name="list.json").claims
    return claim


EXACT = {f"{layout}, quoted": in_table(layout, csv.QUOTE_ALL) for layout in HEADERS} | {"JSON": in_json}
TABLES = {f"{layout}, plain": in_table(layout, csv.QUOTE_MINIMAL) for layout in HEADERS}
exact = pytest.mark.parametrize("make", EXACT.values(), ids=EXACT)
tables = pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)
ALL = EXACT | TABLES
everywhere = pytest.mark.parametrize("make", ALL.values(), ids=ALL)

SPACES = ["I am\n", "I am\r\n", " I am", "I am ", "\tI am", "I am\u00a0", "  I am  ", 'I "am" ', "a,b "]
Make = Callable[[str, str], Claim]


def status(claim: Claim) -> VerdictStatus:
    return judge(claim, REGISTRY.networks["ethereum"]).status


@everywhere
@pytest.mark.parametrize("text", SPACES)
def test_a_text_is_signed_with_the_white_space_around_it(make: Make, text: str) -> None:
    claim = make(text, signed(text))
    assert claim.message == text
    assert status(claim) is VerdictStatus.VERIFIED


@exact
@pytest.mark.parametrize("text", SPACES)
def test_where_the_list_states_it_exactly_nothing_else_counts(make: Make, text: str) -> None:
    assert status(make(text, signed(text.strip()))) is VerdictStatus.INVALID


@tables
@pytest.mark.parametrize("text", [" I am", "I am ", "\tI am "])
def test_white_space_without_quotes_may_be_the_tables(make: Make, text: str) -> None:
    assert status(make(text, signed("I am"))) is VerdictStatus.VERIFIED
    assert status(make(text, signed("I am."))) is VerdictStatus.INVALID


@exact
@pytest.mark.parametrize("text", sorted(EMPTY - {""}))
def test_an_empty_marker_in_quotes_is_a_text(make: Make, text: str) -> None:
    assert status(make(text, signed(text))) is VerdictStatus.VERIFIED


@tables
@pytest.mark.parametrize("text", sorted(EMPTY))
def test_an_empty_marker_without_quotes_is_no_text(make: Make, text: str) -> None:
    claim = make(text, signed(text or "null"))
    assert (claim.message, status(claim)) == ("", VerdictStatus.UNSUPPORTED)


def test_the_same_characters_in_quotes_and_without_are_told_apart_in_one_list() -> None:
    plain = ",".join(values("okx", " I am ", signed("I am")))
    header = ",".join(HEADERS["okx"])
    quoted = ",".join(values("okx", '" I am "', signed("I am")))
    alone = wallets(f"{header}\n{plain}\n", REGISTRY).claims
    beside = wallets(f"{header}\n{plain}\n{quoted}\n{plain}\n", REGISTRY).claims
    assert [(claim.message, claim.padded) for claim in beside] == [
        (" I am ", True),
        (" I am ", False),
        (" I am ", True),
    ]
    assert (alone[0].message, alone[0].padded) == (" I am ", True)
    assert [status(claim) for claim in beside] == [
        VerdictStatus.VERIFIED,
        VerdictStatus.INVALID,
        VerdictStatus.VERIFIED,
    ]


@given(st.text(st.sampled_from(' "\t,\n\rnulN\\ab'), min_size=1, max_size=9))
def test_any_text_in_quotes_arrives_as_it_is(text: str) -> None:
    assert in_table("okx", csv.QUOTE_ALL)(text, "0x00").message == text
    assert in_json(text, "0x00").message == text
