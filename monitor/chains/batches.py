"""Many calls of JSON-RPC to one endpoint, in requests of the size that it takes."""

from collections.abc import Sequence

from monitor.chains.concurrency import together
from monitor.chains.jsonrpc import BatchRefusedError, Call, JsonRpc, Reply
from monitor.chains.link import Link


class Batches:
    """The requests of one endpoint. One that it finds too large is halved, now and at later readings."""

    def __init__(self, link: Link, rpc: JsonRpc) -> None:
        self._link = link
        self._rpc = rpc
        self._size = link.settings.batch

    async def all(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to ``calls``, in their order; all are under way at once, as far as the link lets them."""
        replies: dict[int, Reply] = {}

        async def ask(start: int, part: Sequence[Call]) -> None:
            try:
                told = await self._rpc.batch(part) if len(part) > 1 else [await self._rpc.call(*part[0])]
            except BatchRefusedError:
                half = len(part) // 2
                self._size = min(self._size, half)
                await together((ask(start, part[:half]), ask(start + half, part[half:])))
                return
            replies.update(enumerate(told, start))

        size = self._size
        await together(ask(start, calls[start : start + size]) for start in range(0, len(calls), size))
        return [replies[position] for position in range(len(calls))]

    def grow(self) -> None:
        """Try larger requests again, after a whole reading."""
        self._size = min(2 * self._size, self._link.settings.batch)
