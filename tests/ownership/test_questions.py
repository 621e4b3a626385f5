"""What a chain is asked about claims that the list leaves unbound: who signed, named as that chain names it.

Rows of Aptos, Starknet and EOS are those of OKX's own examples.
"""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from base58 import b58decode, b58encode
from Crypto.Hash import RIPEMD160
from eth_hash.auto import keccak

from monitor.model import Claim, ClaimKind, Network, OwnerQuestion, VerdictStatus
from monitor.ownership import judge, question
from monitor.registry import load
from tests.support import ed25519
from tests.support.keys import Key, evm, xrp
from tests.support.ownership import MESSAGE, claim

NETWORKS = load().networks
FIRST, SECOND = Key(b"\x01" * 32), Key(b"\x02" * 32)
WALLET = next(home for home in ed25519.HOMES if home.name == "ton v4r2")
VALIDATOR = "0x" + "ab" * 48
PREIMAGE = b"\x14OKX Signed Message:\n" + bytes((len(MESSAGE),)) + MESSAGE.encode()
STARK_KEY = "0x6459074aa056e6dfb18539e414720ca7518b4d9b6d9a9fa0a3a64b8e2287963"
EOS_KEY = "EOS7nGMZSQxyvJkH5WDnuGsSQMp7yCRYA5AX4GMAXh6WtmqnMT79X"


def hexed(key: Key, digest: bytes) -> str:
    return "0x" + key.sign(digest).hex()


def on_evm(key: Key) -> str:
    personal = b"\x19Ethereum Signed Message:\n32" + keccak(MESSAGE.encode())
    return hexed(key, keccak(personal))


def on_eos(key: Key) -> str:
    raw = key.sign(sha256(PREIMAGE).digest(), 31)
    signed = raw[64:] + raw[:64]
    return "SIG_K1_" + b58encode(signed + RIPEMD160.new(signed + b"K1").digest()[:4]).decode()


def eos_key(key: Key) -> str:
    return "EOS" + b58encode(key.compressed + RIPEMD160.new(key.compressed).digest()[:4]).decode()


def validator(kind: ClaimKind, *signatures: str, owners: list[str]) -> Claim:
    return claim(NETWORKS["ethereum-beacon"], VALIDATOR, *signatures, owners=owners, kind=kind)


