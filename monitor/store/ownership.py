"""What was judged of claims, and what chains said of their owners."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select

from monitor.model import (
    Block,
    Confirmation,
    OwnerAnswer,
    OwnerOutcome,
    SignaturesGone,
    Verdict,
    VerdictStatus,
)
from monitor.store import tables
from monitor.store.access import block_columns
from monitor.store.state import SmallState

_SIGNATURES_GONE = "signatures gone"
_ASKED = 500
"""Fingerprints in one statement."""


class Ownership(SmallState):
    """Verdicts by fingerprint of the evidence, confirmations by that of the question."""

    async def verdicts(self, rules: int, prints: Sequence[bytes]) -> dict[bytes, Verdict]:
        """Find the verdicts of the evidence with these fingerprints that were judged under version ``rules``."""
        columns = tables.verdicts.c
        found: dict[bytes, Verdict] = {}
        for start in range(0, len(prints), _ASKED):
            asked = columns.fingerprint.in_(prints[start : start + _ASKED])
            query = select(columns.fingerprint, columns.status, columns.reason).where(asked, columns.rules == rules)
            for fingerprint, status, reason in await self._rows(query):
                found[fingerprint] = Verdict(VerdictStatus(status), reason)
        return found

    async def save_verdicts(self, rules: int, verdicts: Mapping[bytes, Verdict]) -> None:
        rows = [
            {"fingerprint": fingerprint, "rules": rules, "status": verdict.status.value, "reason": verdict.reason}
            for fingerprint, verdict in verdicts.items()
        ]
        async with self._transaction() as connection:
            await self._upsert(connection, tables.verdicts, rows)

    async def confirmations(self, asked: Collection[bytes]) -> dict[bytes, Confirmation]:
        """What chains said of owners, by the marks of the questions ``asked``."""
        return {
            row.fingerprint: Confirmation(
                OwnerAnswer(
                    OwnerOutcome(row.outcome), row.reason, Block(row.block_number, row.block_hash, row.block_at)
                ),
                row.told_at,
                row.confirmed_at,
            )
            for row in await self._rows(select(tables.confirmations))
            if row.fingerprint in asked
        }

    async def save_confirmations(self, told: Mapping[bytes, Confirmation]) -> None:
        rows = [
            {
                "fingerprint": mark,
                "outcome": said.answer.outcome.value,
                "reason": said.answer.reason,
                "told_at": said.told_at,
                "confirmed_at": said.confirmed_at,
                **block_columns(said.answer.block),
            }
            for mark, said in told.items()
        ]
        async with self._transaction() as connection:
            await self._upsert(connection, tables.confirmations, rows)

    async def prune_confirmations(self, before: datetime) -> None:
        """Forget what was told before, and not again since."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.confirmations).where(tables.confirmations.c.told_at < before))

    async def save_signatures_gone(self, gone: Mapping[str, SignaturesGone]) -> None:
        """Keep, by exchange, what a newer list last lost of the signatures of the one before."""
        await self.put(
            _SIGNATURES_GONE,
            {
                exchange: {
                    "at": each.at.isoformat(),
                    "accounts": each.accounts,
                    "amounts": {asset: str(amount) for asset, amount in each.amounts.items()},
                    "unread": each.unread,
                }
                for exchange, each in gone.items()
            },
        )

    async def signatures_gone(self) -> dict[str, SignaturesGone]:
        """What was last kept of signatures that went, by exchange."""
        return {
            exchange: SignaturesGone(
                datetime.fromisoformat(each["at"]),
                each["accounts"],
                {asset: Decimal(amount) for asset, amount in each["amounts"].items()},
                each["unread"],
            )
            for exchange, each in (await self.get(_SIGNATURES_GONE) or {}).items()
        }
