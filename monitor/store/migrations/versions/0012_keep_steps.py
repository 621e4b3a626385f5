"""Keep what was known of assets by steps, and carry over the ratios of before, of which no status was kept."""

import zlib
from collections.abc import Iterable
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

_DAY = timedelta(days=1)
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
    at = connection.scalar(sa.select(sa.func.min(_ratios.c.at)))
    while at is not None:  # a day at a time: all of them may not fit into memory
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        of_day = sa.select(_ratios).where(_ratios.c.at >= day, _ratios.c.at < day + _DAY).order_by(_ratios.c.at)
        for (exchange, step, begun), assets in _steps_of(connection.execute(of_day)).items():
            plain = {asset: _plain(values) for asset, values in assets.items()}
            content = zlib.compress(orjson.dumps(plain), 1)
            connection.execute(sa.insert(_steps).values(exchange=exchange, step=step, at=begun, assets=content))
        at = connection.scalar(sa.select(sa.func.min(_ratios.c.at)).where(_ratios.c.at >= day + _DAY))


def _steps_of(
    rows: Iterable[Any],
) -> dict[tuple[str, str, datetime], dict[str, list[tuple[Decimal | None, Decimal | None]]]]:
    """By exchange and step of a day, the ratios of each asset and what was owed, in the order of ``rows``."""
    found: dict[tuple[str, str, datetime], dict[str, list[tuple[Decimal | None, Decimal | None]]]] = {}
    for row in rows:
        hour = row.at.replace(minute=0, second=0, microsecond=0)
        ratio = Decimal(row.ratio).quantize(_PLACES, ROUND_FLOOR, _EXACT) if row.ratio else None
        seen = (ratio, Decimal(row.owed) if row.owed else None)
        for step, begun in (("hourly", hour), ("daily", hour.replace(hour=0))):
            found.setdefault((row.exchange, step, begun), {}).setdefault(row.asset, []).append(seen)
    return found


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
