"""The whole way: what was sent on a real node within the time, as metrics, API and page tell it."""

import re
import time
from dataclasses import replace

import pytest

from tests.support.daemons import Site, key, list_of, publish, signed, unsigned, until, watching
from tests.support.evm import NOBODY, give, send
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration


async def test_the_reserves_on_accounts_whose_keys_were_used_lately(site: Site, anvil: AnvilFactory) -> None:
    began = int(time.time()) - 3 * 3600
    node = anvil(arguments=("--timestamp", str(began)))
    for number, coins in ((1, 50), (2, 30), (3, 20)):
        give(node, key(number).evm_address, coins)
    node.rpc("anvil_setCode", key(3).evm_address, "0x5f5ffd")
    node.rpc("anvil_impersonateAccount", key(2).evm_address)
    send(node, NOBODY, "0x", sender=key(2).evm_address)
    node.rpc("evm_setNextBlockTimestamp", began + 3 * 3600 - 60)
    node.rpc("anvil_impersonateAccount", key(1).evm_address)
    send(node, NOBODY, "0x", sender=key(1).evm_address)
    node.mine()

    rows = [signed(1), unsigned(2), unsigned(3)]
    site.exchange("okx", rows, control_within="1h", basis="listed")
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    site.sections["networks"]["ethereum"]["endpoints"][0]["archive"] = True
    site.write()
    async with watching(site.path) as watched:

        async def read() -> bool:
            of_list = {"network": "ethereum", "basis": "listed"}
            return await watched.value("por_reserves", exchange="okx", asset="ETH", **of_list) == 100

        await until(read)
        publish(site.list("okx"), list_of([*rows[:2], replace(rows[2], amount="20")]))  # then it is looked again

        async def shares() -> dict[str, float | None]:
            return {
                each: await watched.value("por_reserves_control_ratio", exchange="okx", asset="ETH", control=each)
                for each in ("shown", "not_shown", "unknown")
            }

        async def told() -> bool:
            return (await shares())["shown"] == 0.5

        await until(told)
        assert await shares() == {"shown": 0.5, "not_shown": 0, "unknown": 0.5}
        exchange = await watched.exchange()
        control = exchange["assets"]["ETH"]["control"]
        assert control["unknown_by_reason"] == {"code": "20", "since_later": "30"}, "when its list began is not known"
        network = exchange["control"]["networks"]["ethereum"]
        assert network["asked"]["number"] == network["snapshot"]["number"] == 3
        page = (await watched.get("/exchanges/okx/assets/ETH"))[1]
        text = " ".join(re.sub("<[^>]*>", "", page).split())
        assert "50.00 % of the ETH read here lies on accounts whose key was used since" in text
