"""Documents that were accepted: their bytes, and what each new list changed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from monitor.model import Document, ListChanges
from monitor.store import codec, tables
from monitor.store.access import Access, document_columns, document_of

_AT_ONCE = 500
_LISTS = "wallets"
"""The kind of documents that verdicts are needed for."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The last document that was accepted, as it was published."""

    document: Document
    layout: str
    accepted_at: datetime
    validators: Mapping[str, Any]
    """What a conditional request needs, as the room ``published`` wrote it."""
    content: bytes


class Documents(Access):
    """The record of all documents, and the bytes of the newest one of each kind."""

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
                        coins=codec.coins_of(changes),
                        detail=detail,
                    )
                )

    async def save_validators(self, exchange: str, kind: str, validators: Mapping[str, Any]) -> None:
        """Keep what a conditional request for the last accepted document needs from now on."""
        columns = tables.contents.c
        same = update(tables.contents).where(columns.exchange == exchange, columns.kind == kind)
        await self._write(same.values(validators=dict(validators)))

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
        return (rows[0].at, codec.decode_changes(rows[0].detail, rows[0].restated, rows[0].coins)) if rows else None

    async def prune_documents(self, newest: int) -> dict[str, datetime]:
        """Forget documents and what lists have changed, but for the ``newest`` of each exchange and kind.

        How many rows all lists together changed stays. Returns, by exchange of which there are so many lists, when the
        oldest one was accepted that stays.
        """
        columns = tables.documents.c
        query = select(columns.id, columns.exchange, columns.kind, columns.accepted_at).order_by(columns.id.desc())
        known: dict[tuple[str, str], list[Any]] = {}
        for row in await self._rows(query):
            known.setdefault((row.exchange, row.kind), []).append(row)
        gone = [row.id for rows in known.values() for row in rows[newest:]]
        before = {
            exchange: rows[newest - 1].accepted_at
            for (exchange, kind), rows in known.items()
            if kind == _LISTS and len(rows) >= newest
        }
        async with self._transaction() as connection:
            for start in range(0, len(gone), _AT_ONCE):
                await connection.execute(delete(tables.documents).where(columns.id.in_(gone[start : start + _AT_ONCE])))
            for exchange, oldest in before.items():
                theirs = tables.changes.c.exchange == exchange
                last = select(func.max(tables.changes.c.id)).where(theirs).scalar_subquery()
                old = (theirs, tables.changes.c.at < oldest, tables.changes.c.id < last)
                await connection.execute(update(tables.changes).where(*old).values(detail=b""))
        return before
