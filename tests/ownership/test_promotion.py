"""What a judged list leaves to the chains, and how validators are bound to owners who signed in other rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from monitor.model import Claim, ClaimKind, Code, OwnerQuestion, VerdictStatus
from monitor.ownership import OpenQuestions, accept, judge, mark, open_questions
from monitor.registry import load
from tests.support.keys import Key, evm
from tests.support.ownership import MESSAGE, claim

NETWORKS = load().networks
ETHEREUM, BEACON = NETWORKS["ethereum"], NETWORKS["ethereum-beacon"]
FIRST, SECOND, THIRD = (Key(bytes([number]) * 32) for number in (1, 2, 3))
VALIDATOR = "0x" + "ab" * 48
SAFE = "0x" + "5a" * 20
DIGEST = keccak(b"\x19Ethereum Signed Message:\n32" + keccak(MESSAGE.encode()))


def signed(key: Key, network: str = "ethereum", line: int = 7) -> Claim:
    """A row that its account itself signed."""
    return replace(claim(NETWORKS[network], evm(key), "0x" + key.sign(DIGEST).hex()), line=line)


def safe(*keys: Key) -> Claim:
    signatures = ["0x" + key.sign(DIGEST).hex() for key in keys]
    return claim(ETHEREUM, SAFE, *signatures, owners=[evm(key) for key in keys])


def staked(*owners: str, validator: str = VALIDATOR) -> Claim:
    """A row of a staking file: no signature, and the withdrawal address before that of the deposit."""
    return claim(BEACON, validator, owners=list(owners), kind=ClaimKind.STAKING, message="")


def ask(*claims: Claim, messages: frozenset[str] | None = None) -> OpenQuestions:
    verdicts = [judge(claim, NETWORKS[claim.network or ""]) for claim in claims]
    return open_questions(claims, accept(claims, verdicts, messages), NETWORKS)


def questions(found: OpenQuestions) -> Sequence[OwnerQuestion]:
    return list(found.questions.values())


def test_a_question_is_asked_once_for_all_rows_that_share_it() -> None:
    one, other = safe(FIRST), replace(safe(FIRST), line=9)
    found = ask(one, signed(THIRD), other)
    (question,) = questions(found)
    assert (question.account, question.signers) == (SAFE, (evm(FIRST),))
    assert found.positions == {mark(question): (0, 2)}


def test_the_mark_of_a_question_depends_on_all_of_it() -> None:
    question = OwnerQuestion("ethereum", SAFE, ("a",), b"d", (b"s",), (b"k",))
    changes: dict[str, Any] = {
        "network": "base",
        "account": "0x",
        "signers": ("b",),
        "digest": b"e",
        "signatures": (b"t",),
        "keys": (),
        "accuses": False,
    }
    others = [replace(question, **{name: value}) for name, value in changes.items()]
    assert len({mark(each) for each in (question, *others)}) == 1 + len(others)
    assert mark(question) == mark(replace(question))


@pytest.mark.parametrize("network", ["ethereum", "arbitrum"])
def test_a_validator_whose_withdrawal_account_signed_elsewhere_is_unbound_by_it(network: str) -> None:
    found = ask(signed(FIRST, network), staked(evm(FIRST), evm(SECOND)))
    assert found.verdicts[1].code is Code.SIGNED_ELSEWHERE
    assert f"its owner {evm(FIRST)} (line 7)" in found.verdicts[1].reason
    assert questions(found) == [OwnerQuestion("ethereum-beacon", VALIDATOR, (evm(FIRST),))]


def test_an_account_that_made_the_deposit_is_asked_for_and_accuses_nobody() -> None:
    found = ask(signed(SECOND), staked(evm(FIRST), evm(SECOND)))
    assert found.verdicts[1].status is VerdictStatus.UNBOUND
    assert questions(found) == [OwnerQuestion("ethereum-beacon", VALIDATOR, (evm(SECOND),), accuses=False)]


def test_both_are_asked_for_where_both_signed() -> None:
    found = ask(signed(SECOND), signed(FIRST), staked(evm(FIRST), evm(SECOND)))
    assert questions(found) == [OwnerQuestion("ethereum-beacon", VALIDATOR, (evm(FIRST), evm(SECOND)))]


def test_a_withdrawal_account_that_is_a_contract_passes_its_owners_on() -> None:
    found = ask(safe(FIRST, SECOND), staked(SAFE))
    of_safe, of_validator = questions(found)
    assert of_validator == replace(of_safe, network="ethereum-beacon", account=VALIDATOR)
    assert found.positions[mark(of_validator)] == (1,)


def test_who_signed_nothing_that_holds_binds_nobody() -> None:
    forged = replace(signed(FIRST), signatures=signed(SECOND).signatures)
    other_message = frozenset({"another"})
    for found in (
        ask(signed(THIRD), staked(evm(FIRST), evm(SECOND))),
        ask(forged, staked(evm(FIRST))),
        ask(signed(FIRST), staked(evm(FIRST)), messages=other_message),
        ask(signed(FIRST), staked("not an address")),
        ask(signed(FIRST), staked()),
    ):
        assert found.verdicts[1].status is VerdictStatus.UNSIGNED
        assert not questions(found)


def test_a_row_with_a_signature_of_its_own_stands_on_that() -> None:
    wrong = replace(staked(evm(FIRST)), signatures=signed(SECOND).signatures, message=MESSAGE)
    assert ask(signed(FIRST), wrong).verdicts[1].status is VerdictStatus.INVALID
