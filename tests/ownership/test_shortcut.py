"""The usual rows are found many at a time, and nothing is said of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from eth_hash.auto import keccak

from monitor.model import Claim, Network
from monitor.ownership import judge, recovery_loop
from monitor.ownership.shortcut import confirm
from tests.support import keys
from tests.support.keys import Key
from tests.support.ownership import ETHEREUM, MESSAGE, OKC, ORDER, TRON, claim, network

XRP = network("xrp", "xrp")
NETWORKS: Mapping[str, Network] = {one.name: one for one in (ETHEREUM, OKC, TRON, XRP)}


def envelope(chain: str) -> bytes:
    return keccak(f"\x19{chain} Signed Message:\n32".encode() + keccak(MESSAGE.encode()))


OKX = keccak(b"\x14OKX Signed Message:\n" + bytes((len(MESSAGE),)) + MESSAGE.encode())


def row(on: Network, number: int) -> Claim:
    key = Key(number.to_bytes(32, "big"))
    address, digest = {
        "ethereum": (keys.evm(key), envelope("Ethereum")),
        "okc": (keys.evm(key), OKX),
        "tron": (keys.tron(key), envelope("TRON")),
        "xrp": (keys.xrp(key.compressed), OKX),
    }[on.name]
    return claim(on, address, "0x" + key.sign(digest).hex(), line=number)


def marked(*rows: Claim) -> dict[bytes, Claim]:
    return {number.to_bytes(16, "big"): one for number, one in enumerate(rows)}


@pytest.mark.parametrize("on", NETWORKS.values(), ids=str)
def test_the_usual_rows_are_found_and_said_to_be_what_they_are(on: Network) -> None:
    rows = marked(*(row(on, number) for number in range(1, 6)))
    judge(row(on, 9), on)  # whatever other tests judged, this form is the likely one now
    assert confirm(rows, NETWORKS) == {mark: judge(one, on) for mark, one in rows.items()}


def test_rows_of_several_networks_and_messages_do_not_get_mixed_up() -> None:
    rows = marked(*(row(on, number) for number in range(1, 4) for on in NETWORKS.values()))
    for on in NETWORKS.values():
        judge(row(on, 9), on)
    others = {mark + b"!": replace(one, message=MESSAGE + "!") for mark, one in rows.items()}
    assert confirm({**rows, **others}, NETWORKS).keys() == rows.keys()


def malleable(text: str) -> str:
    s = ORDER - int(text[66:130], 16)
    return f"{text[:66]}{s:064x}{55 - int(text[130:], 16):02x}"


def odd(good: Claim, other: Claim) -> dict[str, Claim]:
    """What the shortcut leaves alone: each a row that it would find, but for one thing."""
    [text] = good.signatures
    return {
        "another key's signature": replace(good, signatures=other.signatures),
        "another account": replace(good, account=other.account),
        "no account": replace(good, account=None),
        "no signature": replace(good, signatures=()),
        "an empty signature": replace(good, signatures=("",)),
        "two signatures": replace(good, signatures=(text, text)),
        "a second, empty column": replace(good, signatures=(text, "")),
        "malleable": replace(good, signatures=(malleable(text),)),
        "v of 29": replace(good, signatures=(text[:-2] + "1d",)),
        "no 0x": replace(good, signatures=(text[2:],)),
        "a space in the hex": replace(good, signatures=(text[:66] + " " + text[67:],)),
        "cut short": replace(good, signatures=(text[:-2],)),
        "another message": replace(good, message=MESSAGE.upper()),
        "no message": replace(good, message=""),
        "a message that is not Unicode": replace(good, message="\ud800"),
        "an owner": replace(good, owners=(good.address,)),
        "a stated key": replace(good, key="02" * 33),
        "an unknown network": replace(good, network="unheard-of"),
        "no network": replace(good, network=None),
    }


ODD = odd(row(ETHEREUM, 1), row(ETHEREUM, 2))


@pytest.mark.parametrize("what", ODD)
def test_whatever_is_odd_is_left_to_the_judge_and_spoils_nothing_for_its_neighbours(what: str) -> None:
    rows = marked(row(ETHEREUM, 3), ODD[what], row(ETHEREUM, 4))
    first, _, last = rows
    judge(row(ETHEREUM, 9), ETHEREUM)
    assert confirm(rows, NETWORKS).keys() == {first, last}


def test_keys_are_asked_for_once_for_all_rows_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    recover_keys = recovery_loop.recover_keys

    def watched(signatures: Sequence[bytes]) -> Sequence[bytes]:
        asked.append(len(signatures))
        return recover_keys(signatures)

    monkeypatch.setattr(recovery_loop, "recover_keys", watched)
    confirm(marked(*(row(on, number) for number in range(1, 5) for on in (TRON, XRP))), NETWORKS)
    assert asked == [4, 4]
