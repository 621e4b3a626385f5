"""How values become bytes in the history: compressed JSON, numbers as text so that none is ever rounded."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from monitor.giving_way import giving_way
from monitor.model import (
    Address,
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Block,
    ClaimMismatch,
    Heights,
    ListChanges,
    Position,
    PositionKind,
    Positions,
    Rate,
    RateCall,
    Rates,
    Snapshot,
    Token,
    frozen,
    same_token,
)

_LEVEL = 1  # lists and balances are written often and read once: speed counts, and level 1 already finds the repeats

_NO_RATES: Rates = {}
_NO_POSITIONS: Positions = {}


def compress(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)


def decompress(content: bytes) -> bytes:
    return zlib.decompress(content)


def pack(value: object) -> bytes:
    """``value`` as compressed JSON."""
    return compress(orjson.dumps(value))


def unpack(content: bytes) -> Any:  # noqa: ANN401 - JSON; who decodes it gives it its type
    """What :func:`pack` was given."""
    return orjson.loads(decompress(content))


def _token(token: Token) -> list[Any]:
    """A token, with what its position is behind it, if it is one."""
    packed = [token.asset, token.network, token.contract, token.decimals]
    position = token.position
    if position is None:
        return packed
    call = [position.rate.function, position.rate.scale] if position.rate else None
    return [*packed, [position.name, position.kind.value, position.decimals, call]]


def _as_token(packed: list[Any]) -> Token:
    asset, network, contract, decimals, *position = packed
    return same_token(asset, network, contract, decimals, _as_position(*position[0]) if position else None)


def _as_position(name: str, kind: str, decimals: int, call: list[Any] | None) -> Position:
    return Position(name, PositionKind(kind), decimals, RateCall(*call) if call else None)


def encode_balances(balances: Balances, rates: Rates = _NO_RATES, positions: Positions = _NO_POSITIONS) -> bytes:
    """``balances``, each token's with its rate behind them if it has one; and their parts, each with an empty rate."""
    parts = [[_token(token), list(held), [*map(str, held.values())], []] for token, held in positions.items()]
    return pack(_plain_balances(balances, rates) + parts)


def _plain_balances(balances: Balances, rates: Rates) -> list[list[Any]]:
    return [
        [_token(token), list(held), [str(amount) for amount in held.values()], *_rate(rates.get(token))]
        for token, held in giving_way(balances.items())
    ]


def _rate(rate: Rate | None) -> list[list[str]]:
    return [[str(rate.shares), str(rate.assets)]] if rate else []


def decode_balances(content: bytes) -> Balances:
    return decode_rated(content)[0]


def decode_rated(content: bytes) -> tuple[Balances, Rates, Positions]:
    """Balances, the rates of those of their tokens that have one, and what of them is no coin in a wallet."""
    return _rated(unpack(content))


def _units(text: str) -> BaseUnits:
    return BaseUnits(int(text))


def _rated(plain: list[list[Any]]) -> tuple[Balances, Rates, Positions]:
    balances: dict[Token, dict[Address, BaseUnits]] = {}
    positions: dict[Token, dict[Address, BaseUnits]] = {}
    rates: dict[Token, Rate] = {}
    for packed, accounts, amounts, *rate in giving_way(plain):
        token = _as_token(packed)
        held = positions if rate == [[]] else balances
        held[token] = dict(zip(accounts, map(_units, amounts), strict=True))
        if rate and rate[0]:
            rates[token] = Rate(*map(_units, rate[0]))
    return balances, rates, positions


def plain_block(block: Block | None) -> list[Any] | None:
    """Number, hash and time of a block, and the same of the first one of the window that it ends, if it does."""
    if block is None:
        return None
    told = [block.number, block.hash, block.timestamp.isoformat()]
    return told if block.since is None else [*told, plain_block(block.since)]


def as_block(plain: list[Any]) -> Block:
    """What :func:`plain_block` was given."""
    number, block_hash, at, *since = plain
    return Block(number, block_hash, datetime.fromisoformat(at), as_block(since[0]) if since else None)


def encode_earlier(earlier: Mapping[Token, Snapshot]) -> bytes:
    """Of each token what its snapshot says of it; all else of that snapshot is let go."""
    return pack(
        [
            [
                _plain_balances({token: each.balances[token]}, each.rates),
                plain_block(each.block),
                each.taken_at.isoformat(),
                list(each.endpoints),
                each.agreed,
                each.asked,
            ]
            for token, each in earlier.items()
        ]
    )


