"""What databases write for nothing is nothing: no second signature, no script, no key, no owner, in every layout."""

import json
from collections.abc import Callable

import pytest
from btclib import b58
from btclib.ecc import bms
from btclib.key import PrvKeyData

from monitor.model import Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.registry import Registry, load
from tests.support.ed25519 import HOMES, KEY, okx_signature
from tests.support.ownership import MESSAGE
from tests.support.published import wallets

Row = Callable[[str, str, str, str], str]
"""A list of one row from coin, address, first signature and the cell that stands for nothing."""

ACCOUNTS = ("network", "address", "message", "signature1", "signature2", "key", "owner1", "owner2")


def _csv(header: str, row: str) -> Row:
    def make(coin: str, address: str, signature: str, nothing: str) -> str:
        values = {"coin": coin, "address": address, "message": MESSAGE, "signature": signature, "nothing": nothing}
        return f"{header}\n{row.format(**values)}\n"

    return make


def _json(coin: str, address: str, signature: str, nothing: str) -> str:
    values = (coin, address, MESSAGE, signature, *[nothing] * 4)
    return json.dumps([dict(zip(ACCOUNTS, values, strict=True))])


LAYOUTS: dict[str, Row] = {
    "9 columns": _csv(
        "coin,Network,Snapshot Height,address,balance,message,signature1,signature2,redeem script",
        "{coin},{coin},7,{address},1,{message},{signature},{nothing},{nothing}",
    ),
    "11 columns": _csv(
        "coin,Network,Snapshot Height,address,amount,message,signature1,signature2,"
        "redeem script/ public key, eoa1, eoa2",
        "{coin},{coin},7,{address},1,{message},{signature},{nothing},{nothing},{nothing},{nothing}",
    ),
    "12 columns": _csv(
        "coin,Type,Network,Snapshot Height,address,amount,message,signature1,signature2,"
        "redeem script/public key,EOA1,EOA2",
        "{coin},Non Staking,{coin},7,{address},1,{message},{signature},{nothing},{nothing},{nothing},{nothing}",
    ),
    "audit": _csv(
        "digitalAsset,network,address,signedMessage,signedMessage2,message,publicKey,owner1,owner2",
        "{coin},{coin},{address},{signature},{nothing},{message},{nothing},{nothing},{nothing}",
    ),
    "accounts, CSV": _csv(
        ",".join(ACCOUNTS), "{coin},{address},{message},{signature},{nothing},{nothing},{nothing},{nothing}"
    ),
    "accounts, JSON": _json,
}
NOTHING = ["", "null", r"\N"]

BTC_KEY = PrvKeyData(5)
P2PKH, SIGNED = b58.p2pkh(BTC_KEY.pub), bms.sign(MESSAGE.encode(), BTC_KEY).b64encode()
HOME = {home.name: home.address(KEY.public) for home in HOMES}

each = pytest.mark.parametrize("make", LAYOUTS.values(), ids=LAYOUTS)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def judged(registry: Registry, text: str) -> Verdict:
    (claim,) = wallets(text, registry, name="list.json" if text.startswith("[") else "list.csv").claims
    return judge(claim, registry.networks[claim.network or ""])


@each
@pytest.mark.parametrize("nothing", NOTHING)
def test_an_empty_cell_is_no_signature_no_script_and_no_owner(registry: Registry, make: Row, nothing: str) -> None:
    verdict = judged(registry, make("BTC", P2PKH, SIGNED, nothing))
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert judged(registry, make("BTC", P2PKH, nothing, nothing)).status is VerdictStatus.UNSIGNED


@each
@pytest.mark.parametrize("nothing", NOTHING)
def test_an_empty_cell_is_no_key(registry: Registry, make: Row, nothing: str) -> None:
    is_key = judged(registry, make("SOL", HOME["solana"], okx_signature(), nothing))
    assert is_key.status is VerdictStatus.VERIFIED, is_key.reason
    needs_key = judged(registry, make("SUI", HOME["sui"], okx_signature(), nothing))
    assert (needs_key.status, needs_key.reason) == (
        VerdictStatus.UNSUPPORTED,
        "the row states no public key, without which such a signature cannot be judged",
    )
