"""What a list leaves behind that is not the current one any more: nothing, however often it changes."""

import gc
import sys
from collections.abc import Callable

from monitor.daemon.exchange import ExchangeWatch
from tests.support.daemons import Row, Site, key, list_of, publish

ROWS = 40


def a_list(number: int) -> str:
    """Of as many rows as any other, signed by a key that no other list has."""
    signature = key(number).sign_evm("a text")
    accounts = (f"0x{account:040x}" for account in range(1, ROWS + 1))
    return list_of(Row("ethereum", "ETH", account, message="a text", signature1=signature) for account in accounts)


async def taken_up(site: Site, watch: ExchangeWatch, numbers: range) -> int:
    """Take up these lists, one after another; how many blocks of memory are in use then."""
    for number in numbers:
        publish(site.list("okx"), a_list(number))
        assert await watch.refresh_wallets(), watch.document_states()["wallets"].refusal
    gc.collect()
    return sys.getallocatedblocks()


async def test_a_list_that_changes_hundreds_of_times_leaves_nothing_behind(
    site: Site, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [])
    publish(site.list("okx"), a_list(0))
    one = watch("okx")
    before = await taken_up(site, one, range(50))
    after = await taken_up(site, one, range(50, 250))
    assert (after - before) / 200 < ROWS / 4, "a quarter of an object for each row of a list that is gone is too much"
