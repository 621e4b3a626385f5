"""What was judged of claims, and what chains said of their owners."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, delete, func, or_, select, update

from monitor.model import (
    Block,
    Code,
    Confirmation,
    OwnerAnswer,
    OwnerOutcome,
    SignatureAges,
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


def _known(count: int) -> Select[Any]:
    """Verdicts of so many fingerprints under a version of the rules."""
    columns = tables.verdicts.c
    asked = columns.fingerprint.in_([bindparam(None, unique=True) for _ in range(count)])
    return select(columns.fingerprint, columns.code, columns.reason).where(asked, columns.rules == bindparam("rules"))


class Ownership(SmallState):
    """Verdicts by fingerprint of the evidence, confirmations by that of the question."""

    async def verdicts(self, rules: int, prints: Sequence[bytes]) -> dict[bytes, Verdict]:
        """Find the verdicts of the evidence with these fingerprints that were judged under version ``rules``."""
        found: dict[bytes, Verdict] = {}
        alike: dict[tuple[str, str], Verdict] = {}
        for start in range(0, len(prints), _ASKED):
            for fingerprint, code, reason in await self._rows_plain(_known, prints[start : start + _ASKED], rules):
                verdict = alike.get((code, reason))
                if verdict is None:
                    verdict = alike[code, reason] = Verdict(msgspec.convert(code, Code), reason)
                found[fingerprint] = verdict
        return found

    async def save_verdicts(
        self, rules: int, verdicts: Mapping[bytes, Verdict], exchange: str, listed_at: datetime
    ) -> None:
        """Keep what was judged under version ``rules`` for a list of ``exchange``, accepted at ``listed_at``."""
        listed = self._bound(tables.verdicts.c.listed_at, listed_at)
        rows = (
            (fingerprint, rules, verdict.code.value, verdict.reason, exchange, listed, listed)
            for fingerprint in sorted(verdicts)  # as the index has them: a list's come in no order
            for verdict in (verdicts[fingerprint],)
        )
        async with self._transaction() as connection:
            await self._upsert_plain(connection, tables.verdicts, rows, once="first_at")

    async def signature_ages(self, exchange: str, listed_at: datetime) -> SignatureAges | None:
        """Tell how old the valid signatures of the list are that was accepted at ``listed_at``; None: it has none.

        The same evidence (account, message and signatures) is as old as the first list in which it was seen.
        """
        columns = tables.verdicts.c
        valid = [code.value for code in Code if code.status in (VerdictStatus.VERIFIED, VerdictStatus.UNBOUND)]
        query = (
            select(columns.first_at, func.count())
            .where(columns.exchange == exchange, columns.listed_at == listed_at, columns.code.in_(valid))
            .group_by(columns.first_at)
            .order_by(columns.first_at)
        )
        found = [(first_at, count) for first_at, count in await self._rows(query) if first_at]
        total = sum(count for _, count in found)
        if not found:
            return None
        before, median = 0, found[-1][0]
        for first_at, count in found:
            before += count
            if 2 * before >= total:
                median = first_at
                break
        return SignatureAges(found[0][0], median, total, sum(count for at, count in found if at >= listed_at))

    async def need_verdicts(self, prints: Sequence[bytes], exchange: str, listed_at: datetime) -> None:
        """Note that the evidence with these fingerprints is in a list too that was accepted at ``listed_at``."""
        columns = tables.verdicts.c
        older = or_(columns.exchange.is_(None), columns.listed_at < listed_at)
        async with self._transaction() as connection:
            for start in range(0, len(prints), _ASKED):
                asked = columns.fingerprint.in_(prints[start : start + _ASKED])
                noted = update(tables.verdicts).where(asked, older).values(exchange=exchange, listed_at=listed_at)
                await connection.execute(noted)

    async def prune_ownership(self, rules: int, before: Mapping[str, datetime]) -> None:
        """Forget verdicts of versions before ``rules``, and what only lists need that are gone.

        ``before`` is when the oldest list was accepted that stays of an exchange; of others all stay.
        """
        async with self._transaction() as connection:
            await connection.execute(delete(tables.verdicts).where(tables.verdicts.c.rules < rules))
            for table, at in (
                (tables.verdicts, tables.verdicts.c.listed_at),
                (tables.confirmations, tables.confirmations.c.told_at),
            ):
                for exchange, oldest in before.items():
                    await connection.execute(delete(table).where(table.c.exchange == exchange, at < oldest))
                if before:  # of an earlier version, and in no list since
                    nobodys = delete(table).where(table.c.exchange.is_(None), at < min(before.values()))
                    await connection.execute(nobodys)

    async def confirmations(self, asked: Collection[bytes]) -> dict[bytes, Confirmation]:
        """What chains said of owners, by the marks of the questions ``asked``."""
        found: dict[bytes, Confirmation] = {}
        marks = list(asked)
        for start in range(0, len(marks), _ASKED):
            some = tables.confirmations.c.fingerprint.in_(marks[start : start + _ASKED])
            for row in await self._rows(select(tables.confirmations).where(some)):
                block = Block(row.block_number, row.block_hash, row.block_at)
                answer = OwnerAnswer(OwnerOutcome(row.outcome), row.reason, block)
                found[row.fingerprint] = Confirmation(answer, row.told_at, row.confirmed_at)
        return found

    async def save_confirmations(self, exchange: str, told: Mapping[bytes, Confirmation]) -> None:
        """Keep what chains said of owners in the list of ``exchange``, by the marks of the questions."""
        rows = [
            {
                "fingerprint": mark,
                "outcome": said.answer.outcome.value,
                "reason": said.answer.reason,
                "told_at": said.told_at,
                "confirmed_at": said.confirmed_at,
                **block_columns(said.answer.block),
                "exchange": exchange,
            }
            for mark, said in told.items()
        ]
        await self._put(tables.confirmations, rows)

    async def save_signatures_gone(self, gone: Mapping[str, SignaturesGone]) -> None:
        """Keep, by exchange, what a newer list last lost of the signatures of the one before."""
        await self.put(_SIGNATURES_GONE, msgspec.to_builtins(dict(gone)))

    async def signatures_gone(self) -> dict[str, SignaturesGone]:
        """What was last kept of signatures that went, by exchange."""
        return msgspec.convert(await self.get(_SIGNATURES_GONE) or {}, dict[str, SignaturesGone])
