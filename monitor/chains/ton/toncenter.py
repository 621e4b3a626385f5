"""TON's HTTP API, version 2 (toncenter, ton-http-api; ``https://…/api/v2``): which key a wallet contract holds.

Wallet contracts answer ``get_public_key`` with the key whose signatures they obey. Blocks of the masterchain are
final, so every tag means the newest of them.
"""

import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import Rest, items, member, strictly, text
from monitor.model import Block, Network, OwnerOutcome, OwnerQuestion

_MASTERCHAIN = "-1"
_WHOLE_SHARD = "-9223372036854775808"  # 0x8000000000000000: the masterchain is never split
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}")
_KEY_SIZE = 32
_FAR = 1 << 30
"""Blocks above any that the chain reaches; still a number of 31 bits, as lite servers read them."""
_NO_SUCH_BLOCK = frozenset({404, 416, 422, 500, 504})
"""By which servers pass on that no lite server has the block."""


class ToncenterNode(OwnersNode):
    """One server of the API; it follows the masterchain through lite servers."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        """``global_id`` of the masterchain's newest block, which names the chains in TON's namespace of CAIP-2."""
        header = await self._header(await self._newest())
        with strictly(self.link, "getBlockHeader"):
            identity = member(header, "global_id")
            if isinstance(identity, bool) or not isinstance(identity, int):
                raise TypeError(f"{identity!r:.40} is not a global id")
            return f"tvm:{identity}"

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case Height(number):
                return await self._block(number)
            case Tag() | Depth(0):
                return await self._block(await self._newest())
            case Depth(confirmations):
                return await self._block(max(0, await self._newest() - confirmations))

    async def _newest(self) -> int:
        found = await self._result("/getMasterchainInfo")
        with strictly(self.link, "getMasterchainInfo"):
            return count(member(found, "last", "seqno"))

    async def _header(self, number: int) -> object:
        query = [("workchain", _MASTERCHAIN), ("shard", _WHOLE_SHARD), ("seqno", str(number))]
        return await self._result("/getBlockHeader", query)

    async def _block(self, number: int) -> Block:
        header = await self._header(number)
        with strictly(self.link, "getBlockHeader"):
            if (found := count(member(header, "id", "seqno"))) != number:
                raise ValueError(f"it is about block {found}")
            root = b64decode(text(member(header, "id", "root_hash")), validate=True).hex()
            return Block(number, root, datetime.fromtimestamp(count(member(header, "gen_utime")), UTC))

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        if questions:
            await self._try_nowhere(questions[0].account, at.number + _FAR)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _try_nowhere(self, account: str, number: int) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        reply = await self._rest.post("/runGetMethod", _get_key(account, number), told=_NO_SUCH_BLOCK)
        with strictly(self.link, "runGetMethod"):
            if reply.status == 200 and member(reply.document, "ok") is not False:
                raise self.unpinned(f"block {number}")

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        found = await self._result("/runGetMethod", body=_get_key(question.account, block.number))
        with strictly(self.link, f"runGetMethod {question.account}"):
            code = member(found, "exit_code")
            if isinstance(code, bool) or not isinstance(code, int):
                raise TypeError(f"{code!r:.40} is not an exit code")
            if code != 0:
                return OwnerOutcome.UNDECIDED, f"its contract tells no key: get_public_key ends with exit code {code}"
            key = _key(items(member(found, "stack")))
        if key in question.keys:
            return OwnerOutcome.CONFIRMED, f"get_public_key is the key that signed, {key.hex()}"
        return OwnerOutcome.REFUTED, f"get_public_key is {key.hex()}, which did not sign"

    async def _result(self, path: str, query: Sequence[tuple[str, str]] = (), body: object = None) -> object:
        reply = await (self._rest.get(path, query) if body is None else self._rest.post(path, body))
        with strictly(self.link, path):
            if member(reply.document, "ok") is not True:
                raise ValueError("it is not ok")
            return member(reply.document, "result")

    async def close(self) -> None:
        await self._rest.close()


def _get_key(account: str, number: int) -> dict[str, object]:
    return {"address": account, "method": "get_public_key", "stack": [], "seqno": number}


def _key(stack: Sequence[object]) -> bytes:
    """The key, which is the only thing on the stack: ``[["num", "0x…"]]``."""
    [entry] = stack
    kind, value = items(entry)
    if kind != "num" or not _NUMBER.fullmatch(text(value)):
        raise ValueError(f"{entry!r:.80} is not a number")
    return int(text(value), 16).to_bytes(_KEY_SIZE, "big")
