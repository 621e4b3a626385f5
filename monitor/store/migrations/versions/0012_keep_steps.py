"""Keep what was known of assets by steps, and carry over the ratios of before, of which no status was kept."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PLACES = Decimal("1e-12")
_EXACT = Context(prec=100)

_steps = sa.table(
    "steps",
    sa.column("exchange", sa.String()),
    sa.column("step", sa.String()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("assets", sa.LargeBinary()),
)
_ratios = sa.table(
    "ratios",
    sa.column("exchange", sa.String()),
    sa.column("asset", sa.String()),
    sa.column("ratio", sa.Text()),
    sa.column("owed", sa.Text()),
    sa.column("at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assets", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", "step", "at", name=op.f("pk_steps")),
        comment="What was known of assets by steps (raw, hourly, daily), zlib-compressed JSON by asset.",
    )
    with op.batch_alter_table("steps") as table:
        table.create_index(op.f("ix_steps_step_at"), ["step", "at"])
    connection = op.get_bind()
    for (exchange,) in connection.execute(sa.select(_ratios.c.exchange).distinct()).all():
        for step, length in (("hourly", timedelta(hours=1)), ("daily", timedelta(days=1))):
            for at, assets in _steps_of(connection, exchange, length):
                content = zlib.compress(orjson.dumps(assets), 1)
                connection.execute(sa.insert(_steps).values(exchange=exchange, step=step, at=at, assets=content))


def _steps_of(
    connection: sa.Connection, exchange: str, length: timedelta
) -> Iterator[tuple[datetime, dict[str, dict[str, Any]]]]:
    """The ratios of an exchange, step by step: of each asset the first, last, lowest and highest."""
    begun: datetime | None = None
    seen: dict[str, list[tuple[Decimal | None, Decimal | None]]] = {}
    query = sa.select(_ratios).where(_ratios.c.exchange == exchange).order_by(_ratios.c.at)
    for row in connection.execute(query):
        at = row.at - (row.at - datetime(1970, 1, 1, tzinfo=row.at.tzinfo)) % length
        if begun is not None and at != begun:
            yield begun, {asset: _plain(values) for asset, values in seen.items()}
            seen = {}
        begun = at
        ratio = Decimal(row.ratio).quantize(_PLACES, ROUND_FLOOR, _EXACT) if row.ratio else None
        seen.setdefault(row.asset, []).append((ratio, Decimal(row.owed) if row.owed else None))
    if begun is not None:
        yield begun, {asset: _plain(values) for asset, values in seen.items()}


def _plain(values: list[tuple[Decimal | None, Decimal | None]]) -> dict[str, Any]:
    ratios = [ratio for ratio, _ in values if ratio is not None]
    owed = [amount for _, amount in values if amount is not None]
    return {
        "bases": [],
        "known": None,
        "owed": _extent(owed),
        "lower": _extent(ratios),
        "upper": None,
        "spent": {},
    }


def _extent(values: list[Decimal]) -> list[str] | None:
    return [str(each) for each in (values[0], values[-1], min(values), max(values))] if values else None


def downgrade() -> None:
    op.drop_table("steps")
