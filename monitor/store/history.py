"""Reading and writing the history.

Every write is one transaction: after a crash either all of it is there or nothing.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_, update

from monitor.model import (
    Audit,
    Block,
    Confirmation,
    Document,
    ListChanges,
    OwnerAnswer,
    OwnerOutcome,
    RatioPoint,
    SignaturesGone,
    Snapshot,
    Verdict,
    VerdictStatus,
)
from monitor.store import codec, tables
from monitor.store.access import block_columns, document_columns, document_of
from monitor.store.claimed import ClaimReadings
from monitor.store.journals import Journals
from monitor.store.ledgers import Ledgers
from monitor.store.proofs import Proofs

_SIGNATURES_GONE = "signatures gone"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The last document that was accepted, as it was published."""

    document: Document
    layout: str
    accepted_at: datetime
    validators: Mapping[str, Any]
    """What a conditional request needs, as the room ``published`` wrote it."""
    content: bytes


class Store(ClaimReadings, Journals, Ledgers, Proofs):
    """The history of all exchanges. Not for use by two daemons at once."""

    # --- Documents ---------------------------------------------------------------------------------------------------

    async def save_document(
        self, exchange: str, kind: str, stored: StoredDocument, changes: ListChanges | None
    ) -> None:
        """Keep an accepted document, its bytes, and, for a list, what it changed; all or nothing."""
        content = await asyncio.to_thread(codec.compress, stored.content)
        detail = await asyncio.to_thread(codec.encode_changes, changes) if changes else b""
        async with self._transaction() as connection:
            result = await connection.execute(
                insert(tables.documents).values(
                    exchange=exchange,
                    kind=kind,
                    **document_columns(stored.document),
                    layout=stored.layout,
                    accepted_at=stored.accepted_at,
                )
            )
            key = result.inserted_primary_key
            row = {
                "exchange": exchange,
                "kind": kind,
                "document": key[0] if key else None,
                "validators": dict(stored.validators),
                "content": content,
            }
            await self._upsert(connection, tables.contents, [row])
            if changes:
                await connection.execute(
                    insert(tables.changes).values(
                        exchange=exchange,
                        at=stored.accepted_at,
                        added=len(changes.added),
                        removed=len(changes.removed),
                        altered=len(changes.altered),
                        restated=changes.restated,
                        detail=detail,
                    )
                )

    async def save_validators(self, exchange: str, kind: str, validators: Mapping[str, Any]) -> None:
        """Keep what a conditional request for the last accepted document needs from now on."""
        columns = tables.contents.c
        same = update(tables.contents).where(columns.exchange == exchange, columns.kind == kind)
        async with self._transaction() as connection:
            await connection.execute(same.values(validators=dict(validators)))

    async def document(self, exchange: str, kind: str) -> StoredDocument | None:
        """The last accepted document of ``kind`` (``wallets`` or ``liabilities``), or None."""
        query = (
            select(tables.documents, tables.contents.c.validators, tables.contents.c.content)
            .join(tables.contents, tables.contents.c.document == tables.documents.c.id)
            .where(tables.contents.c.exchange == exchange, tables.contents.c.kind == kind)
        )
        rows = await self._rows(query)
        if not rows:
            return None
        row = rows[0]
        content = await asyncio.to_thread(codec.decompress, row.content)
        return StoredDocument(document_of(row), row.layout, row.accepted_at, row.validators, content)

    async def change_counts(self, exchange: str) -> dict[str, int]:
        """How many rows all lists together ``added``, ``removed`` and ``altered``."""
        columns = tables.changes.c
        query = select(
            func.coalesce(func.sum(columns.added), 0).label("added"),
            func.coalesce(func.sum(columns.removed), 0).label("removed"),
            func.coalesce(func.sum(columns.altered), 0).label("altered"),
        ).where(columns.exchange == exchange)
        row = (await self._rows(query))[0]
        return {"added": int(row.added), "removed": int(row.removed), "altered": int(row.altered)}

    async def last_changes(self, exchange: str) -> tuple[datetime, ListChanges] | None:
        """The newest list that differed from the one before, with what it changed."""
        query = (
            select(tables.changes)
            .where(tables.changes.c.exchange == exchange)
            .order_by(tables.changes.c.id.desc())
            .limit(1)
        )
        rows = await self._rows(query)
        return (rows[0].at, codec.decode_changes(rows[0].detail, rows[0].restated)) if rows else None

    # --- Ownership ---------------------------------------------------------------------------------------------------

    async def verdicts(self, rules: int) -> dict[bytes, Verdict]:
        """All verdicts judged under version ``rules``, by fingerprint of the evidence."""
        columns = tables.verdicts.c
        query = select(columns.fingerprint, columns.status, columns.reason).where(columns.rules == rules)
        shared: dict[tuple[str, str], Verdict] = {}
        found: dict[bytes, Verdict] = {}
        async for rows in self._parts(query):
            found.update(_verdicts(rows, shared))
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

    # --- Snapshots, ratios, audits -----------------------------------------------------------------------------------

    async def save_snapshot(self, snapshot: Snapshot, chain: str, sums: Mapping[str, Decimal]) -> None:
        """Replace the snapshot of its exchange and network, and add what it summed up to per asset.

        ``chain`` is the CAIP-2 id of what was read: a network's name may stand for another chain tomorrow.
        """
        balances = await asyncio.to_thread(codec.encode_balances, snapshot.balances, snapshot.rates)
        place = {"exchange": snapshot.exchange, "network": snapshot.network}
        block = {"block_number": snapshot.block.number, "block_hash": snapshot.block.hash}
        async with self._transaction() as connection:
            row = {
                **place,
                **block_columns(snapshot.block),
                "taken_at": snapshot.taken_at,
                "endpoints": list(snapshot.endpoints),
                "balances": balances,
                "chain": chain,
                "agreed": snapshot.agreed,
                "asked": snapshot.asked,
            }
            await self._upsert(connection, tables.snapshots, [row])
            taken = {**place, **block, "taken_at": snapshot.taken_at}
            rows = [{**taken, "asset": asset, "amount": str(amount)} for asset, amount in sums.items()]
            if rows:
                await connection.execute(insert(tables.sums), rows)

    async def snapshots(self, chains: Mapping[str, str]) -> list[Snapshot]:
        """The last whole snapshots on ``chains``, CAIP-2 ids by name of the network; not what was read of others."""
        columns = tables.snapshots.c
        query = select(tables.snapshots).where(tuple_(columns.network, columns.chain).in_(chains.items()))
        found = []
        for row in await self._rows(query):
            balances, rates = await asyncio.to_thread(codec.decode_rated, row.balances)
            block = Block(row.block_number, row.block_hash, row.block_at)
            told = (tuple(row.endpoints), rates, row.agreed, row.asked)
            found.append(Snapshot(row.exchange, row.network, block, row.taken_at, balances, *told))
        return found

    async def save_ratios(self, points: Iterable[RatioPoint]) -> None:
        rows = [
            {
                "exchange": point.exchange,
                "asset": point.asset,
                "ratio": None if point.ratio is None else str(point.ratio),
                "owed": None if point.owed is None else str(point.owed),
                "held": {network: None if amount is None else str(amount) for network, amount in point.held.items()},
                "at": point.at,
            }
            for point in points
        ]
        if rows:
            async with self._transaction() as connection:
                await connection.execute(insert(tables.ratios), rows)

    async def ratios(self, since: datetime) -> list[RatioPoint]:
        """What was known of assets from ``since`` on, oldest first."""
        columns = tables.ratios.c
        rows = await self._rows(select(tables.ratios).where(columns.at >= since).order_by(columns.at, columns.id))
        return [
            RatioPoint(
                row.at,
                row.exchange,
                row.asset,
                None if row.ratio is None else Decimal(row.ratio),
                None if row.owed is None else Decimal(row.owed),
                {network: None if amount is None else Decimal(amount) for network, amount in (row.held or {}).items()},
            )
            for row in rows
        ]

    async def save_audit(self, exchange: str, sha256: str, audit: Audit) -> None:
        """Keep the audit of the list whose document has this ``sha256``."""
        content = await asyncio.to_thread(codec.encode_audit, audit)
        async with self._transaction() as connection:
            row = {"exchange": exchange, "sha256": sha256, "at": audit.at, "audit": content}
            await self._upsert(connection, tables.audits, [row])

    async def audit(self, exchange: str, sha256: str) -> Audit | None:
        """The audit of exactly this list, or None."""
        columns = tables.audits.c
        query = select(columns.audit).where(columns.exchange == exchange, columns.sha256 == sha256)
        rows = await self._rows(query)
        return codec.decode_audit(rows[0].audit) if rows else None

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

    # --- Small things and housekeeping -------------------------------------------------------------------------------

    async def put(self, key: str, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        async with self._transaction() as connection:
            await self._upsert(connection, tables.state, [{"key": key, "value": value}])

    async def get(self, key: str) -> Any:  # noqa: ANN401 - whatever was put
        """The value last put under ``key``, or None."""
        rows = await self._rows(select(tables.state.c.value).where(tables.state.c.key == key))
        return rows[0].value if rows else None

    async def prune(self, before: datetime) -> None:
        """Forget sums, ratios and what was told of owners before; documents, changes and verdicts are kept for good."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.sums).where(tables.sums.c.taken_at < before))
            await connection.execute(delete(tables.ratios).where(tables.ratios.c.at < before))
            await connection.execute(delete(tables.confirmations).where(tables.confirmations.c.told_at < before))


def _verdicts(rows: Sequence[Any], shared: dict[tuple[str, str], Verdict]) -> dict[bytes, Verdict]:
    """Equal verdicts are one object, of ``shared``: of a million rows most say the same."""
    found = {}
    for fingerprint, status, reason in rows:
        verdict = shared.get((status, reason))
        if verdict is None:
            verdict = shared[status, reason] = Verdict(VerdictStatus(status), reason)
        found[fingerprint] = verdict
    return found
