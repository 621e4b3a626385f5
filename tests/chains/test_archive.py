"""What an endpoint is believed of the past, and for how long: on a clock that jumps."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.chains.archive import Archive, Canary, Past, canary_of
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Held
from monitor.model import BaseUnits, Block, Height
from monitor.registry import load
from monitor.settings import NetworkSettings
from tests.support.chains import ETHEREUM
from tests.support.virtual_time import run

CANARY = Canary("0xc", 5, 42)
HOUR = 3600


def block(number: int) -> Block:
    return Block(Height(number), f"0x{number:02x}", datetime(2026, 1, 1, tzinfo=UTC))


@dataclass
class Told:
    """A node that tells the canary's balance, or fails; and the link through which it is asked."""

    balance: int = 42
    fails: Reason | None = None
    name: str = "node-1"
    asked: list[int] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)

    async def resolve(self, at: Any) -> Block:
        self.asked.append(at.number)
        if self.fails:
            raise ChainError(self.fails, "no")
        return block(at.number)

    async def balances(self, wanted: Any, at: Block) -> Held:
        ((coin, (account,)),) = wanted.items()
        return Held(at, {coin: {account: BaseUnits(self.balance)}})

    def fault(self, reason: Reason, detail: str) -> ChainError:
        self.faults.append(reason)
        return ChainError(reason, f"{self.name}: {detail}")

    async def tried(self, archive: Archive, height: int = 7) -> Reason | None:
        """Why nothing of ``height`` is believed."""
        try:
            await archive.try_canary(self, self, Height(height))  # type: ignore[arg-type]
        except ChainError as error:
            return error.reason
        return None


def test_what_it_says_is_believed_for_an_hour_once_it_told_the_known_balance() -> None:
    async def told() -> None:
        archive, node = Archive(ETHEREUM, CANARY), Told()
        assert (archive.kept, archive.rank(Height(7))) == (None, Past.UNKNOWN)
        for _ in range(3):
            assert await node.tried(archive) is None
        assert (node.asked, archive.kept, archive.rank(Height(7))) == ([5], True, Past.KEPT)
        await asyncio.sleep(HOUR - 1)
        await node.tried(archive)
        assert node.asked == [5]
        await asyncio.sleep(1)
        await node.tried(archive)
        assert node.asked == [5, 5], "it may be another node behind the same URL"

    run(told())


def test_who_tells_it_wrong_is_refused_for_an_hour_without_being_asked_again() -> None:
    async def told() -> None:
        archive, node = Archive(ETHEREUM, CANARY), Told(41)
        assert await node.tried(archive) is Reason.FALSE_PAST
        assert await node.tried(archive) is Reason.FALSE_PAST
        assert (node.asked, node.faults) == ([5], [Reason.FALSE_PAST])
        assert "0xc had 41 at block 5, not 42" in archive.refusal
        assert (archive.kept, archive.rank(Height(7))) == (False, Past.FALSE)
        node.balance = 42
        await asyncio.sleep(HOUR)
        assert await node.tried(archive) is None
        assert (archive.refusal, archive.rank(Height(7))) == ("", Past.KEPT)

    run(told())


@pytest.mark.parametrize("reason", [Reason.PRUNED, Reason.PAST_BLOCK, Reason.BEHIND])
def test_who_does_not_keep_it_has_told_nothing_false(reason: Reason) -> None:
    async def told() -> None:
        archive, node = Archive(ETHEREUM, CANARY), Told(fails=reason)
        archive.pruned(block(6))
        assert await node.tried(archive) is None
        assert (archive.refusal, archive.kept) == ("", False)
        assert [archive.rank(Height(each)) for each in (6, 7)] == [Past.PRUNED, Past.UNKNOWN]

    run(told())


def test_a_failure_is_no_answer_and_it_is_asked_again() -> None:
    async def told() -> None:
        archive, node = Archive(ETHEREUM, CANARY), Told(fails=Reason.TIMEOUT)
        for _ in range(2):
            assert await node.tried(archive) is Reason.TIMEOUT
        assert (node.asked, archive.kept) == ([5, 5], None)

    run(told())


def test_it_is_asked_for_blocks_from_its_own_on_and_says_nothing_of_those_before() -> None:
    async def told() -> None:
        archive, node = Archive(ETHEREUM, CANARY), Told(41)
        assert await node.tried(archive, 4) is None
        assert node.asked == []
        assert await node.tried(archive, 5) is Reason.FALSE_PAST
        assert await node.tried(Archive(ETHEREUM)) is None, "where none is known"

    run(told())


def test_of_what_was_gone_neither_it_nor_what_lies_before_is_asked_for_first() -> None:
    archive = Archive(ETHEREUM)
    archive.pruned(block(10))
    archive.pruned(block(8))
    assert [archive.rank(Height(each)) for each in (8, 10, 11)] == [Past.PRUNED, Past.PRUNED, Past.UNKNOWN]
    assert archive.kept is False


def test_who_was_tried_and_found_good_may_be_asked_for_what_was_gone() -> None:
    async def told() -> None:
        archive = Archive(ETHEREUM, CANARY)
        archive.pruned(block(10))
        await Told().tried(archive)
        assert archive.rank(Height(0)) is Past.KEPT

    run(told())


def test_what_the_settings_say_counts_before_anything_was_seen() -> None:
    assert Archive(ETHEREUM, told=True).rank(Height(0)) is Past.KEPT
    assert Archive(ETHEREUM, told=False).rank(Height(10**9)) is Past.PRUNED
    assert sorted(Past) == [Past.KEPT, Past.UNKNOWN, Past.PRUNED, Past.FALSE], "the best come first"


def test_ethereum_has_one_of_its_genesis_before_its_first_transaction() -> None:
    """go-ethereum's params: 200 ETH of the allocation; nobody could move a coin before block 46 147."""
    settings = NetworkSettings.model_validate({"endpoints": [{"url": "http://127.0.0.1"}]})
    found = canary_of(load().networks["ethereum"], settings)
    assert found is not None
    assert (found.height, found.balance) == (40_000, 200 * 10**18)
    assert canary_of(load().networks["polygon"], settings) is None
    own = {"endpoints": settings.endpoints, "canary": {"account": "0xc", "height": 5, "balance": 42}}
    assert canary_of(load().networks["ethereum"], NetworkSettings.model_validate(own)) == CANARY
