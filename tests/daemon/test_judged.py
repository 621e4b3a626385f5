"""A list after its judgement: compact, and with owners promoted only as long as the chain says so."""

from datetime import UTC, datetime

from monitor.daemon.judged import JudgedList, judged_list, with_answers
from monitor.model import Block, OwnerAnswer, OwnerQuestion, Verdict, VerdictStatus, WalletList
from tests.support.judgement import INVALID, UNBOUND, VERIFIED, claim, document, verdict

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
MARK = b"fingerprint of 2"
QUESTION = OwnerQuestion("bitcoin", "B", ("owner",), b"\x00" * 32, (b"\x00" * 65,))
VERDICTS = tuple(map(verdict, (VERIFIED, UNBOUND, UNBOUND, INVALID, UNBOUND)))
"""Of claims A to E; B and C share a question, D asks it too but is invalid, and nothing can be asked about E."""


def judged() -> JudgedList:
    claims = tuple(
        claim(account, line=line, message="I am A", signatures=("s",), key="k", owners=("owner",))
        for line, account in enumerate("ABCDE", 2)
    )
    published = WalletList(document(), "accounts", claims)
    return judged_list(published, VERDICTS, NOW, {MARK: QUESTION}, {MARK: (1, 2, 3)})


def answer(confirmed: bool, block: int = 900_000) -> dict[bytes, OwnerAnswer]:
    reason = "a Safe of 1 owner" if confirmed else "not an owner of the Safe"
    return {MARK: OwnerAnswer(confirmed, reason, Block(block, "0x00", NOW))}


def statuses(of: JudgedList) -> list[VerdictStatus]:
    return [each.status for each in of.verdicts]


def test_claims_lose_their_evidence_and_nothing_else() -> None:
    kept = judged().claims[0]
    assert (kept.message, kept.signatures, kept.key, kept.owners) == ("", (), "", ())
    assert (kept.account, kept.line, kept.token) == ("A", 2, claim("A").token)


def test_what_was_signed_is_counted_before_it_goes() -> None:
    assert judged().messages == {"I am A": 5}
    assert judged().counts == {("bitcoin", VERIFIED): 1, ("bitcoin", UNBOUND): 3, ("bitcoin", INVALID): 1}


def test_confirmed_owners_make_every_claim_of_theirs_verified() -> None:
    promoted = with_answers(judged(), VERDICTS, answer(confirmed=True))
    assert statuses(promoted) == [VERIFIED, VERIFIED, VERIFIED, INVALID, UNBOUND]
    assert promoted.verdicts[1].reason.endswith("; on chain at block 900000: a Safe of 1 owner")
    assert promoted.counts == {("bitcoin", VERIFIED): 3, ("bitcoin", INVALID): 1, ("bitcoin", UNBOUND): 1}


def test_the_sums_follow_the_promotion() -> None:
    token = claim("A").token
    assert token is not None
    before = {
        account: standing.name
        for standing, accounts in judged().holdings.accounts[token].items()
        for account in accounts
    }
    promoted = with_answers(judged(), VERDICTS, answer(confirmed=True)).holdings
    after = {account: standing.name for standing, accounts in promoted.accounts[token].items() for account in accounts}
    assert (before["B"], after["B"], after["D"]) == ("UNANSWERED", "VERIFIED", "LISTED")


def test_owners_that_were_replaced_on_chain_fall_back_to_unbound() -> None:
    promoted = with_answers(judged(), VERDICTS, answer(confirmed=True))
    demoted = with_answers(promoted, VERDICTS, answer(confirmed=False, block=900_001))
    assert statuses(demoted) == statuses(judged())
    assert demoted.verdicts[1] == Verdict(
        UNBOUND, "unbound in a test; on chain at block 900001: not an owner of the Safe", answered=True
    )


def test_what_the_chain_was_asked_is_told_from_what_it_was_not() -> None:
    assert [each.answered for each in judged().verdicts] == [False] * 5
    asked = with_answers(judged(), VERDICTS, answer(confirmed=False))
    assert [each.answered for each in asked.verdicts] == [False, True, True, False, False]
    assert not any(each.answered for each in with_answers(judged(), VERDICTS, answer(confirmed=True)).verdicts)


def test_a_list_that_has_lost_its_signatures_still_counts_as_a_signed_one() -> None:
    promoted = with_answers(judged(), VERDICTS, answer(confirmed=True))
    assert promoted.holdings.has_signatures


def test_without_an_answer_nothing_changes() -> None:
    one = judged()
    assert with_answers(one, VERDICTS, {b"of another list": answer(confirmed=True)[MARK]}) is one
