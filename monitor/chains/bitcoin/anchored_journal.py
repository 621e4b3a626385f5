"""What is kept of anchored sums over a restart: how they began, every answer that counts and every block since."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec
import structlog

from monitor.chains.bitcoin.anchored import Anchored, Step
from monitor.chains.bitcoin.journal import Place, opened, sealed
from monitor.chains.journals import Forgetful, Keeper
from monitor.model import Address

_FORMAT = "anchored 1"
_PART = 10_000
"""Accounts in one entry: reading one is a moment."""
_LONGEST = 5_000
"""Entries after which the journal is written anew, as short as it can be: a month of blocks."""

_log = structlog.get_logger()


class _Begun(msgspec.Struct, frozen=True, array_like=True, tag="begun"):
    at: Place
    format: str = _FORMAT


class _Watched(msgspec.Struct, frozen=True, array_like=True, tag="watched"):
    accounts: tuple[Address, ...]
    further: bool
    """Whether others were watched before: then it goes back some blocks."""


class _Settled(msgspec.Struct, frozen=True, array_like=True, tag="settled"):
    sums: Mapping[Address, int]


class _Step(msgspec.Struct, frozen=True, array_like=True, tag="step"):
    before: Place
    after: Place
    amounts: Mapping[Address, int]


class _Undone(msgspec.Struct, frozen=True, array_like=True, tag="undone"):
    heights: Mapping[Address, int]
    """As in :attr:`Anchored.undone`."""


class _Back(msgspec.Struct, frozen=True, array_like=True, tag="back"):
    """The last step is taken back."""


_decoder = msgspec.msgpack.Decoder(_Begun | _Watched | _Settled | _Step | _Undone | _Back)


class AnchoredJournal:
    """Keeps the sums of one endpoint. What cannot be written leaves a hole, which shows at the next start."""

    def __init__(self, network: str, endpoint: str) -> None:
        self.keeper: Keeper = Forgetful()
        self._network = network
        self._endpoint = endpoint
        self._entries = 0
        self._last = b""

    async def restore(self) -> Anchored | None:
        """Return what an earlier run has kept; None where that is nothing, or cannot be read."""
        entries = await self.keeper.load(self._endpoint)
        try:
            found = await asyncio.to_thread(_read, entries)
        except (ValueError, IndexError) as error:
            told = {"network": self._network, "endpoint": self._endpoint, "error": str(error)}
            _log.warning("journal not usable", **told)
            return None
        self._entries, self._last = len(entries), entries[-1] if entries else b""
        return found

    async def begin(self, state: Anchored) -> None:
        """Keep ``state``, and nothing else any more."""
        entries = await asyncio.to_thread(lambda: list(sealed(map(msgspec.msgpack.encode, _whole(state)))))
        self._entries, self._last = len(entries), entries[-1]
        await self.keeper.begin(self._endpoint, entries)

    async def watched(self, state: Anchored, accounts: Iterable[Address]) -> None:
        """Keep that further accounts are watched, and that ``state`` went back for them."""
        await self._append(state, [_Watched(tuple(accounts), further=True)])

    async def settled(self, state: Anchored, sums: Mapping[Address, int]) -> None:
        """Keep sums that are known from now on."""
        await self._append(state, [_Settled(sums)])

    async def step(self, state: Anchored, step: Step) -> None:
        """Keep a step that was done."""
        await self._append(state, [_step(step)])

    async def back(self, state: Anchored) -> None:
        """Keep that the last step was undone."""
        await self._append(state, [_Back()])

    async def _append(self, state: Anchored, entries: Iterable[msgspec.Struct]) -> None:
        if self._entries >= _LONGEST:
            return await self.begin(state)
        behind = list(sealed(map(msgspec.msgpack.encode, entries), self._last))
        self._entries, self._last = self._entries + len(behind), behind[-1]
        await self.keeper.append(self._endpoint, behind)
        return None


def _whole(state: Anchored) -> Iterator[msgspec.Struct]:
    """``state`` as of the oldest block that is remembered, and the steps since."""
    oldest = state.steps[0].before if state.steps else state.block
    yield _Begun(Place.of(oldest))
    accounts = iter(sorted(state.watched))
    while part := tuple(islice(accounts, _PART)):
        yield _Watched(part, further=False)
    if state.undone:
        yield _Undone(dict(state.undone))
    sums = iter((state.at(oldest, state.sums) or {}).items())
    while some := dict(islice(sums, _PART)):
        yield _Settled(some)
    yield from map(_step, state.steps)


def _step(step: Step) -> _Step:
    return _Step(Place.of(step.before), Place.of(step.after), step.amounts)


def _read(entries: Sequence[bytes]) -> Anchored | None:
    if not entries:
        return None
    begun, *rest = [_decoder.decode(entry) for entry in opened(entries)]
    if not isinstance(begun, _Begun) or begun.format != _FORMAT:
        raise ValueError("it is of another version")
    state = Anchored(begun.at.block)
    for entry in rest:
        match entry:
            case _Watched(accounts, further):
                if further:
                    state.watch(accounts)
                else:
                    state.watched.update(accounts)
            case _Settled(sums):
                state.sums.update(sums)
            case _Step(before, after, amounts) if before.block == state.block:
                state.do(Step(before.block, after.block, amounts))
            case _Undone(heights):
                state.undone.update(heights)
            case _Back():
                state.undo()
            case _:
                raise ValueError("an entry does not fit")
    return state
