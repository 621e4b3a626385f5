"""A network that a reader on another machine reads: asked over the database, and believed no more than an endpoint."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from monitor.chains import PAST_TAKES, AtHeight, BlockChoice, ChainError, Reason, Wanted
from monitor.computing import computed
from monitor.daemon import reading_forms as forms
from monitor.daemon.clock import utc_now
from monitor.formats.phrases import span
from monitor.model import (
    Address,
    EndpointState,
    FeedReading,
    Network,
    OwnerAnswer,
    OwnerQuestion,
    Reading,
    SentReading,
    frozen,
)
from monitor.settings import NetworkSettings
from monitor.store import NoReaderError, ReadingJobs, StoreError

T = TypeVar("T")

_SLACK = timedelta(seconds=30)
"""For the way there and back, beyond what a reading itself may take."""

_log = structlog.get_logger(__name__)


class SharedReader:
    """What :class:`~monitor.chains.network_reader.NetworkReader` is, for a network with ``read_by``."""

    def __init__(self, network: Network, settings: NetworkSettings, jobs: ReadingJobs) -> None:
        self._network = network
        self._settings = settings
        self._jobs = jobs
        self._told: tuple[EndpointState, ...] = ()
        self._state = EndpointState(
            network=network.name,
            name=f"reader {settings.read_by}",
            protocol="reader",
            up=None,
            requests=0,
            failures={reason.value: 0 for reason in Reason},
            disagreements=0,
        )

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading:
        """Return the balances of all wanted accounts at the block that ``at`` chooses, whole, or ChainError."""
        accounts = await computed(forms.in_order, wanted)
        request = forms.Request(chain=self._network.caip2, accounts=accounts, **forms.plain_choice(at))

        def reading(answer: forms.Answer) -> Reading:
            if answer.told is None:
                raise ValueError("it tells no balances")
            return answer.told.reading(accounts, self._settings.quorum)

        return await self._ask("read", request, reading, past=isinstance(at, AtHeight))

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        """Tell whether signers control their contract accounts, in the order of ``questions``, or ChainError."""
        if not questions:
            return []

        def owners(answer: forms.Answer) -> list[OwnerAnswer]:
            if answer.owners is None or len(answer.owners) != len(questions):
                raise ValueError("it does not answer each question about owners")
            return answer.owners

        return await self._ask("confirm", forms.Request(chain=self._network.caip2, questions=list(questions)), owners)

    async def quote(self, contracts: Sequence[Address], at: BlockChoice) -> FeedReading:
        """Return what the price feeds of ``contracts`` answer at the block that ``at`` chooses, or ChainError."""
        request = forms.Request(chain=self._network.caip2, addresses=list(contracts), **forms.plain_choice(at))

        def prices(answer: forms.Answer) -> FeedReading:
            if answer.prices is None or answer.prices.answers.keys() != set(contracts):
                raise ValueError("it does not tell of each feed")
            return replace(answer.prices, answers=frozen(answer.prices.answers))

        return await self._ask("quote", request, prices, past=isinstance(at, AtHeight))

    async def sent(self, accounts: Sequence[Address], at: BlockChoice) -> SentReading:
        """Return how many transactions ``accounts`` had sent at the block that ``at`` chooses, or ChainError."""
        request = forms.Request(chain=self._network.caip2, addresses=list(accounts), **forms.plain_choice(at))

        def counts(answer: forms.Answer) -> SentReading:
            if answer.sent is None or answer.sent.counts.keys() != set(accounts):
                raise ValueError("it does not tell what each account has sent")
            if any(count is not None and count < 0 for count in answer.sent.counts.values()):
                raise ValueError("nobody has sent less than nothing")
            return replace(answer.sent, counts=frozen(answer.sent.counts))

        return await self._ask("sent", request, counts, past=isinstance(at, AtHeight))

    def endpoints(self) -> tuple[EndpointState, ...]:
        """Return the record of the reader itself, and of its endpoints as it told it last.

        Whether these are up, nobody knows while the reader is away.
        """
        away = self._state.up is False
        return (*(replace(each, up=None) if away else each for each in self._told), self._state)

    async def close(self) -> None:
        """Do nothing: what is asked of others is their matter, and who is cancelled takes it back."""

    async def _ask(
        self, kind: str, request: forms.Request, told: Callable[[forms.Answer], T], *, past: bool = False
    ) -> T:
        """Have the reader do a job, and return what its answer tells. Raises ChainError."""
        self._state = replace(self._state, requests=self._state.requests + 1)
        limit = self._settings.gives_up_after
        patience = (max(limit, PAST_TAKES) if past else limit) + _SLACK
        content = await computed(forms.pack, request)
        job = (self._network.name, kind, content)
        try:
            found = await self._jobs.ask(str(self._settings.read_by), job, patience)
            answer, result = await computed(self._believed, found, content, told)
        except NoReaderError:
            why = f"none is running: start one with `run --reader {self._settings.read_by}`"
            raise self._failed(Reason.REFUSED, why) from None
        except TimeoutError:
            raise self._failed(Reason.TIMEOUT, f"no answer within {span(patience)}") from None
        except StoreError as error:
            raise self._failed(Reason.REFUSED, str(error)) from error
        except ValueError as error:
            raise self._failed(Reason.MALFORMED, f"its answer is refused: {error}") from error
        self._succeeded(answer)
        if isinstance(result, ChainError):
            raise result
        return result

    def _believed(
        self, found: bytes, request: bytes, told: Callable[[forms.Answer], T]
    ) -> tuple[forms.Answer, T | ChainError]:
        """An answer to ``request``, and what it tells. Raises ValueError where it cannot be believed."""
        answer = forms.unpack(found, forms.Answer)
        if answer.digest != forms.digest_of(request):
            raise ValueError("it is to something else than what was asked")
        if not answer.chain:
            raise ValueError(f"its configuration does not have it read {self._network.name}")
        if answer.chain != self._network.caip2:
            raise ValueError(f"it is of {answer.chain}, but {self._network.name} is {self._network.caip2}")
        names = [each.name for each in answer.endpoints]
        if len({*names, self._state.name}) <= len(names):
            raise ValueError(f"its endpoints have no names of their own: {', '.join(names)}")
        return answer, answer.failure.error if answer.failure else told(answer)

    def _succeeded(self, answer: forms.Answer) -> None:
        if self._state.up is False:
            _log.info("reader restored", network=self._network.name, reader=self._settings.read_by)
        self._state = replace(self._state, up=True, standing="good", last_success_at=utc_now())
        self._told = tuple(replace(each, network=self._network.name) for each in answer.endpoints)

    def _failed(self, reason: Reason, detail: str) -> ChainError:
        error = ChainError(reason, f"{self._state.name}: {detail}")
        if self._state.up is not False:
            _log.warning("reader down", network=self._network.name, error=str(error))
        failures = {**self._state.failures, reason.value: self._state.failures[reason.value] + 1}
        self._state = replace(self._state, up=False, standing="down", failures=failures, last_error=str(error))
        return error
