"""What is known of one exchange on one network: the last whole snapshot, and how the attempts at others went."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from msgspec import structs

from monitor.chains import Reason
from monitor.formats.phrases import first
from monitor.model import Durations, LookBack, Network, Snapshot, SnapshotAttempts, SnapshotState, Token, frozen
from monitor.settings import NetworkSettings

TOKENS_REFUSED = "token"
"""The reason of an attempt in which the chain refused to tell single tokens."""

_NONE = SnapshotAttempts(
    failures=frozen(dict.fromkeys([*(reason.value for reason in Reason), TOKENS_REFUSED], 0)),
    took=Durations(frozen(dict.fromkeys((0.5, 2.0, 10.0, 30.0, 60.0, 300.0), 0))),
)


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """Replaced as a whole by whatever happens, never changed."""

    snapshot: Snapshot | None = None
    low: LookBack | None = None
    earlier: Mapping[Token, Snapshot] = field(default_factory=dict)
    """Of tokens that the chain refused to tell at the block of ``snapshot``: the last one that has them."""
    untold: Mapping[Token, str] = field(default_factory=dict)
    """Where the newest attempt failed for single tokens: why, by token."""
    failure: str = ""
    failed_at: datetime | None = None
    attempted: bool = False
    """Whether an attempt has ended since the start, well or not."""
    attempts: SnapshotAttempts = _NONE

    def begun(self) -> Self:
        """An attempt has begun."""
        return replace(self, attempts=structs.replace(self.attempts, begun=self.attempts.begun + 1))

    def took(self, snapshot: Snapshot, seconds: float, refused: Collection[Token]) -> Self:
        """An attempt has led to ``snapshot``, which lacks the ``refused`` tokens: what was read of them last stays."""
        earlier = {token: found for token in refused if (found := self._last_of(token))}
        attempts = structs.replace(self.attempts, took=self.attempts.took.added(seconds))
        return type(self)(snapshot, earlier=earlier, attempted=True, attempts=attempts)

    def _last_of(self, token: Token) -> Snapshot | None:
        if self.snapshot and token in self.snapshot.balances:
            return self.snapshot
        return self.earlier.get(token)

    def failed(self, reason: str, message: str, at: datetime) -> Self:
        """An attempt has failed; what was known before stays."""
        counts = self.attempts.failures
        attempts = structs.replace(self.attempts, failures=frozen({**counts, reason: counts.get(reason, 0) + 1}))
        return replace(self, failure=message, failed_at=at, untold={}, attempts=attempts)

    def refused(self, untold: Mapping[Token, str], at: datetime) -> Self:
        """An attempt has failed for single tokens, in a sentence that names the first of them."""
        message = first([f"{token}: {why}" for token, why in untold.items()], between="; ")
        return replace(self.failed(TOKENS_REFUSED, message, at), untold=untold)

    def moved(self, step: timedelta) -> Self:
        """The clock has stepped: every snapshot keeps its age."""
        earlier = {token: _moved(each, step) for token, each in self.earlier.items()}
        return replace(self, snapshot=self.snapshot and _moved(self.snapshot, step), earlier=earlier)

    def state(self, network: Network, settings: NetworkSettings, wanted: int, now: datetime) -> SnapshotState:
        """Where the exchange stands; a snapshot over the hard age limit is not shown any more."""
        last = self.snapshot
        return SnapshotState(
            network=network.name,
            last=last,
            stale=last is None or not last.is_fresh(settings.stales_after, now),
            wanted=wanted,
            failure=self.failure,
            failed_at=self.failed_at,
            stale_after=settings.stales_after,
            low=self.low,
            attempted=self.attempted,
            attempts=self.attempts,
            chain=network.caip2,
            dropped=last is not None and abs(now - last.taken_at) > settings.drops_after,
            earlier=self.earlier,
            untold=self.untold,
        )


def _moved(snapshot: Snapshot, step: timedelta) -> Snapshot:
    return replace(snapshot, taken_at=snapshot.taken_at + step)
