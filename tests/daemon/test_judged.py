"""A list after its judgement: compact, and with owners as the chain has them, while that is not too old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.judged import JudgedList, judged_list, with_answers
from monitor.model import (
    Block,
    Code,
    Confirmation,
    Height,
    OwnerAnswer,
    OwnerOutcome,
    OwnerQuestion,
    Verdict,
    VerdictStatus,
    WalletList,
)
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.ownership import OpenQuestions
from tests.support.judgement import INVALID, UNBOUND, UNSIGNED, VERIFIED, claim, document, verdict

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MARK = b"mark of question"
QUESTION = OwnerQuestion("bitcoin", "B", ("owner",), b"\x00" * 32, (b"\x00" * 65,))
VERDICTS = tuple(map(verdict, (VERIFIED, UNBOUND, UNBOUND, INVALID, UNBOUND)))
"""Of claims A to E; B and C share a question, D asks it too but is invalid, and nothing can be asked about E."""
CONFIRMED, REFUTED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED


def judged(question: OwnerQuestion = QUESTION) -> JudgedList:
    claims = tuple(
        claim(account, line=line, message="I am A", signatures=("s",), key="k", owners=("owner",))
        for line, account in enumerate("ABCDE", 2)
    )
    published = WalletList(document(), "accounts", claims)
    asked = OpenQuestions(list(VERDICTS), {MARK: question}, {MARK: (1, 2, 3)})
    return judged_list(published, PackedClaims(claims), asked, NOW)


def told(
    outcome: OwnerOutcome, block: int = 900_000, at: datetime = NOW, confirmed_at: datetime | None = None
) -> dict[bytes, Confirmation]:
    answer = OwnerAnswer(outcome, f"{outcome} in a test", Block(Height(block), "0x00", NOW))
    return {MARK: Confirmation(answer, at, at if outcome is CONFIRMED else confirmed_at)}


def after(one: JudgedList, said: dict[bytes, Confirmation], now: datetime = NOW) -> JudgedList:
    return with_answers(one, PackedVerdicts(VERDICTS), said, now - DAY)


def statuses(of: JudgedList) -> list[VerdictStatus]:
    return [each.status for each in of.verdicts]


def test_the_asset_of_a_coin_id_is_not_forgotten_with_an_answer() -> None:
    rows = (claim("A"), claim(None, None, coin="OKB-X1-USDT"))
    published = WalletList(document(), "accounts", rows)
    verdicts = [Verdict(Code.OWNERS_SIGNED, ""), Verdict(Code.UNKNOWN_FORM, "")]
    asked = OpenQuestions(verdicts, {MARK: QUESTION}, {MARK: (0,)})
    one = judged_list(published, PackedClaims(rows), asked, NOW, asset_of={"OKB-X1-USDT": "USDT"}.get)
    confirmed = with_answers(one, PackedVerdicts(verdicts), told(CONFIRMED), NOW - DAY)
    assert confirmed is not one
    assert [each.asset for each in (*one.holdings.unplaced, *confirmed.holdings.unplaced)] == ["USDT", "USDT"]


def test_claims_lose_their_signatures_keys_and_owners_and_nothing_else() -> None:
    kept = judged().claims[0]
    assert (kept.message, kept.signatures, kept.key, kept.owners) == ("I am A", (), "", ())
    assert (kept.account, kept.line, kept.token) == ("A", 2, claim("A").token)


def test_what_was_signed_is_counted_before_it_goes() -> None:
    assert judged().messages == {"I am A": 5}
    assert judged().counts == {("bitcoin", VERIFIED): 1, ("bitcoin", UNBOUND): 3, ("bitcoin", INVALID): 1}


def test_confirmed_owners_make_every_claim_of_theirs_verified() -> None:
    promoted = after(judged(), told(CONFIRMED))
    assert statuses(promoted) == [VERIFIED, VERIFIED, VERIFIED, INVALID, UNBOUND]
    assert promoted.verdicts[1].reason.endswith("; on chain at block 900000: confirmed in a test")
    assert promoted.counts == {("bitcoin", VERIFIED): 3, ("bitcoin", INVALID): 1, ("bitcoin", UNBOUND): 1}
    assert promoted.lost == ()


def test_the_sums_follow_the_promotion() -> None:
    token = claim("A").token
    assert token is not None

    def standing_of(one: JudgedList) -> dict[str, str]:
        return {account: each.standing.name for each in one.holdings.accounts[token] for account in each.accounts}

    assert standing_of(judged())["B"] == "UNANSWERED"
    promoted = standing_of(after(judged(), told(CONFIRMED)))
    assert (promoted["B"], promoted["D"]) == ("VERIFIED", "LISTED")
    assert standing_of(after(judged(), told(REFUTED)))["B"] == "LISTED"


def test_owners_whom_the_chain_denies_make_a_claim_invalid_even_one_that_was_verified() -> None:
    promoted = after(judged(), told(CONFIRMED))
    denied = after(promoted, told(REFUTED, 900_001, confirmed_at=NOW))
    assert statuses(denied) == [VERIFIED, INVALID, INVALID, INVALID, UNBOUND]
    assert denied.verdicts[1] == Verdict(Code.REFUTED, "unbound in a test; on chain at block 900001: refuted in a test")
    assert denied.lost == (1, 2)
    assert after(judged(), told(REFUTED)).lost == (), "what never was confirmed is not lost"


def test_a_row_that_never_said_that_they_control_it_is_not_accused() -> None:
    denied = after(judged(replace(QUESTION, accuses=False)), told(REFUTED))
    assert statuses(denied) == [VERIFIED, UNSIGNED, UNSIGNED, INVALID, UNBOUND]
    assert denied.verdicts[1].code is Code.REFUTED_DEPOSITOR


@pytest.mark.parametrize("outcome", [OwnerOutcome.UNDECIDED, OwnerOutcome.ADMINISTERED])
def test_what_the_chain_was_asked_is_told_from_what_it_was_not(outcome: OwnerOutcome) -> None:
    assert [each.answered for each in judged().verdicts] == [False] * 5
    asked = after(judged(), told(outcome))
    assert statuses(asked) == statuses(judged())
    assert [each.answered for each in asked.verdicts] == [False, True, True, False, False]
    assert [each.administered for each in asked.verdicts[1:3]] == [outcome is OwnerOutcome.ADMINISTERED] * 2
    assert not any(each.answered for each in after(judged(), told(CONFIRMED)).verdicts)


def test_what_is_only_administered_counts_as_listed_where_the_exchange_wants_it_left_out() -> None:
    token = claim("A").token
    assert token is not None
    for leave_out, expected in ((True, "LISTED"), (False, "SIGNED")):
        code = Code.ADMINISTERED_LEFT_OUT if leave_out else Code.ADMINISTERED
        said = told(OwnerOutcome.ADMINISTERED)
        found = with_answers(judged(), PackedVerdicts(VERDICTS), said, NOW - DAY, leave_out=leave_out)
        (standing,) = (each.standing.name for each in found.holdings.accounts[token] if "B" in each.accounts)
        assert (standing, found.verdicts[1].code) == (expected, code)


def test_what_was_confirmed_too_long_ago_is_as_good_as_not_asked() -> None:
    promoted = after(judged(), told(CONFIRMED))
    assert after(promoted, told(CONFIRMED), NOW + DAY) is promoted
    old = after(promoted, told(CONFIRMED), NOW + DAY + timedelta(seconds=1))
    assert statuses(old) == statuses(judged())
    assert not old.verdicts[1].answered
    assert "were confirmed, too long ago" in old.verdicts[1].reason
    assert old.lost == (1, 2)
    assert after(old, told(CONFIRMED, at=NOW + DAY), NOW + DAY).lost == ()


def test_what_was_denied_does_not_become_better_with_age() -> None:
    denied = after(judged(), told(REFUTED))
    assert after(denied, told(REFUTED), NOW + 30 * DAY) is denied


def test_a_list_that_has_lost_its_signatures_still_counts_as_a_signed_one() -> None:
    assert after(judged(), told(CONFIRMED)).holdings.has_signatures


def test_without_an_answer_nothing_changes() -> None:
    one = judged()
    assert after(one, {b"of another list": told(CONFIRMED)[MARK]}) is one
