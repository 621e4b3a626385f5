"""Which answers of an EVM account bind it to those who signed, which refute them, and which say nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from coincurve import PublicKey
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from monitor.chains.evm import owners as asking
from monitor.chains.evm.control import Told
from monitor.chains.evm.owners import confirm, signatures, unknown_function
from monitor.chains.evm.rpc import AtBlock, EvmRpc
from monitor.chains.jsonrpc import Call, Reply
from monitor.chains.link import Link
from monitor.model import Block, Height, OwnerOutcome, OwnerQuestion
from monitor.registry.safes import Safes
from tests.support.chains import account
from tests.support.fake_nodes import endpoint_settings

CONFIRMED, REFUTED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED
ADMINISTERED, UNDECIDED = OwnerOutcome.ADMINISTERED, OwnerOutcome.UNDECIDED
MAGIC = bytes.fromhex("1626ba7e")
SIGNERS = (account(0xB), account(0xA))
QUESTION = OwnerQuestion("ethereum", account(1), SIGNERS, b"\x07" * 32, (b"B" * 65, b"A" * 65))
CODE = bytes.fromhex("6000")


def word(value: int | str) -> bytes:
    return encode(["uint256" if isinstance(value, int) else "address"], [value])


def owners(*members: str) -> bytes:
    return encode(["address[]"], [members])


YES, NO = MAGIC + bytes(28), b"\xff" * 4 + bytes(28)
OTHER = account(0xC)
SAFE = {"owners": owners(*SIGNERS, OTHER), "threshold": word(2)}
STRANGERS_SAFE = {"owners": owners(OTHER), "threshold": word(1)}


BLOCK = Block(Height(90), "0x" + "ab" * 32, datetime(2026, 6, 14, tzinfo=UTC))
PINNED = {"blockHash": BLOCK.hash}
PROXY, SINGLETON = bytes.fromhex("600a"), bytes.fromhex("600b")
SAFES = Safes({keccak(PROXY): "proxy"}, {keccak(SINGLETON): "1.4.1"})
GETTERS = {keccak(text=f"{name}()")[:4]: name for name in ("getOwners", "getThreshold", "owner", "podOwner")}
NAMES = {"getOwners": "owners", "getThreshold": "threshold", "owner": "owner", "podOwner": "pod_owner"}


class Account:
    """Answers what an account with ``code`` is asked, byte by byte; None is a revert."""

    def __init__(self, code: bytes, **answers: bytes | None) -> None:
        self.requests: list[Sequence[Call]] = []
        self._code = code
        self._answers = answers

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:
        (reply,) = await self.batch([(method, params)])
        return reply

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        self.requests.append(calls)
        return [self._reply(*call) for call in calls]

    def _reply(self, method: str, params: Any) -> Reply:
        match method, params:
            case "eth_getCode", [str(who), _]:
                answer: bytes | None = self._code if who.lower() == QUESTION.account else SINGLETON
            case "eth_getStorageAt", _:
                answer = word(account(0x5A))
            case "eth_call", [{"data": str(data)}, _]:
                answer = self._answers.get(self._name(bytes.fromhex(data[2:])))
            case _:
                raise AssertionError(f"nobody was to ask for {method} {params}")
        if answer is None:
            return {"error": {"code": 3, "message": "execution reverted"}}
        return {"result": "0x" + answer.hex()}

    def _name(self, data: bytes) -> str:
        if data[:4] in GETTERS:
            return NAMES[GETTERS[data[:4]]]
        if data[:4] != MAGIC:
            return "nobody"
        digest, joined = decode(["bytes32", "bytes"], data[4:])
        if digest != QUESTION.digest:
            return "strangers_message"
        return "validity" if joined == b"A" * 65 + b"B" * 65 else "stranger"


async def asked(who: Account, *questions: OwnerQuestion) -> list[tuple[OwnerOutcome, str]]:
    at = AtBlock(EvmRpc(Link(endpoint_settings()), who), BLOCK, PINNED)
    return [(answer.outcome, answer.reason) for answer in (await confirm(at, questions)).answers]


@pytest.fixture(autouse=True)
def known_safes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "safes", lambda: SAFES)


async def judged(code: bytes = CODE, /, **answers: bytes | None) -> tuple[OwnerOutcome, str]:
    (found,) = await asked(Account(code, **answers), QUESTION)
    return found


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        (SAFE, CONFIRMED, "2 of the 3 owners of the Safe (1.4.1) signed; it needs 2"),
        (SAFE | {"threshold": word(3)}, REFUTED, "2 of the 3 owners of the Safe (1.4.1) signed; it needs 3"),
        ({"owners": owners(SIGNERS[0], OTHER), "threshold": word(1)}, CONFIRMED, "1 of the 2 owners"),
        (STRANGERS_SAFE, REFUTED, "0 of the 1 owners"),
        # What a Safe says is final, whatever else it answers
        (STRANGERS_SAFE | {"owner": word(SIGNERS[0]), "validity": YES}, REFUTED, "0 of the 1 owners"),
        (SAFE | {"nobody": word(1)}, CONFIRMED, "2 of the 3 owners"),
        # One owner twice is one owner
        ({"owners": owners(SIGNERS[0], SIGNERS[0]), "threshold": word(2)}, UNDECIDED, "has no owners yet"),
        ({"owners": owners(), "threshold": word(0)}, UNDECIDED, "has no owners yet"),
    ],
)
async def test_a_safe_is_taken_at_its_word(answers: dict[str, bytes], outcome: OwnerOutcome, reason: str) -> None:
    found, why = await judged(PROXY, **answers)
    assert (found, reason in why) == (outcome, True), why


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        # What answers as a Safe and is none: its word counts against the signers, and not for them
        (SAFE, UNDECIDED, "its code is none of the known Safes'"),
        (STRANGERS_SAFE, REFUTED, "too few of its 1 owners signed"),
        (STRANGERS_SAFE | {"validity": YES}, CONFIRMED, "isValidSignature accepts"),
        # Answers that are no Safe's: no threshold, more than there are owners, or not even a list
        (SAFE | {"threshold": word(0)}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": word(4)}, UNDECIDED, "names no owner"),
        ({"owners": owners(*SIGNERS)[:-1], "threshold": word(1)}, UNDECIDED, "names no owner"),
        ({"owners": word(32), "threshold": word(1)}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": b""}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": None}, UNDECIDED, "names no owner"),
        # An owner by ERC-173 is an administrator
        ({"owner": word(SIGNERS[1])}, ADMINISTERED, f"owner() is the signer {SIGNERS[1]}: an administrator"),
        ({"owner": word(SIGNERS[1]), "validity": YES}, CONFIRMED, "isValidSignature accepts"),
        ({"owner": word(OTHER)}, REFUTED, f"owner() is {OTHER}, who did not sign"),
        ({"owner": bytes(32)}, UNDECIDED, "names no owner"),
        ({"owner": b"\1" + word(SIGNERS[0])[1:]}, UNDECIDED, "names no owner"),
        ({"owner": word(SIGNERS[0]) + bytes(32)}, UNDECIDED, "names no owner"),
        # An EigenPod
        ({"pod_owner": word(SIGNERS[0])}, CONFIRMED, f"podOwner() is the signer {SIGNERS[0]}"),
        ({"pod_owner": word(OTHER)}, REFUTED, f"podOwner() is {OTHER}, who did not sign"),
        ({"owner": word(OTHER), "pod_owner": word(SIGNERS[0])}, CONFIRMED, f"podOwner() is the signer {SIGNERS[0]}"),
        ({"pod_owner": word(SIGNERS[0])[1:]}, UNDECIDED, "names no owner"),
        # EIP-1271: the very 32 bytes, and no others
        (
            {"validity": YES},
            CONFIRMED,
            "isValidSignature accepts the signatures (EIP-1271), and not those of strangers",
        ),
        ({"validity": YES, "stranger": NO, "strangers_message": NO}, CONFIRMED, "isValidSignature accepts"),
        ({"validity": YES, "owner": word(OTHER)}, CONFIRMED, "isValidSignature accepts"),
        ({"validity": MAGIC}, UNDECIDED, "does not accept"),
        ({"validity": YES + bytes(32)}, UNDECIDED, "does not accept"),
        ({"validity": MAGIC + bytes(27) + b"\1"}, UNDECIDED, "does not accept"),
        ({"validity": MAGIC + b"\7" * 28}, UNDECIDED, "does not accept"),
        ({"validity": NO}, REFUTED, "isValidSignature refuses the signatures"),
        ({"validity": bytes(32)}, REFUTED, "isValidSignature refuses the signatures"),
        ({"validity": b""}, UNDECIDED, "does not accept"),
        ({"validity": None}, UNDECIDED, "does not accept"),
        ({}, UNDECIDED, "does not accept"),
        # Contracts that say yes
        ({"validity": YES, "stranger": YES}, UNDECIDED, "accepts the signatures of strangers too"),
        ({"validity": YES, "strangers_message": YES}, UNDECIDED, "accepts the signatures of strangers too"),
        ({"validity": YES, "stranger": YES, "owner": word(OTHER)}, REFUTED, f"owner() is {OTHER}"),
        (dict.fromkeys(("owners", "threshold", "owner", "validity", "nobody"), YES), UNDECIDED, "nobody has"),
        ({"pod_owner": word(SIGNERS[0]), "nobody": word(SIGNERS[0])}, UNDECIDED, "nobody has"),
        ({"validity": NO, "nobody": NO}, UNDECIDED, "nobody has"),
        ({"validity": YES, "nobody": b""}, CONFIRMED, "isValidSignature accepts"),
    ],
)
async def test_a_contract_is_taken_at_its_word_where_that_can_be_relied_on(
    answers: dict[str, bytes | None], outcome: OwnerOutcome, reason: str
) -> None:
    found, why = await judged(**answers)
    assert (found, reason in why) == (outcome, True), why


async def test_an_account_without_code_is_controlled_by_its_own_key_alone() -> None:
    found, why = await judged(b"")
    assert (found, "there is no contract at this account" in why) == (REFUTED, True)


async def test_what_a_keys_account_has_others_answer_for_it_says_nothing() -> None:
    delegating = bytes.fromhex("ef0100") + bytes.fromhex(OTHER[2:])
    found, why = await judged(delegating, validity=YES, owner=word(SIGNERS[0]))
    assert (found, why.endswith(f"lets the code of {OTHER} answer for it (EIP-7702)")) == (UNDECIDED, True)
    assert not Told(delegating).is_contract
    assert Told(delegating + b"\0").is_contract


async def test_one_owner_that_signs_twice_counts_once() -> None:
    twice = OwnerQuestion("ethereum", account(1), (SIGNERS[0], SIGNERS[0]), bytes(32), (b"B" * 65, b"B" * 65))
    (answer,) = await asked(Account(PROXY, owners=owners(*SIGNERS), threshold=word(2)), twice)
    assert answer == (REFUTED, "1 of the 2 owners of the Safe (1.4.1) signed; it needs 2")


async def test_everything_is_asked_at_the_block_with_little_gas_and_little_at_once() -> None:
    who = Account(CODE, owner=word(OTHER))
    questions = [replace(QUESTION, account=account(number)) for number in range(1, 6)]
    who._code = PROXY
    await asked(who, *questions)
    for method, params in [call for request in who.requests for call in request]:
        assert params[-1] == PINNED
        assert method != "eth_call" or int(params[0]["gas"], 16) == 10_000_000
    assert max(map(len, who.requests)) == 16
    assert len(who.requests) < 12, "what is asked at the same moment goes together"


async def test_answers_longer_than_any_honest_one_are_none() -> None:
    many = owners(*(account(number) for number in range(3000)))
    assert await judged(PROXY, owners=many, threshold=word(1)) == (
        UNDECIDED,
        "it is a Safe 1.4.1 that has no owners yet",
    )


def test_signatures_are_joined_in_ascending_order_of_their_signers() -> None:
    assert signatures(QUESTION)["validity"] == (QUESTION.digest, b"A" * 65 + b"B" * 65)


@pytest.mark.parametrize("name", ["stranger", "strangers_message"])
def test_strangers_sign_as_well_as_anybody_and_are_never_the_same(name: str) -> None:
    digest, joined = signatures(QUESTION)[name]
    assert (digest == QUESTION.digest) == (name == "stranger")
    signed = [joined[start : start + 65] for start in range(0, len(joined), 65)]
    who = []
    for each in signed:
        key = PublicKey.from_signature_and_message(each[:64] + bytes([each[64] - 27]), digest, hasher=None)
        who.append(keccak(key.format(compressed=False)[1:])[-20:])
    assert len(who) == len(SIGNERS)
    assert all(first < second for first, second in pairwise(who))
    assert signatures(QUESTION)[name][1] != joined


def test_the_function_that_nobody_has_is_another_one_each_time() -> None:
    first, second = unknown_function(), unknown_function()
    assert len(first) == 4
    assert first != second


async def test_without_one_digest_no_signature_is_judged_on_chain() -> None:
    who = Account(CODE)
    await asked(who, OwnerQuestion("ethereum", QUESTION.account, SIGNERS))
    called = {bytes.fromhex(params[0]["data"][2:10]) for method, params in who.requests[-1] if method == "eth_call"}
    assert GETTERS.keys() < called
    assert MAGIC not in called
