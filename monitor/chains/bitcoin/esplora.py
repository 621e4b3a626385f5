"""Esplora, the HTTP API of block explorers (Blockstream/esplora, API.md): one request an account."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson

from monitor.chains.amounts import count
from monitor.chains.bitcoin.esplora_history import since
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.scripts import Scripts
from monitor.chains.bitcoin.tip import TRIES, height_of, held
from monitor.chains.choice import BlockChoice
from monitor.chains.errors import Reason
from monitor.chains.http import Http, excerpt
from monitor.chains.line import Line
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.together import together
from monitor.model import Address, Block, Network

_HASH = re.compile(r"[0-9a-f]{64}")


class _UnfitError(Exception):
    """What was told of an account does not fit together. That is nobody's fault where a block came in between."""


class EsploraNode(Node):
    """One explorer. What its mempool holds is never counted."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._http = Http(line)
        self._scripts = Scripts(network)
        self._seen: Block | None = None
        """The tip that was resolved last."""

    async def identify(self) -> str:
        return await caip2_of(self.network, self._hash_at)

    async def _hash_at(self, height: int) -> str | None:
        body = await self._get(f"/block-height/{height}", missing=True)
        return None if body is None else self._hash(body)

    async def resolve(self, choice: BlockChoice) -> Block:
        self._seen = tip = await self._tip()
        number = height_of(choice, tip.number, self.line)
        return tip if number == tip.number else await self._block(await self._hash_at(number), number)

    async def _tip(self) -> Block:
        return await self._block(await self._tip_hash())

    async def _tip_hash(self) -> str:
        return self._hash(await self._get("/blocks/tip/hash"))

    async def _block(self, block_hash: str | None, number: int | None = None) -> Block:
        if block_hash is None:
            raise self.line.fault(Reason.TIP_MOVED, f"block {number} has left the chain")
        header = await self._object(f"/block/{block_hash}")
        try:
            return _read(header, block_hash, number)
        except (KeyError, ValueError, OverflowError, OSError) as error:
            raise self.line.fault(Reason.MALFORMED, f"/block/{block_hash}: {error!r}") from None

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """All accounts between two looks at the tip; again, when it moved.

        A reading of the tip then goes on at the new one. A block of the past stays, for histories tell what came
        after it.
        """
        accounts = sorted({account for token, accounts in wanted.items() if not token.contract for account in accounts})
        seen = self._seen if self._seen and self._seen.hash == block.hash else None
        newest = seen is not None
        for number in range(TRIES):
            tip, at = await self._before(block, seen=seen, again=number > 0)
            amounts: dict[Address, int] = {}
            remaining, past = iter(accounts), None if newest else at
            unfit = None
            try:
                await together(self._work(remaining, amounts, past) for _ in range(self.line.settings.concurrency))
            except _UnfitError as error:
                unfit = str(error)
            if await self._tip_hash() == tip:
                if unfit:
                    raise self.line.fault(Reason.MALFORMED, unfit)
                return held(wanted, amounts, at)
            moved = self.line.fault(Reason.TIP_MOVED, f"a block came while {at.number} was read")
        raise moved

    async def _before(self, block: Block, *, seen: Block | None, again: bool) -> tuple[str, Block]:
        """The tip's hash, before anything is read, and the block that is to be read, as this explorer tells it.

        ``seen`` is that block where it was the tip.
        """
        if seen:
            at = await self._tip() if again else seen
            return at.hash, at
        tip = await self._tip_hash()
        if await self._hash_at(block.number) != block.hash:
            raise self.line.fault(Reason.TIP_MOVED, f"block {block.number} has left the chain")
        return tip, await self._block(block.hash, block.number)

    async def _work(self, remaining: Iterator[Address], amounts: dict[Address, int], past: Block | None) -> None:
        for account in remaining:
            amounts[account] = await self._balance(account, past)

    async def _balance(self, account: Address, past: Block | None) -> int:
        """What ``account`` holds at the tip, or, in the ``past``, held at that block."""
        path = f"/address/{account}"
        found = await self._object(path)
        try:
            amount = _confirmed(found, account)
            if past is None:
                return amount
            transactions, page = count(found["chain_stats"]["tx_count"]), partial(self._page, account)
            return count(amount - await since(self._scripts.of(account), past.number, transactions, page))
        except (KeyError, TypeError, ValueError) as error:
            raise _UnfitError(f"{path}: {error!r}") from None

    async def _page(self, account: Address, after: str) -> list[Mapping[str, Any]]:
        path = f"/address/{account}/txs/chain" + (f"/{after}" if after else "")
        found = await self._json(path)
        if not isinstance(found, list):
            raise self.line.fault(Reason.MALFORMED, f"{path}: not a list")
        return found

    # --- the wire ---

    def _hash(self, body: bytes | None) -> str:
        text = (body or b"").decode("ascii", "replace").strip()
        if not _HASH.fullmatch(text):
            raise self.line.fault(Reason.MALFORMED, f"“{excerpt(body or b'')}” is not a block hash")
        return text

    async def _object(self, path: str) -> dict[str, Any]:
        found = await self._json(path)
        if not isinstance(found, dict):
            raise self.line.fault(Reason.MALFORMED, f"{path}: not an object")
        return found

    async def _json(self, path: str) -> object:
        body = await self._get(path)
        try:
            return orjson.loads(body or b"")
        except ValueError:
            raise self.line.fault(Reason.NOT_JSON, f"{path}: not JSON: {excerpt(body or b'')}") from None

    async def _get(self, path: str, *, missing: bool = False) -> bytes | None:
        async def request() -> bytes | None:
            answer = await self._http.request("GET", path)
            if answer.status == 404 and missing:
                return None
            return answer.body if answer.status == 200 else self._http.refuse(answer)

        return await self.line.send(request)

    async def close(self) -> None:
        await self._http.close()


def _read(header: dict[str, Any], block_hash: str, number: int | None) -> Block:
    if header["id"] != block_hash or number not in (None, header["height"]):
        raise ValueError(f"it is about block {header['id']!r:.70} of height {header['height']!r:.20}")
    return Block(count(header["height"]), block_hash, datetime.fromtimestamp(count(header["timestamp"]), UTC))


def _confirmed(found: dict[str, Any], account: Address) -> int:
    """What the chain holds for an account; ``mempool_stats`` beside it are no part of that."""
    if found["address"] != account:
        raise ValueError(f"it is about {found['address']!r:.100}")
    stats = found["chain_stats"]
    return count(count(stats["funded_txo_sum"]) - count(stats["spent_txo_sum"]))
