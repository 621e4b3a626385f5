"""What an issuer has blocked, asked of contracts on a real anvil by each way to read balances."""

from typing import Any

import pytest

from monitor.chains import Tag
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.chains import USDC, USDT, account
from tests.support.evm import REVERTING, hold, put_position
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

ETHEREUM = load().networks["ethereum"]
FREE, BLOCKED, EMPTY = account(1), account(2), account(3)
WANTED = {USDT: [FREE, BLOCKED, EMPTY], USDC: [FREE, BLOCKED]}
BLOCKED_IF = "600435600160ff1b1754"
"""The word in storage at the account's own number with the top bit set."""


@pytest.mark.parametrize("batch", [100, 1])
async def test_what_is_blocked_is_told_at_the_same_block(anvil: AnvilFactory, open_reader: Opener, batch: int) -> None:
    node = anvil()
    for token, function, body in (
        (USDT, "isBlackListed(address)", BLOCKED_IF),
        (USDC, "isBlacklisted(address)", REVERTING),
    ):
        put_position(node, str(token.contract), function, body)
        for each, units in ((FREE, 70), (BLOCKED, 30)):
            hold(node, str(token.contract), each, units)
    for each in (BLOCKED, EMPTY):
        hold(node, str(USDT.contract), hex(int(each, 16) | 1 << 255), 1)
    node.mine()
    endpoint: dict[str, Any] = {"url": node.url, "batch": batch}
    reading = await open_reader(ETHEREUM, endpoint).read(WANTED, Tag("latest"))
    assert reading.balances[USDT] == {FREE: 70, BLOCKED: 30, EMPTY: 0}, "what is there is told as it is"
    assert reading.balances[USDC] == {FREE: 70, BLOCKED: 30}
    assert reading.positions == {USDT.frozen: {BLOCKED: 30}}, "of USDC nobody knows: its contract does not say"