def decode_earlier(content: bytes, exchange: str, network: str) -> dict[Token, Snapshot]:
    """What :func:`encode_earlier` was given: snapshots of one token each."""
    found = {}
    for plain, plainly_block, taken_at, endpoints, agreed, asked in unpack(content):
        balances, rates, _ = _rated(plain)
        block = as_block(plainly_block)
        (token,) = balances
        found[token] = Snapshot(
            exchange,
            network,
            block,
            datetime.fromisoformat(taken_at),
            balances,
            tuple(endpoints),
            rates,
            agreed,
            asked,
        )
    return found


def encode_changes(changes: ListChanges) -> bytes:
    return pack([changes.added, changes.removed, changes.altered])


def decode_changes(content: bytes, restated: int, coins: Mapping[str, Mapping[str, str]]) -> ListChanges:
    added, removed, altered = unpack(content)
    return ListChanges(tuple(added), tuple(removed), tuple(altered), restated, *sizes_of(coins))


def coins_of(changes: ListChanges) -> dict[str, dict[str, str]]:
    """What added and removed rows claim, as the column ``coins`` has it."""
    sizes = {"added": changes.added_coins, "removed": changes.removed_coins}
    return {
        which: {asset: str(amount) for asset, amount in amounts.items()} for which, amounts in sizes.items() if amounts
    }


def sizes_of(coins: Mapping[str, Mapping[str, str]]) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
    """The inverse of :func:`coins_of`: what the added rows claim, and the removed ones."""
    added, removed = (
        frozen({asset: Decimal(amount) for asset, amount in coins.get(which, {}).items()})
        for which in ("added", "removed")
    )
    return added, removed


def encode_audit(audit: Audit) -> bytes:
    return pack(
        {
            "at": audit.at.isoformat(),
            "matches": audit.matches,
            "mismatches": [
                [m.line, m.network, _token(m.token), m.account, str(m.claimed), str(m.found)] for m in audit.mismatches
            ],
            "unjudged": dict(audit.unjudged),
            "checked": [[network, asset, count] for (network, asset), count in audit.checked.items()],
            "report_reserves": plain_by_basis(audit.report_reserves),
            "asked": sorted(audit.asked),
            "report_unknown": dict(audit.report_unknown),
            "heights": {name: [each.count, each.lowest, each.highest] for name, each in audit.heights.items()},
            "report_times": {
                asset: [each.isoformat() for each in times] for asset, times in audit.report_times.items()
            },
            "report_accounts": plain_by_basis(audit.report_accounts),
        }
    )


def plain_by_basis(told: Mapping[str, Mapping[Basis, Decimal | str]]) -> dict[str, dict[str, str]]:
    """By asset and basis, amounts with all their digits, or digests of accounts."""
    return {asset: {basis.value: str(each) for basis, each in bases.items()} for asset, bases in told.items()}


def amounts_by_basis(plain: Mapping[str, Mapping[str, str]]) -> dict[str, dict[Basis, Decimal]]:
    """What :func:`plain_by_basis` was given, of amounts."""
    return {asset: {Basis(basis): Decimal(each) for basis, each in bases.items()} for asset, bases in plain.items()}


def digests_by_basis(plain: Mapping[str, Mapping[str, str]]) -> dict[str, dict[Basis, str]]:
    """The same of digests."""
    return {asset: {Basis(basis): each for basis, each in bases.items()} for asset, bases in plain.items()}


def decode_audit(content: bytes) -> Audit:
    value = unpack(content)
    return Audit(
        at=datetime.fromisoformat(value["at"]),
        matches=value["matches"],
        mismatches=tuple(
            ClaimMismatch(line, network, _as_token(token), account, Decimal(claimed), Decimal(found))
            for line, network, token, account, claimed, found in value["mismatches"]
        ),
        unjudged=value["unjudged"],
        checked={(network, asset): count for network, asset, count in value["checked"]},
        report_reserves=amounts_by_basis(value["report_reserves"]),
        asked=frozenset(value["asked"]),
        report_unknown=value["report_unknown"],
        heights={network: Heights(*each) for network, each in value["heights"].items()},
        report_times={
            asset: (datetime.fromisoformat(first), datetime.fromisoformat(last))
            for asset, (first, last) in value.get("report_times", {}).items()  # 0.1.0 kept none
        },
        report_accounts=digests_by_basis(value.get("report_accounts", {})),
    )
