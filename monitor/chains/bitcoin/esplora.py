"""Esplora, the HTTP API of block explorers (Blockstream/esplora, API.md): one request an account."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import stamina

from monitor.chains.amounts import count
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.tip import held, tip_for
from monitor.chains.choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.http import Http, excerpt
from monitor.chains.line import Line
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.together import together
from monitor.model import Address, Block, Network

_HASH = re.compile(r"[0-9a-f]{64}")
_TRIES = 4
"""Readings begun before the tip is called restless."""


class EsploraNode(Node):
    """One explorer. What its mempool holds is never counted."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._http = Http(line)

    async def identify(self) -> str:
        return await caip2_of(self._hash_at)

    async def _hash_at(self, height: int) -> str | None:
        body = await self._get(f"/block-height/{height}", missing=True)
        return None if body is None else self._hash(body)

    async def resolve(self, choice: BlockChoice) -> Block:
        return tip_for(choice, await self._tip(), self.line)

    async def _tip(self) -> Block:
        tip = self._hash(await self._get("/blocks/tip/hash"))
        header = await self._object(f"/block/{tip}")
        try:
            return _block(header, tip)
        except (KeyError, ValueError, OverflowError, OSError) as error:
            raise self.line.fault(Reason.MALFORMED, f"/block/{tip}: {error!r}") from None

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """All accounts between two looks at the tip; again, from the new tip, when it moved."""
        accounts = sorted({account for token, accounts in wanted.items() if not token.contract for account in accounts})
        async for attempt in stamina.retry_context(
            on=_tip_moved, attempts=_TRIES, timeout=None, wait_initial=0, wait_jitter=0
        ):
            with attempt:
                before = await self._tip() if attempt.num > 1 else block
                amounts: dict[Address, int] = {}
                remaining = iter(accounts)
                await together(self._work(remaining, amounts) for _ in range(self.line.settings.concurrency))
                if self._hash(await self._get("/blocks/tip/hash")) != before.hash:
                    raise self.line.fault(Reason.TIP_MOVED, f"a block came after {before.number} while it was read")
        return held(wanted, amounts, before)

    async def _work(self, remaining: Iterator[Address], amounts: dict[Address, int]) -> None:
        for account in remaining:
            amounts[account] = await self._balance(account)

    async def _balance(self, account: Address) -> int:
        path = f"/address/{account}"
        found = await self._object(path)
        try:
            return _confirmed(found, account)
        except (KeyError, TypeError, ValueError) as error:
            raise self.line.fault(Reason.MALFORMED, f"{path}: {error!r}") from None

    # --- the wire ---

    def _hash(self, body: bytes | None) -> str:
        text = (body or b"").decode("ascii", "replace").strip()
        if not _HASH.fullmatch(text):
            raise self.line.fault(Reason.MALFORMED, f"“{excerpt(body or b'')}” is not a block hash")
        return text

    async def _object(self, path: str) -> dict[str, Any]:
        body = await self._get(path)
        try:
            found = orjson.loads(body or b"")
        except ValueError:
            raise self.line.fault(Reason.NOT_JSON, f"{path}: not JSON: {excerpt(body or b'')}") from None
        if not isinstance(found, dict):
            raise self.line.fault(Reason.MALFORMED, f"{path}: not an object")
        return found

    async def _get(self, path: str, *, missing: bool = False) -> bytes | None:
        async def request() -> bytes | None:
            answer = await self._http.request("GET", path)
            if answer.status == 404 and missing:
                return None
            return answer.body if answer.status == 200 else self._http.refuse(answer)

        return await self.line.send(request)

    async def close(self) -> None:
        await self._http.close()


def _block(header: dict[str, Any], tip: str) -> Block:
    if header["id"] != tip:
        raise ValueError(f"it is about block {header['id']!r:.70}")
    return Block(count(header["height"]), tip, datetime.fromtimestamp(count(header["timestamp"]), UTC))


def _confirmed(found: dict[str, Any], account: Address) -> int:
    if found["address"] != account:
        raise ValueError(f"it is about {found['address']!r:.100}")
    stats = found["chain_stats"]
    return count(count(stats["funded_txo_sum"]) - count(stats["spent_txo_sum"]))


def _tip_moved(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.TIP_MOVED