CASES: dict[str, tuple[str, Claim, OwnerQuestion]] = {
    "a rotated Aptos account": (
        "aptos",
        claim(
            NETWORKS["aptos"],
            "0x" + "deadbeef" * 8,
            "0xab8864be5630560bdd97ba9db7a1f30730779d294f5ecf66ca56039807ef1d0c"
            "c83a7653bb7359c8f7cd4f0f1df45164d3c3916b534bc3bf68bb3e8f8168bc04",
            key="0x75067a6dbd4dced2f1ab3a58a2b2103daa0def4d436315f98134957399809aac",
            owners=["0x5bb5d85934c7587a22960ef72e9d8cd5313a60447e57a2183b1aae285d90352e"],
        ),
        OwnerQuestion(
            "aptos",
            "0x" + "deadbeef" * 8,
            signers=("0x5bb5d85934c7587a22960ef72e9d8cd5313a60447e57a2183b1aae285d90352e",),
            keys=(bytes.fromhex("75067a6dbd4dced2f1ab3a58a2b2103daa0def4d436315f98134957399809aac"),),
        ),
    ),
    "a Starknet account": (
        "starknet",
        claim(
            NETWORKS["starknet"],
            "0x03b7f0b02b63683eca1639fb2d5dfa1021628d4ee728b03bc0ac2be66edc32f1",
            "04550efc3034895232cac30b73677c81cf949e7428d9629eda85b83e60614f45"
            "061639b572eb88f82f304b6a3ad4f2392a835e5582b918da53ddaaee4e342ea0",
            key=STARK_KEY,
            message="OKC_DTT_AUP2025",
        ),
        OwnerQuestion(
            "starknet",
            "0x03b7f0b02b63683eca1639fb2d5dfa1021628d4ee728b03bc0ac2be66edc32f1",
            keys=(int(STARK_KEY, 16).to_bytes(32, "big"),),
        ),
    ),
    "an EOS account of one key": (
        "eos",
        claim(
            NETWORKS["eos"],
            "okbwallet1tr",
            "SIG_K1_K1fyBKSBw62ioqwFAFUhuFeCF5SbjbDv387RMAoQVy2VqmM1MhEXZSQ4A38PX7g128NBAanXMkwqYErAD1LNZR2ZWQigJz",
            key=EOS_KEY,
            message="OKC_DTT_AUP2025",
        ),
        OwnerQuestion(
            "eos",
            "okbwallet1tr",
            keys=(b58decode(EOS_KEY.removeprefix("EOS"))[:33],),
        ),
    ),
    "an EOS account of two keys": (
        "eos",
        claim(
            NETWORKS["eos"],
            "okbwallet1tr",
            on_eos(FIRST),
            on_eos(SECOND),
            key=json.dumps({"publicKey1": eos_key(FIRST), "publicKey2": eos_key(SECOND)}),
        ),
        OwnerQuestion("eos", "okbwallet1tr", keys=(FIRST.compressed, SECOND.compressed)),
    ),
    "a named NEAR account": (
        "near",
        claim(NETWORKS["near"], "okx.near", ed25519.okx_signature(), key=ed25519.KEY.hex),
        OwnerQuestion("near", "okx.near", keys=(ed25519.KEY.public,)),
    ),
    "a TON account of a contract that is not known": (
        "ton",
        claim(NETWORKS["ton"], "0:" + "12" * 32, ed25519.okx_signature(), key=ed25519.KEY.hex),
        OwnerQuestion("ton", "0:" + "12" * 32, keys=(ed25519.KEY.public,)),
    ),
    "a TON account with the wallet of a key as its owner": (
        "ton",
        claim(
            NETWORKS["ton"],
            "0:" + "12" * 32,
            ed25519.okx_signature(),
            key=ed25519.KEY.hex,
            owners=[WALLET.address(ed25519.KEY.public)],
        ),
        OwnerQuestion(
            "ton",
            "0:" + "12" * 32,
            signers=(WALLET.address(ed25519.KEY.public),),
            keys=(ed25519.KEY.public,),
        ),
    ),
    "an XRP account with signers as owners": (
        "xrp",
        claim(
            NETWORKS["xrp"],
            "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH",
            hexed(FIRST, keccak(PREIMAGE)),
            hexed(SECOND, keccak(PREIMAGE)),
            owners=[xrp(FIRST.compressed), xrp(SECOND.compressed)],
        ),
        OwnerQuestion(
            "xrp",
            "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH",
            signers=(xrp(FIRST.compressed), xrp(SECOND.compressed)),
        ),
    ),
    "a staked validator": (
        "ethereum-beacon",
        validator(ClaimKind.STAKING, on_evm(FIRST), owners=[evm(FIRST)]),
        OwnerQuestion("ethereum-beacon", VALIDATOR, signers=(evm(FIRST),)),
    ),
    "a restaked validator, whose second owner is an EigenPod": (
        "ethereum-beacon",
        validator(ClaimKind.RESTAKING, on_evm(FIRST), owners=[evm(FIRST), "0x" + "70" * 20]),
        OwnerQuestion("ethereum-beacon", VALIDATOR, signers=(evm(FIRST),)),
    ),
}


def on(name: str) -> Network:
    return NETWORKS[name]


@pytest.mark.parametrize(("name", "row", "expected"), CASES.values(), ids=CASES)
def test_the_question_names_the_network_the_account_and_who_signed(
    name: str, row: Claim, expected: OwnerQuestion
) -> None:
    verdict = judge(row, on(name))
    assert verdict.status is VerdictStatus.UNBOUND, verdict.reason
    asked = question(row, on(name))
    assert asked is not None
    assert replace(asked, digest=b"", signatures=()) == expected


def test_an_owner_may_stand_in_any_column() -> None:
    name, row, expected = CASES["a staked validator"]
    asked = question(replace(row, owners=("", *row.owners), signatures=("", *row.signatures)), on(name))
    assert asked is not None
    assert asked.signers == expected.signers


@pytest.mark.parametrize(("name", "row"), [case[:2] for case in CASES.values()], ids=CASES)
def test_nothing_is_asked_about_a_row_that_does_not_hold(name: str, row: Claim) -> None:
    assert question(replace(row, message="another text"), on(name)) is None
    assert question(replace(row, signatures=()), on(name)) is None
    assert question(replace(row, account=None), on(name)) is None


def test_the_question_about_a_validator_carries_what_a_contract_will_want() -> None:
    """Its withdrawal address may be a Safe, or judge signatures itself."""
    _, row, _ = CASES["a staked validator"]
    asked = question(row, on("ethereum-beacon"))
    assert asked is not None
    assert asked.digest == keccak(b"\x19Ethereum Signed Message:\n32" + keccak(MESSAGE.encode()))
    assert ["0x" + signature.hex() for signature in asked.signatures] == [on_evm(FIRST)]
