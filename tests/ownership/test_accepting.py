"""The messages that an exchange may have signed, as its configuration names them."""

from dataclasses import replace

from coincurve import PrivateKey
from eth_hash.auto import keccak

from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import accept, judge
from monitor.ownership.digests import personal_message
from tests.support.ownership import BITCOIN, ETHEREUM, MESSAGE, claim, evm_signature

KEY = PrivateKey(b"\1" * 32)
ACCOUNT = "0x" + keccak(KEY.public_key.format(compressed=False)[1:])[12:].hex()
SIGNATURE = evm_signature(KEY, personal_message(keccak(MESSAGE.encode())))
SIGNED = claim(ETHEREUM, ACCOUNT, SIGNATURE)
ROWS = {
    VerdictStatus.VERIFIED: SIGNED,
    VerdictStatus.UNBOUND: claim(ETHEREUM, "0x" + "5a" * 20, SIGNATURE, owners=(ACCOUNT,)),
    VerdictStatus.INVALID: claim(ETHEREUM, "0x" + "11" * 20, SIGNATURE),
    VerdictStatus.UNSIGNED: claim(BITCOIN, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    VerdictStatus.UNSUPPORTED: claim(ETHEREUM, ACCOUNT, SIGNATURE, SIGNATURE),
}


def judged(row: Claim) -> Verdict:
    return judge(row, BITCOIN if row.network == "bitcoin" else ETHEREUM)


def test_a_message_that_is_not_accepted_makes_any_signed_row_invalid() -> None:
    """An unbound row can be promoted by the chain: what it signed must be held to the configuration before."""
    before = [judged(row) for row in ROWS.values()]
    assert [verdict.status for verdict in before] == list(ROWS)
    after = accept(ROWS.values(), before, frozenset({"another"}))
    for verdict, was in zip(after, before, strict=True):
        if was.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
            assert verdict == was
        else:
            assert verdict == Verdict(Code.MESSAGE_NOT_ACCEPTED, f"message '{MESSAGE}' is not one of the accepted ones")


def test_an_accepted_message_changes_nothing() -> None:
    verdicts = [judged(row) for row in ROWS.values()]
    assert accept(ROWS.values(), verdicts, frozenset({MESSAGE, "another"})) == verdicts
    assert accept(ROWS.values(), verdicts, None) == verdicts


def test_white_space_around_an_accepted_message_makes_it_no_other() -> None:
    spaced = [replace(SIGNED, message=text) for text in (MESSAGE + "\n", f" {MESSAGE}", MESSAGE.replace(" ", "  "))]
    verdicts = [Verdict(Code.OWN_KEY, "signed")] * 3
    accepted = [verdict.status for verdict in accept(spaced, verdicts, frozenset({f"{MESSAGE} "}))]
    assert accepted == [VerdictStatus.VERIFIED, VerdictStatus.VERIFIED, VerdictStatus.INVALID]
