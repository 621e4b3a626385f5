"""What nodes said, as a bundle has it: how it stood with each network in the statement, the amounts in a table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from monitor.evidence.statement import NetworkRead, Predicate, ReadToken
from monitor.evidence.tables import BALANCES, TableError
from monitor.formats import shown
from monitor.formats.phrases import without_folders
from monitor.model import Address, BaseUnits, Caip2, Rate, Snapshot, SnapshotState, Token, frozen

Place = tuple[str, str, str, str]
"""What tells a token from all others in the table: network, asset, contract, position."""


def place_of(token: Token) -> Place:
    return token.network, token.asset, token.contract or "", token.position.name if token.position else ""


def network_read(state: SnapshotState, growth: Decimal | None) -> NetworkRead:
    """How it stands with a network; what nodes wrote is as anybody may see it."""
    last = state.last
    return NetworkRead(
        network=state.network,
        chain=state.chain,
        growth=None if growth is None else str(growth),
        block=last.block if last else None,
        taken_at=last.taken_at if last else None,
        dropped=state.dropped,
        attempted=state.attempted,
        stale_after=state.stale_after,
        failure=_told(state.failure),
        untold=tuple((token, _told(reason)) for token, reason in state.untold.items()),
        endpoints=last.endpoints if last else (),
        agreed=last.agreed if last else None,
        asked=last.asked if last else None,
        tokens=tuple(_tokens(state)),
    )


def _told(failure: str) -> str:
    return without_folders(shown(failure))


def _snapshots(state: SnapshotState) -> Iterator[tuple[Token, Snapshot]]:
    """Every token that was read, with what of it."""
    if state.last:
        yield from ((token, state.last) for token in state.last.balances)
    yield from state.earlier.items()


def _tokens(state: SnapshotState) -> Iterator[ReadToken]:
    for token, snapshot in _snapshots(state):
        rate = snapshot.rates.get(token)
        told = (str(rate.shares), str(rate.assets)) if rate else None
        yield ReadToken(token, part=False, rate=told, block=snapshot.block, taken_at=snapshot.taken_at)
    if state.last:
        for token in state.last.positions:
            yield ReadToken(token, part=True, rate=None, block=state.last.block, taken_at=state.last.taken_at)


def balance_rows(states: Iterable[SnapshotState]) -> Iterator[Sequence[str]]:
    """The rows of ``balances.csv``, token by token."""
    for state in states:
        parts = [(token, state.last) for token in state.last.positions] if state.last else []
        for token, snapshot in (*_snapshots(state), *parts):
            held = snapshot.balances.get(token) or snapshot.positions.get(token, {})
            block = str(snapshot.block.number), snapshot.block.hash
            place = place_of(token)
            for account, units in held.items():
                yield *place, account, str(units), *block


def states_of(predicate: Predicate, balances: bytes) -> dict[str, SnapshotState]:
    """What was known of each network. Raises TableError where the table is not that of the statement."""
    blocks: dict[Place, ReadToken] = {}
    for network in predicate.networks:
        for read in network.tokens:
            if blocks.setdefault(place_of(read.token), read) is not read or read.token.network != network.network:
                raise TableError(BALANCES.file, f"the statement has {read.token} twice, or under {network.network}")
    amounts: defaultdict[Place, dict[Address, BaseUnits]] = defaultdict(dict)
    for row, cells in enumerate(BALANCES.read(balances), 2):
        place = cells["network"], cells["asset"], cells["contract"], cells["position"]
        known = blocks.get(place)
        if known is None:
            raise TableError(
                BALANCES.file, f"row {row}: the statement has no snapshot of {' '.join(filter(None, place))}"
            )
        if (cells["block"], cells["block_hash"]) != (str(known.block.number), known.block.hash):
            raise TableError(
                BALANCES.file, f"row {row}: block: the statement has block {known.block.number} {known.block.hash}"
            )
        if not (cells["units"].isascii() and cells["units"].isdigit()) or cells["account"] in amounts[place]:
            raise TableError(
                BALANCES.file, f"row {row}: units or account: no whole amount, or an account that stands twice"
            )
        amounts[place][cells["account"]] = BaseUnits(int(cells["units"]))
    return {each.network: _state(predicate, each, amounts) for each in predicate.networks}


def _state(
    predicate: Predicate, told: NetworkRead, amounts: Mapping[Place, Mapping[Address, BaseUnits]]
) -> SnapshotState:
    snapshots: dict[Token, Snapshot] = {}
    exchange = predicate.exchange
    last = _snapshot(exchange, told, [each for each in told.tokens if _is_last(told, each)], amounts)
    for each in told.tokens:
        if not _is_last(told, each) and (snapshot := _snapshot(exchange, told, [each], amounts)):
            snapshots[each.token] = snapshot
    return SnapshotState(
        network=told.network,
        last=last,
        stale=last is None or told.stale_after is None or not last.is_fresh(told.stale_after, predicate.at),
        wanted=0,
        failure=told.failure,
        stale_after=told.stale_after,
        attempted=told.attempted,
        chain=Caip2(told.chain),
        dropped=told.dropped,
        earlier=frozen(snapshots),
        untold=frozen(dict(told.untold)),
    )


def _is_last(told: NetworkRead, read: ReadToken) -> bool:
    return (read.block, read.taken_at) == (told.block, told.taken_at)


def _snapshot(
    exchange: str,
    told: NetworkRead,
    tokens: Sequence[ReadToken],
    amounts: Mapping[Place, Mapping[Address, BaseUnits]],
) -> Snapshot | None:
    """What was read of ``tokens``, all at one block; also where there are none, as long as there was a snapshot."""
    block, taken_at = (tokens[0].block, tokens[0].taken_at) if tokens else (told.block, told.taken_at)
    if block is None or taken_at is None:
        return None
    return Snapshot(
        exchange,
        told.network,
        block,
        taken_at,
        frozen({each.token: amounts.get(place_of(each.token), {}) for each in tokens if not each.part}),
        told.endpoints,
        frozen(
            {
                each.token: Rate(BaseUnits(int(each.rate[0])), BaseUnits(int(each.rate[1])))
                for each in tokens
                if each.rate
            }
        ),
        positions=frozen({each.token: amounts.get(place_of(each.token), {}) for each in tokens if each.part}),
    )
