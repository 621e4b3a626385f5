"""Requests to one server of TON's HTTP API, version 2.

Answers about accounts name the block of the masterchain whose state they are of, which also fixes the blocks of all
shards; it must be the one that was asked for (the Python server, of versions 2.0, lets only get-methods choose it).
"""

import re
from base64 import b64decode
from collections.abc import Sequence

from monitor.chains.amounts import count
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.rest_api import JsonAnswer, Rest, items, member, strictly, text
from monitor.model import Address, Block

_MASTERCHAIN = "-1"
_WHOLE_SHARD = "-9223372036854775808"  # 0x8000000000000000: the masterchain is never split
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}")
_LITE_SERVER = "LITE_SERVER"
"""With which the words begin in which a lite server says that it has not got something."""
_RECENT = 50
"""Blocks that every lite server still has, if it has them yet: they were made within minutes."""
_NO_SUCH_BLOCK = frozenset({404, 416, 422, 500, 504})
"""By which servers pass on that no lite server has the block."""


class ToncenterApi:
    """The calls that are made."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._rest = Rest(link)

    async def masterchain(self) -> object:
        """Return what the server knows of the masterchain."""
        return await self._result("/getMasterchainInfo")

    async def newest(self) -> int:
        """Return the number of the masterchain's newest block."""
        found = await self.masterchain()
        with strictly(self.link, "getMasterchainInfo"):
            return count(member(found, "last", "seqno"))

    async def header(self, number: int) -> object:
        """Return the header of a block of the masterchain."""
        query = [("workchain", _MASTERCHAIN), ("shard", _WHOLE_SHARD), ("seqno", str(number))]
        return await self._result("/getBlockHeader", query, number=number)

    async def account(self, account: Address, block: Block) -> object:
        """Return the state of ``account`` at ``block``."""
        query = [("address", account), ("seqno", str(block.number))]
        found = await self._result("/getAddressInformation", query, number=block.number)
        self._pinned(found, block, f"account {account}")
        return found

    async def run(
        self, account: Address, method: str, stack: list[object], block: Block, *, pinned: bool = True
    ) -> tuple[int, list[object]]:
        """Return with what a get-method of a contract ends at ``block``, and what is then on the stack."""
        body = _run(account, method, stack, block.number)
        found = await self._result("/runGetMethod", body=body, number=block.number)
        if pinned:
            self._pinned(found, block, f"{method} of {account}")
        with strictly(self.link, f"{method} {account}"):
            code = member(found, "exit_code")
            if isinstance(code, bool) or not isinstance(code, int):
                raise TypeError(f"{code!r:.40} is not an exit code")
            return code, items(member(found, "stack"))

    async def answers_at(self, account: Address, method: str, number: int) -> bool:
        """Say whether it runs a get-method at a block that nobody has."""
        reply = await self._rest.post("/runGetMethod", _run(account, method, [], number), told=_NO_SUCH_BLOCK)
        with strictly(self.link, "runGetMethod"):
            return reply.status == 200 and member(reply.document, "ok") is not False

    def _pinned(self, found: object, block: Block, what: str) -> None:
        with strictly(self.link, what):
            number = count(member(found, "block_id", "seqno"))
            if member(found, "block_id", "workchain") != -1:
                raise ValueError("its block is none of the masterchain")
            root = b64decode(text(member(found, "block_id", "root_hash")), validate=True).hex()
        if number != block.number:
            raise self.link.fault(
                Reason.UNPINNED,
                f"{what}: it answers at block {number}, not {block.number}; versions of ton-http-api before 2.1 do",
            )
        if root != block.hash:
            raise self.link.fault(Reason.TIP_MOVED, f"its block {number} is {root}, not {block.hash}")

    async def _result(
        self, path: str, query: Sequence[tuple[str, str]] = (), body: object = None, number: int | None = None
    ) -> object:
        """The result at ``path``; ``number`` is the block that is asked about."""
        reply = await self._reply(path, query, body, number)
        with strictly(self.link, path):
            if member(reply.document, "ok") is not True:
                raise ValueError("it is not ok")
            return member(reply.document, "result")

    async def _reply(self, path: str, query: Sequence[tuple[str, str]], body: object, number: int | None) -> JsonAnswer:
        try:
            return await (self._rest.get(path, query) if body is None else self._rest.post(path, body))
        except ChainError as error:
            if number is None or error.reason is not Reason.HTTP_STATUS or _LITE_SERVER not in str(error):
                raise
            lite_server = error
        if number > await self.newest() - _RECENT:
            raise self.link.fault(Reason.BEHIND, f"it has no block {number} yet: {lite_server}")
        raise self.link.fault(Reason.PRUNED, f"it has block {number} no more: {lite_server}")


def number_of(entry: object) -> int:
    """Return a number on the stack that is not negative: ``["num", "0x…"]``."""
    kind, value = items(entry)
    if kind != "num" or not _NUMBER.fullmatch(text(value)):
        raise ValueError(f"{entry!r:.80} is not a number")
    return int(text(value), 16)


def _run(account: Address, method: str, stack: list[object], number: int) -> dict[str, object]:
    return {"address": account, "method": method, "stack": stack, "seqno": number}
