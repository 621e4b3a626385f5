"""What one exchange owes by all of its reports: what one of them named stays owed until another names it again."""

from dataclasses import replace

import structlog

from monitor.daemon.clock import Clock
from monitor.daemon.stored import written
from monitor.judgement import in_force, renamed, taken_up
from monitor.model import Liabilities, LiabilitiesLedger
from monitor.published import Cause, DocumentError
from monitor.registry import Registry
from monitor.settings import LiabilitiesSettings, mask_source
from monitor.store import Store

_MOST = 5_000
"""Assets of one exchange, several times what any owes: all of them are judged every few seconds, beside all others."""

_log = structlog.get_logger(__name__)


class Ledger:
    """The amounts in force, and what may become of them. Kept in the history."""

    def __init__(
        self, exchange: str, settings: LiabilitiesSettings, registry: Registry, *, store: Store, now: Clock
    ) -> None:
        self._exchange = exchange
        self._settings = settings
        self._source = mask_source(settings.source)
        self._registry = registry
        self._store = store
        self._now = now
        self._dropped = frozenset(map(registry.asset, settings.dropped))
        self._held: LiabilitiesLedger | None = None

    async def restore(self) -> None:
        """Take up what was in force when the history was last written."""
        held = await self._store.ledger(self._exchange)
        self._held = renamed(held, self._registry.asset) if held else None

    @property
    def last(self) -> Liabilities | None:
        """What is owed while the newest report of this source cannot be read again: the amounts of all before."""
        held = self._held
        if held is None or held.source != self._source:
            return None
        return self.in_force(Liabilities(held.document, "", held.as_of, {}))

    def check(self, found: Liabilities) -> None:
        """Raise DocumentError where ``found`` is older than the report in force, unless that had another source.

        Also where it would leave more assets in force than any exchange owes: they would stay so for good.
        """
        assets = found.owed.keys() | (self._held.assets.keys() - self._dropped if self._held else set())
        if len(assets) > _MOST:
            problem = f"{len(assets)} assets would be owed, with those of earlier reports; up to {_MOST} are watched"
            raise DocumentError(Cause.TOO_LARGE, problem).about(found.document.source)
        if self._held and self._is_older(found):
            problem = (
                f"as of {found.as_of:%Y-%m-%d %H:%M} UTC, but in force is a report of {self._held.as_of:%Y-%m-%d %H:%M}"
                f" UTC: an older one never replaces it; to go back to it all the same, change the `source`"
            )
            raise DocumentError(Cause.OLDER, problem).about(found.document.source)

    def _is_older(self, found: Liabilities) -> bool:
        held = self._held
        return held is not None and held.source == self._source and found.as_of < held.as_of

    async def take_up(self, found: Liabilities) -> Liabilities:
        """Keep ``found`` as the newest report; returns all that is owed now."""
        settings, now = self._settings, self._now()
        before = self._held or LiabilitiesLedger(found.document, found.as_of, self._source, {})
        held = taken_up(before, found, max_fall=settings.max_fall, max_age=settings.max_age, now=now)
        held = replace(held, source=self._source)
        if held != self._held:
            await written(self._store.save_ledger(self._exchange, held))
            self._held = held
        owed = self.in_force(found)
        for asset, as_of in owed.carried.items():
            _log.warning(
                "the report does not name an asset any more: what was owed stays in force",
                exchange=self._exchange,
                asset=asset,
                amount=str(owed.owed[asset]),
                as_of=as_of.isoformat(),
            )
        return owed

    async def stand(self, found: Liabilities) -> Liabilities:
        """What is owed by ``found``, which was accepted in an earlier run."""
        return self.in_force(found) if self._is_older(found) else await self.take_up(found)

    def in_force(self, found: Liabilities) -> Liabilities:
        """``found``, and what it does not name but earlier reports did."""
        if self._held is None:
            return found
        return in_force(found, self._held, self._dropped, lambda asset: self._registry.known_asset(asset) is not None)

    def is_of(self, sha256: str) -> bool:
        """Whether the newest report is the document with this digest."""
        return self._held is not None and self._held.document.sha256 == sha256

    async def forget(self) -> None:
        """Take back what is in force: it was never proven after all."""
        self._held = None
        await written(self._store.forget_ledger(self._exchange))
