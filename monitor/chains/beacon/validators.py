"""What a state says of validators: some by their keys, or all of them, in pages.

The API leaves out whom the state does not know, without an error. So an answer is matched with what was asked for: who
is missing is unknown, and who was not asked for is a fault.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from monitor.chains.beacon.slots import refuse_optimistic
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.rest_api import Rest, decimal, items, member, strictly, text
from monitor.model import Address, Slot

_MOST_IDS = 64
"""In one GET (``maxItems`` of the parameter ``id``)."""
_IDS_PER_CALL = 10
"""A POST has no such limit; an id there costs a tenth of a call in a JSON-RPC batch, or less."""
_NOT_POSTED = frozenset({404, 405})
"""There is no POST for validators; or, by 404 alone, no such state."""
_MISSING = frozenset({404})
_NO_SUCH_STATE = frozenset({400, 404, 500})
"""By which clients say that they have no such state; Prysm says 500 of a slot to come."""

_NAMED = re.compile(r"0x0[12]0{22}([0-9a-f]{40})")
_CREDENTIALS = re.compile(r"0x[0-9a-f]{64}")
_KEY = re.compile(r"0x[0-9a-f]{96}")


class State(NamedTuple):
    """A state by the name that its node heeds, a root or a slot, and its slot."""

    name: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Validator:
    """One validator as a state has it."""

    index: int
    key: Address
    balance: int
    """Gwei: all of it, not the effective balance. 0 once it was withdrawn."""
    credentials: str

    @property
    def withdrawal(self) -> Address | None:
        """The account of the execution layer that everything is paid out to, where the credentials name one."""
        return named(self.credentials)


def named(credentials: str) -> Address | None:
    """Return the account that withdrawal credentials name: types 01 and 02 do (consensus specification, "Withdrawal
    prefixes"), type 00 is the hash of a key.
    """
    found = _NAMED.fullmatch(credentials)
    return "0x" + found[1] if found else None


class Validators:
    """The validators of states, as one node tells them."""

    def __init__(self, link: Link, rest: Rest) -> None:
        self._link = link
        self._rest = rest
        self._posts = True
        self._page = _IDS_PER_CALL * link.settings.batch

    async def of(self, keys: Sequence[Address], state: State) -> dict[Address, Validator]:
        """Return those of ``keys`` that ``state`` knows."""
        found: dict[Address, Validator] = {}
        left = iter(dict.fromkeys(keys))

        async def work() -> None:
            while part := list(islice(left, self._page)):
                due = set(part)
                for validator in await self._asked(part, state):
                    if validator.key in found or validator.key not in due:
                        raise self._stranger(validator, state)
                    found[validator.key] = validator

        await together(work() for _ in range(self._link.settings.concurrency))
        return found

    async def every(self, state: State) -> AsyncIterator[list[Validator]]:
        """Return all validators of ``state``, page by page in the order of their indices.

        Indices have no gaps, so the first page that is not full is the last one. On Ethereum that is some 2 million
        validators, and about a gigabyte of JSON.
        """
        begin = 0
        while True:
            pages: dict[int, list[Validator]] = {}

            async def work(number: int, pages: dict[int, list[Validator]] = pages, begin: int = begin) -> None:
                pages[number] = await self._from(begin + number * self._page, state)

            await together(work(number) for number in range(self._link.settings.concurrency))
            for _, page in sorted(pages.items()):
                yield page
                begin += len(page)
                if len(page) < self._page:
                    await self._ends(begin, state)
                    return

    async def _ends(self, index: int, state: State) -> None:
        """Make sure that ``index`` is not taken: a node that cuts its answers short must not pass for a short chain.

        Nor must one that finds nobody by an index (Lodestar 0.34) pass for a chain without validators.
        """
        if not index:
            raise self._nobody(state)
        if await self._asked([str(index)], state):
            raise self._link.fault(
                Reason.MALFORMED, f"slot {state.slot}: validator {index} was left out of an answer about more"
            )

    async def first(self, state: State) -> Validator:
        """Return the validator with index 0, which every state has: the smallest thing to ask of one."""
        for validator in await self._asked(["0"], state):
            return validator
        raise self._nobody(state)

    def _nobody(self, state: State) -> Exception:
        return self._link.fault(Reason.MALFORMED, f"slot {state.slot}: there is no validator 0")

    async def _from(self, first: int, state: State) -> list[Validator]:
        found = await self._asked([str(index) for index in range(first, first + self._page)], state)
        found.sort(key=lambda validator: validator.index)
        for index, validator in enumerate(found, first):
            if validator.index != index:
                raise self._stranger(validator, state)
        return found

    def _stranger(self, validator: Validator, state: State) -> Exception:
        return self._link.fault(
            Reason.MALFORMED,
            f"slot {state.slot}: validator {validator.key} was not asked for, came twice, or follows a gap",
        )

    async def answers(self, state: State) -> bool:
        """Tell whether it tells anything of ``state``, by the way that readings go."""
        return await self._told(["0"], state, _NO_SUCH_STATE) is not None

    async def _asked(self, ids: Sequence[str], state: State) -> list[Validator]:
        found = await self._told(ids, state, _MISSING)
        if found is None:
            raise self._link.fault(Reason.PRUNED, f"it has no state of slot {state.slot}")
        return found

    async def _told(self, ids: Sequence[str], state: State, missing: frozenset[int]) -> list[Validator] | None:
        """What it tells of ``ids``; None where it says by one of the statuses ``missing`` that there is no state."""
        path = f"/eth/v1/beacon/states/{state.name}/validators"
        if self._posts:
            reply = await self._rest.post(path, {"ids": ids}, told=_NOT_POSTED | missing)
            if reply.status == 200:
                return self._read(reply.document, path)
        found: list[Validator] = []
        for part in _parts(ids):
            reply = await self._rest.get(path, [("id", each) for each in part], told=missing)
            if reply.status != 200:
                return None
            found += self._read(reply.document, path)
        self._posts = False
        return found

    def _read(self, document: object, path: str) -> list[Validator]:
        with strictly(self._link, path):
            refuse_optimistic(self._link, document)
            return [_validator(item) for item in items(member(document, "data"))]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[begin : begin + _MOST_IDS] for begin in range(0, len(ids), _MOST_IDS))


def _validator(item: object) -> Validator:
    return Validator(
        decimal(member(item, "index")),
        _checked(_KEY, member(item, "validator", "pubkey")),
        decimal(member(item, "balance")),
        _checked(_CREDENTIALS, member(item, "validator", "withdrawal_credentials")),
    )


def _checked(form: re.Pattern[str], value: object) -> str:
    found = text(value).lower()
    if not form.fullmatch(found):
        raise ValueError(f"{found!r:.110} is not {form.pattern}")
    return found
