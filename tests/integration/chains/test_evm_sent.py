"""How often accounts have sent, asked of a real anvil at two blocks, with one among its endpoints who lies."""

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.integration.chains.test_evm import MINER, REVERTS, send
from tests.support.chains import ETH, ETHEREUM, account, happened
from tests.support.nodes import AnvilFactory
from tests.support.proxies import Call, Proxy, Reply

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
SILENT, CODE = account(0x2000), account(0x2001)


class More(Proxy):
    """Makes it one transaction more that an account has sent."""

    async def reply(self, call: Call) -> Reply:
        reply = await self.node(call)
        if call["method"] == "eth_getTransactionCount" and "result" in reply:
            reply["result"] = hex(int(reply["result"], 16) + 1)
        return reply


class Newest(Proxy):
    """Tells the newest count, whatever block it is asked for."""

    async def reply(self, call: Call) -> Reply:
        newest = call["method"] == "eth_getTransactionCount"
        return await self.node(call | {"params": [call["params"][0], "latest"]} if newest else call)


class Without(Proxy):
    """Knows no such method."""

    async def reply(self, call: Call) -> Reply:
        if call["method"] == "eth_getTransactionCount":
            error = {"code": -32601, "message": "the method eth_getTransactionCount does not exist"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        return await self.node(call)


async def test_a_count_rises_with_what_was_sent_and_a_liar_makes_none_rise(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    node.rpc("anvil_setCode", CODE, REVERTS)
    send(node, SILENT)
    async with More(node.url).serving() as liar, Newest(node.url).serving() as newest:
        others = {"url": node.url}, {"url": node.url}
        reader = open_reader(ETHEREUM, {"url": liar}, *others, quorum=2)
        before = await reader.sent([MINER, SILENT, CODE], LATEST)
        assert before.counts == {MINER: 1, SILENT: 0, CODE: None}, "code sends nothing by a key"
        assert set(before.endpoints) == {"node-2", "node-3"}
        send(node, SILENT)
        after = await reader.sent([MINER, SILENT], LATEST)
        assert (after.counts, after.block.number) == ({MINER: 2, SILENT: 0}, before.block.number + 1)
        assert (await reader.sent([MINER], AtHeight(Height(before.block.number)))).counts == {MINER: 1}
        assert reader.endpoints()[0].disagreements > 0

        with pytest.raises(ChainError) as raised:
            await open_reader(ETHEREUM, {"url": liar}, {"url": node.url}, quorum=2).sent([MINER], LATEST)
        assert raised.value.reason is Reason.DISAGREEMENT

        async with Without(node.url).serving() as without:
            for url in (newest, without):
                reader = open_reader(ETHEREUM, {"url": url})
                with pytest.raises(ChainError) as raised:
                    await reader.sent([MINER], LATEST)
                assert raised.value.reason is Reason.UNSUPPORTED
                assert happened(reader.endpoints()[0]) == {"unsupported": 1}
                assert (await reader.read({ETH: [MINER]}, LATEST)).balances[ETH], "its balances are no worse for that"
                assert reader.endpoints()[0].up
            able = await open_reader(ETHEREUM, {"url": node.url}, {"url": without}).examine({ETH: [MINER]})
            found = [each.abilities["sent transactions"] for each in able]
            assert found == ["told", "not told (unsupported)"]
