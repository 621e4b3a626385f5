from collections.abc import Mapping
from dataclasses import replace

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak

from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership import Judged, accept, batch, fingerprint, judge, judge_all
from monitor.ownership.digests import personal_message
from tests.support.ownership import BITCOIN, ETHEREUM, MESSAGE, claim, evm_signature

NETWORKS: Mapping[str, Network] = {"ethereum": ETHEREUM, "bitcoin": BITCOIN}
DIGEST = personal_message(keccak(MESSAGE.encode()))


def row(number: int, *, good: bool = True) -> Claim:
    key = PrivateKey(number.to_bytes(32, "big"))
    account = "0x" + keccak(key.public_key.format(compressed=False)[1:])[12:].hex()
    return claim(ETHEREUM, account if good else "0x" + "11" * 20, evm_signature(key, DIGEST), line=number)


ROWS = [row(number, good=number % 3 > 0) for number in range(1, 41)]
MIXED = [*ROWS, ROWS[0], claim(BITCOIN, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"), replace(ROWS[0], network="unheard-of")]


@pytest.fixture
def judged_lines(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines that were judged."""
    lines: list[int] = []

    def watched(row: Claim, network: Network | None) -> Verdict:
        lines.append(row.line)
        return judge(row, network)

    monkeypatch.setattr(batch, "judge", watched)
    return lines


def test_verdicts_come_in_the_order_of_the_claims() -> None:
    expected = [judge(one, NETWORKS.get(one.network or "")) for one in MIXED]
    assert judge_all(MIXED, NETWORKS) == expected
    assert {verdict.status for verdict in expected} == set(VerdictStatus) - {VerdictStatus.UNBOUND}


def test_a_row_is_judged_once_however_often_it_stands_in_the_list(judged_lines: list[int]) -> None:
    verdicts = judge_all([ROWS[0], ROWS[1], replace(ROWS[0], line=77)], NETWORKS)
    assert len(judged_lines) == 2
    assert verdicts[0] == verdicts[2]


def test_what_is_known_is_not_judged_again(judged_lines: list[int]) -> None:
    remembered = Verdict(VerdictStatus.VERIFIED, "from the history")
    done: list[int] = []
    known = {fingerprint(ROWS[0]): remembered}
    verdicts = judge_all(ROWS[:3], NETWORKS, known=known, progress=done.append)
    assert verdicts[0] == remembered
    assert sorted(judged_lines) == [2, 3]
    assert done == [0, 3]


def test_nothing_is_judged_when_all_is_known(judged_lines: list[int]) -> None:
    known = {fingerprint(one): judge(one, ETHEREUM) for one in ROWS}
    assert judge_all(ROWS, NETWORKS, known=known) == list(known.values())
    assert judged_lines == []


def test_what_is_found_is_handed_on_while_judging_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_CHUNK", 4)
    kept: list[Judged] = []
    done: list[int] = []
    verdicts = judge_all(MIXED, NETWORKS, messages=frozenset(), progress=done.append, keep=kept.append)
    assert (len(kept), done) == (11, [*range(0, 41, 4), len(MIXED)])
    plain = {fingerprint(one): judge(one, NETWORKS.get(one.network or "")) for one in MIXED}
    assert {mark: verdict for chunk in kept for mark, verdict in chunk.items()} == plain
    assert verdicts != list(plain.values()), "what is kept does not depend on the messages of today"


def test_who_stops_in_the_middle_judges_the_rest_later(
    judged_lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_CHUNK", 4)
    known: dict[bytes, Verdict] = {}

    def stop(done: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_all(ROWS, NETWORKS, progress=stop, keep=known.update)
    assert len(judged_lines) == 8
    judge_all(ROWS, NETWORKS, known=known)
    assert judged_lines == [row.line for row in ROWS]


def test_an_empty_list_has_no_verdicts() -> None:
    assert judge_all([], NETWORKS) == []


def test_a_message_that_is_not_accepted_makes_any_signed_row_invalid() -> None:
    verdicts = judge_all(MIXED, NETWORKS, messages=frozenset({"another"}))
    plain = judge_all(MIXED, NETWORKS)
    for verdict, before in zip(verdicts, plain, strict=True):
        if before.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
            assert verdict == before
        else:
            assert verdict.status is VerdictStatus.INVALID
            assert verdict.reason == f"message '{MESSAGE}' is not one of the accepted ones"


def test_an_owners_signature_over_a_message_that_is_not_accepted_is_invalid_and_not_unbound() -> None:
    """An unbound row can be promoted by the chain: what it signed must be held to the configuration before."""
    owner = ROWS[0]
    owned = replace(owner, account="0x" + "5a" * 20, address="0x" + "5a" * 20, owners=(owner.address,))
    (before,) = judge_all([owned], NETWORKS)
    assert before.status is VerdictStatus.UNBOUND
    for messages, status in (({"another"}, VerdictStatus.INVALID), ({MESSAGE}, VerdictStatus.UNBOUND)):
        (verdict,) = judge_all([owned], NETWORKS, messages=frozenset(messages))
        assert verdict.status is status


def test_white_space_around_an_accepted_message_makes_it_no_other() -> None:
    spaced = [replace(ROWS[0], message=text) for text in (MESSAGE + "\n", f" {MESSAGE}", MESSAGE.replace(" ", "  "))]
    verdicts = [Verdict(VerdictStatus.VERIFIED, "signed")] * 3
    accepted = [verdict.status for verdict in accept(spaced, verdicts, frozenset({f"{MESSAGE} "}))]
    assert accepted == [VerdictStatus.VERIFIED, VerdictStatus.VERIFIED, VerdictStatus.INVALID]


def test_an_accepted_message_changes_nothing() -> None:
    plain = judge_all(MIXED, NETWORKS)
    assert judge_all(MIXED, NETWORKS, messages=frozenset({MESSAGE})) == plain
    assert accept(MIXED, plain, None) == plain


def test_known_verdicts_are_held_to_the_messages_of_today() -> None:
    known = {fingerprint(ROWS[0]): Verdict(VerdictStatus.VERIFIED, "from the history")}
    (verdict,) = judge_all(ROWS[:1], NETWORKS, known=known, messages=frozenset())
    assert verdict.status is VerdictStatus.INVALID
