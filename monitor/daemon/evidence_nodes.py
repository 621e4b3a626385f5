"""Verifying a bundle of evidence against the chains: by other nodes, at the bundle's own blocks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from monitor.chains import AtHeight, AtSlot, ChainError, ChainReader
from monitor.daemon import Report
from monitor.daemon.evidence_blocks import verify_blocks
from monitor.daemon.evidence_check import SHOWN, Verified
from monitor.daemon.network import positions_of
from monitor.daemon.owners import Owners
from monitor.evidence.errors import Fault
from monitor.evidence.readings import place_of, states_of
from monitor.evidence.statement import STATEMENT, NetworkRead
from monitor.evidence.tables import BALANCES, CONFIRMATIONS
from monitor.model import Address, BaseUnits, Block, OwnerOutcome, Reading, Snapshot, SnapshotState, Token, disjoint
from monitor.registry import Registry
from monitor.settings import NetworkSettings


async def verify_on_chain(
    found: Verified, networks: Mapping[str, NetworkSettings], registry: Registry, progress: Report
) -> None:
    """Ask nodes for the balances of a bundle that was verified offline, at its blocks, and add what is not so."""
    from monitor.chains.opening import configured_network, open_readers  # noqa: PLC0415 - slow to import

    if found.predicate is None:
        return
    states = states_of(found.predicate, found.contents[BALANCES.file])
    read = [each for each in found.predicate.networks if each.tokens]
    wanted = {name: settings for name, settings in networks.items() if name in {each.network for each in read}}
    await verify_blocks(found, found.predicate.at, networks, registry)
    async with open_readers(wanted, registry) as readers:
        for done, told in enumerate(read):
            progress("networks", done, len(read))
            if told.network not in readers:
                found.open.append(f"{told.network}: no endpoint is configured: its balances were not read again")
            elif (chain := configured_network(told.network, wanted[told.network], registry).caip2) != told.chain:
                found.open.append(f"{told.network}: the bundle is of {told.chain}, your nodes are of {chain}")
            else:
                by = AtSlot if registry.networks[told.network].execution else AtHeight
                await read_again(found, told, states[told.network], readers[told.network], by)
        await _ask_again(found, readers)


async def _ask_again(found: Verified, readers: Mapping[str, ChainReader]) -> None:
    """Ask who controls the accounts whose owners a chain has confirmed: today, as no node tells it of a past block."""
    if found.derived is None:
        return
    confirmed = {
        row["question"] for row in CONFIRMATIONS.read(found.contents[CONFIRMATIONS.file]) if row["confirmed_at"]
    }
    questions = [each for mark, each in found.derived.judged.questions.items() if mark.hex() in confirmed]
    for name in sorted({each.network for each in questions}):
        asked = [each for each in questions if each.network == name]
        if name not in readers:
            found.open.append(
                f"{name}: no endpoint is configured: who controls {len(asked)} accounts was not asked again"
            )
            continue
        for question, said in zip(asked, await Owners().ask(name, asked, readers), strict=True):
            if isinstance(said, ChainError) or said.outcome is not OwnerOutcome.CONFIRMED:
                why = said if isinstance(said, ChainError) else said.reason
                found.open.append(f"{name}: the owners of {question.account} are not confirmed today: {why}")


async def read_again(
    found: Verified, told: NetworkRead, state: SnapshotState, reader: ChainReader, by: type[AtHeight] = AtHeight
) -> None:
    """Ask ``reader`` for all that the bundle says of one network, and add to ``found`` what is not so.

    ``by`` is what the numbers of its blocks are.
    """
    blocks: defaultdict[Block, list[Snapshot]] = defaultdict(list)
    for snapshot in {id(each): each for each in (state.last, *state.earlier.values()) if each}.values():
        blocks[snapshot.block].append(snapshot)
    for block, snapshots in blocks.items():
        if block.since:
            found.open.append(f"{told.network}: read within a window of {block.named}, which no node can tell again")
            continue
        balances = {token: held for each in snapshots for token, held in each.balances.items()}
        wanted = {token: frozenset(held) for token, held in balances.items() if held}
        try:
            reading = await reader.read(wanted, by(block.number)) if wanted else None
        except ChainError as error:
            found.open.append(f"{told.network}: {block.named} could not be read again: {error}")
            continue
        if reading and reading.block.hash != block.hash:
            hashes = f"{block.named} has the hash {reading.block.hash} by {_by(reading)}, not {block.hash}"
            found.faults.append(Fault(BALANCES.file, f"{told.network}: block_hash: {hashes}"))
        elif reading:
            found.faults += _contradicted(found, told.network, block, balances, reading)
            found.faults += _contradicted_beside(found, wanted, snapshots, reading)


def _by(reading: Reading) -> str:
    return " and ".join(reading.endpoints)


def _contradicted(
    found: Verified,
    network: str,
    block: Block,
    balances: Mapping[Token, Mapping[Address, BaseUnits]],
    reading: Reading,
) -> Iterator[Fault]:
    """What nodes tell otherwise of balances; they are named."""
    now = disjoint({token: held for token, held in reading.balances.items() if token in balances}, reading.within)
    for token, held in balances.items():
        if token in reading.failed:
            found.open.append(f"{token}: could not be read again at {block.named}: {reading.failed[token]}")
            continue
        wrong = [(account, units) for account, units in held.items() if now[token][account] != units] if held else []
        found.confirmed[network] = found.confirmed.get(network, 0) + len(held) - len(wrong)
        yield from _otherwise(token, [(account, units, now[token][account]) for account, units in wrong], reading)


def _contradicted_beside(
    found: Verified, wanted: Mapping[Token, frozenset[Address]], snapshots: Sequence[Snapshot], reading: Reading
) -> Iterator[Fault]:
    """What nodes tell otherwise of rates, and of what is frozen, staked or locked: sums rest on these as well."""
    rates = {token: rate for each in snapshots for token, rate in each.rates.items()}
    for token in wanted.keys() - reading.failed.keys():
        if rates.get(token) != (rate := reading.rates.get(token)):
            yield Fault(
                STATEMENT,
                f"networks: {token}: rate {rates.get(token)}, but {rate} at {reading.block.named} by {_by(reading)}",
            )
    parts = {part: held for each in snapshots for part, held in each.positions.items()}
    now = positions_of(wanted, reading)
    for part in parts.keys() | now.keys():
        if part not in now and any(parts[part].values()):
            found.open.append(
                f"{part}: could not be read again at {reading.block.named}: {_by(reading)} do not tell it"
            )
            continue
        held, again = parts.get(part, {}), now.get(part, {})
        both = ((each, held.get(each, BaseUnits(0)), again.get(each, BaseUnits(0))) for each in {**held, **again})
        yield from _otherwise(part, [each for each in both if each[1] != each[2]], reading)


def _otherwise(
    token: Token, wrong: Sequence[tuple[Address, BaseUnits, BaseUnits]], reading: Reading
) -> Iterator[Fault]:
    """``wrong``: accounts with what the bundle says that they held, and what nodes say."""
    place = " ".join(filter(None, place_of(token)))
    for account, units, now in wrong[:SHOWN]:
        where = f"{now} at {reading.block.named} by {_by(reading)}"
        yield Fault(BALANCES.file, f"{place} {account}: units {units}, but {where}")
    if len(wrong) > SHOWN:
        yield Fault(BALANCES.file, f"{token}: and {len(wrong) - SHOWN} accounts more")
