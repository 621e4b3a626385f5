import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, ClaimKind, Code, Network, VerdictStatus
from monitor.ownership import fingerprint, judge, judging, question
from monitor.ownership.families import evm
from monitor.ownership.family import Family
from monitor.registry import load
from monitor.registry.addresses import decode
from tests.support.ownership import ETHEREUM, TRON, claim, network

ACCOUNT = "0x" + "11" * 20
SIGNED = claim(ETHEREUM, ACCOUNT, "0x00")


def test_an_address_that_does_not_decode_is_invalid_with_the_readers_reason() -> None:
    verdict = judge(claim(ETHEREUM, "0x12", "0x00"), ETHEREUM)
    assert (verdict.status, verdict.reason.startswith("0x12 ")) == (VerdictStatus.INVALID, True)
    silent = replace(SIGNED, account=None, fault="")
    assert judge(silent, ETHEREUM).status is VerdictStatus.INVALID
    assert judge(silent, ETHEREUM).reason


def test_an_address_that_does_not_decode_is_invalid_on_every_family_with_a_codec() -> None:
    assert judge(claim(TRON, "TEjxQjU3CxkFrSDcPfHwZXSuPpCpdQ27NK", "0x00"), TRON).status is VerdictStatus.INVALID


def test_an_address_whose_codec_is_not_known_is_unsupported() -> None:
    on = network("far", "far-away")
    assert judge(claim(on, "anything", "0x00"), on).code is Code.ADDRESS_UNREAD


def test_an_unknown_network_is_unsupported_with_the_registrys_reason() -> None:
    verdict = judge(replace(SIGNED, network=None, account=None, fault="coin XYZ is not in the registry"), None)
    assert (verdict.code, verdict.reason) == (Code.NETWORK_UNKNOWN, "coin XYZ is not in the registry")
    assert judge(replace(SIGNED, network=None), None).reason


@pytest.mark.parametrize("signatures", [(), ("",), ("", "")])
def test_a_row_without_signatures_is_unsigned(signatures: tuple[str, ...]) -> None:
    for on in (ETHEREUM, TRON):
        row = replace(SIGNED, network=on.name, signatures=signatures)
        assert judge(row, on).status is VerdictStatus.UNSIGNED


def test_a_signed_row_without_a_message_is_unsupported() -> None:
    verdict = judge(replace(SIGNED, message=""), ETHEREUM)
    assert (verdict.code, "no message" in verdict.reason) == (Code.NO_MESSAGE, True)


def test_white_space_that_may_be_the_tables_is_no_part_of_the_message_or_is_all_of_it() -> None:
    key = Account.from_key(b"\1" * 32)

    def judged(message: str, signed: str) -> VerdictStatus:
        signature = "0x" + bytes(key.sign_message(encode_defunct(text=signed)).signature).hex()
        row = claim(ETHEREUM, key.address, signature, message=message)
        return judge(replace(row, padded=True), ETHEREUM).status

    assert judged(" text ", " text ") is judged(" text ", "text") is VerdictStatus.VERIFIED
    assert judged("  ", "  ") is VerdictStatus.VERIFIED
    assert judged("  ", "") is judged(" text ", "tex") is VerdictStatus.INVALID


def test_a_message_that_is_no_unicode_is_invalid() -> None:
    assert judge(replace(SIGNED, message="\ud800"), ETHEREUM).code is Code.BAD_MESSAGE


def test_a_family_that_is_not_judged_is_unsupported_and_named() -> None:
    future = network("future", "future")
    verdict = judge(replace(SIGNED, network="future"), future)
    assert (verdict.code, "family future" in verdict.reason) == (Code.FAMILY_NOT_JUDGED, True)


def test_a_defect_in_a_family_makes_the_row_unsupported_names_itself_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, defects: list[str]
) -> None:
    def broken(_claim: Claim, _network: Network) -> NoReturn:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(judging, "load_family", lambda _name: Family(broken, evm.DESCRIPTION))
    verdict = judge(SIGNED, ETHEREUM)
    assert verdict.status is VerdictStatus.UNSUPPORTED
    assert (verdict.code, "ZeroDivisionError" in verdict.reason) == (Code.DEFECT, True)
    (told,) = defects
    defects.clear()
    assert "list.csv, line 1" in told
    assert "by accident" in told


def test_where_no_memory_is_left_there_is_no_verdict_that_could_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_claim: Claim, _network: Network) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(judging, "load_family", lambda _name: Family(exhausted, evm.DESCRIPTION))
    with pytest.raises(MemoryError):
        judge(SIGNED, ETHEREUM)


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=10),
    st.binary(max_size=70).map(lambda raw: "0x" + raw.hex()),
    st.binary(min_size=65, max_size=65).map(lambda raw: "0x" + raw.hex()),
    st.sampled_from(["", "null", ACCOUNT, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "smp", "ful", "pof", "A" * 88]),
)
CLAIMS = st.builds(
    Claim,
    file=st.just("list.csv"),
    line=st.integers(),
    coin=TEXTS,
    network=st.one_of(st.none(), TEXTS),
    token=st.none(),
    address=TEXTS,
    account=st.one_of(st.none(), TEXTS),
    fault=TEXTS,
    kind=st.sampled_from(ClaimKind),
    message=TEXTS,
    signatures=st.lists(TEXTS, max_size=4).map(tuple),
    key=TEXTS,
    owners=st.lists(TEXTS, max_size=3).map(tuple),
)


NETWORKS = load().networks
PUBLISHED = json.loads((Path(__file__).parent.parent / "data" / "addresses" / "published.json").read_text())
ACCOUNTS = [(NETWORKS[name], address) for name, addresses in PUBLISHED.items() for address in addresses]


@settings(max_examples=400, deadline=None)
@given(row=CLAIMS, on=st.sampled_from([None, *NETWORKS.values()]))
def test_no_claim_whatever_raises_or_passes(row: Claim, on: Network | None) -> None:
    check_not_proven(row, on)


@settings(max_examples=400, deadline=None)
@given(row=CLAIMS, place=st.sampled_from(ACCOUNTS))
def test_no_evidence_whatever_raises_or_proves_a_published_account(row: Claim, place: tuple[Network, str]) -> None:
    on, address = place
    check_not_proven(replace(row, network=on.name, account=decode(on, address).canonical), on)


def check_not_proven(row: Claim, on: Network | None) -> None:
    verdict = judge(row, on)
    assert verdict.status not in {VerdictStatus.VERIFIED, VerdictStatus.UNBOUND}
    assert verdict.reason
    assert verdict.code is not Code.DEFECT
    assert question(row, on) is None
    assert len(fingerprint(row)) == 16
