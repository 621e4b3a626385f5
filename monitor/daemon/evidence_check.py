"""Verifying a bundle of evidence: offline by doing all of it again, and against the chains by other nodes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor import __version__
from monitor.chains import AtHeight, ChainError, ChainReader
from monitor.daemon import Report
from monitor.daemon.evidence_derived import Derived, derive
from monitor.daemon.list_judge import ListJudge, NothingKnown
from monitor.daemon.owners import Owners
from monitor.evidence.contents import Contents
from monitor.evidence.errors import EvidenceError, Fault
from monitor.evidence.keys import PublicKey
from monitor.evidence.log import CHECKPOINT, Head, Log, leaf_hash, root_of
from monitor.evidence.readings import place_of, states_of
from monitor.evidence.statement import STATEMENT, NetworkRead, Predicate, check_signature, entry_of, statement_of
from monitor.evidence.tables import BALANCES, CONFIRMATIONS, TableError
from monitor.formats import ForeseenError, shown
from monitor.model import Address, BaseUnits, Block, OwnerOutcome, Reading, SnapshotState, Token, disjoint
from monitor.ownership import RULES_VERSION
from monitor.registry import Registry
from monitor.settings import NetworkSettings

_SHOWN = 5
"""Findings of one kind, after which the others are counted."""


@dataclass(slots=True)
class Verified:
    """What became of a bundle."""

    contents: Contents
    predicate: Predicate | None = None
    faults: list[Fault] = field(default_factory=list)
    """What is not as it was made, or not so."""
    open: list[str] = field(default_factory=list)
    """What should have been judged and could not be."""
    notes: list[str] = field(default_factory=list)
    """What the bundle does not show by itself."""
    derived: Derived | None = None
    head: Head | None = None
    confirmed: dict[str, int] = field(default_factory=dict)
    """By network, how many balances nodes have told again."""


async def verify(
    contents: Contents, faults: Sequence[Fault] = (), *, trusted: PublicKey | None = None, log: Path | None = None
) -> Verified:
    """Verify a bundle with nothing but its files; ``faults`` were found while they were read.

    ``trusted`` must have signed it, and the log in the folder ``log`` must still have it.
    """
    found = Verified(contents, faults=list(faults))
    found.predicate, more = statement_of(contents)
    found.faults += more
    if found.predicate is None:
        return found
    found.head, more = check_signature(contents, found.predicate, trusted)
    found.faults += more
    if log:
        _check_log(found, contents, log)
    if found.predicate.signer is None:
        found.notes.append("nobody has signed this bundle: it shows what it says only as far as it can be done again")
    elif trusted is None:
        found.notes.append("whose the key is that signed it, the bundle cannot tell: compare it, and give it as --key")
    if any(name.startswith("registry/") for name in contents):
        found.notes.append(
            "it brings a registry of its own (registry/): read there which contracts it takes for which coins"
        )
    if found.faults:
        found.notes.append("nothing was judged again, because of these findings")
    else:
        await _redo(found, found.predicate, contents)
    return found


async def _redo(found: Verified, predicate: Predicate, contents: Contents) -> None:
    """Derive from what the bundle rests on all that it says, and compare."""
    try:
        derived = await derive(predicate, contents, ListJudge(NothingKnown()))
    except TableError as error:
        found.faults.append(Fault(error.file, str(error)))
        return
    except (ForeseenError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:
        what = f"missing: {error}" if isinstance(error, LookupError) else str(error)
        found.faults.append(Fault(STATEMENT, f"what it names cannot be judged: {shown(what)}"))
        return
    found.derived = derived
    found.notes += derived.unproven
    wrong = [Fault(file, problem) for file, problem in derived.contradictions]
    for name, content in derived.files.items():
        wrong += _differences(name, content, contents.get(name, b""))
    made = predicate.software
    if wrong and (made.version, made.rules) != (__version__, RULES_VERSION):
        found.open += [str(fault) for fault in wrong]
        found.open.append(f"made by version {made.version} (rules {made.rules}): use that to judge it again")
    else:
        found.faults += wrong


def _differences(name: str, derived: bytes, told: bytes) -> list[Fault]:
    """The lines of a file that do not follow from what the bundle rests on."""
    if derived == told:
        return []
    ours, theirs = derived.decode().splitlines(), told.decode(errors="replace").splitlines()
    lines = [at for at in range(max(len(ours), len(theirs))) if ours[at : at + 1] != theirs[at : at + 1]]
    faults = [
        Fault(name, f"line {at + 1}: says {_line(theirs, at)}, but what the bundle rests on makes it {_line(ours, at)}")
        for at in lines[:_SHOWN]
    ]
    if len(lines) > _SHOWN:
        faults.append(Fault(name, f"and {len(lines) - _SHOWN} lines more"))
    return faults or [Fault(name, "its lines do not end as they should")]


def _line(lines: Sequence[str], at: int) -> str:
    return repr(shown(lines[at], 300)) if at < len(lines) else "nothing"


def _check_log(found: Verified, contents: Contents, folder: Path) -> None:
    """Whether the log still has the bundle where it was entered, and still begins as it did then."""
    predicate = found.predicate
    if predicate is None or predicate.signer is None or found.head is None:
        found.faults.append(Fault(STATEMENT, "the bundle carries no proof that it was entered in a log"))
        return
    if not (folder / CHECKPOINT).is_file():
        found.open.append(f"whether the log still has it: there is no {CHECKPOINT} in {folder}")
        return
    try:
        head, entries = Log(folder).read(PublicKey(bytes.fromhex(predicate.signer)))
    except EvidenceError as error:
        found.faults.append(Fault(CHECKPOINT, str(error)))
        return
    if head.origin != found.head.origin or head.size < found.head.size:
        found.faults.append(
            Fault(CHECKPOINT, f"the log has {head.size} entries, fewer than the bundle saw, or another name")
        )
    elif root_of([leaf_hash(each) for each in entries[: found.head.size]]) != found.head.root:
        found.faults.append(Fault(CHECKPOINT, "the log does not begin any more as it was when this bundle was made"))
    elif entry_of(predicate, contents[STATEMENT]) not in entries[: found.head.size]:
        found.faults.append(Fault(CHECKPOINT, "the log has no entry of this bundle"))


# --- Against the chains ----------------------------------------------------------------------------------------------


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
    async with open_readers(wanted, registry) as readers:
        for done, told in enumerate(read):
            progress("networks", done, len(read))
            if told.network not in readers:
                found.open.append(f"{told.network}: no endpoint is configured: its balances were not read again")
            elif (chain := configured_network(told.network, wanted[told.network], registry).caip2) != told.chain:
                found.open.append(f"{told.network}: the bundle is of {told.chain}, your nodes are of {chain}")
            else:
                await _read_again(found, told, states[told.network], readers[told.network])
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


async def _read_again(found: Verified, told: NetworkRead, state: SnapshotState, reader: ChainReader) -> None:
    blocks: defaultdict[Block, dict[Token, Mapping[Address, BaseUnits]]] = defaultdict(dict)
    for snapshot in {id(each): each for each in (state.last, *state.earlier.values()) if each}.values():
        blocks[snapshot.block].update(snapshot.balances)
    for block, balances in blocks.items():
        if block.since:
            found.open.append(f"{told.network}: read within a window of {block.named}, which no node can tell again")
            continue
        wanted = {token: frozenset(held) for token, held in balances.items() if held}
        try:
            reading = await reader.read(wanted, AtHeight(block.number)) if wanted else None
        except ChainError as error:
            found.open.append(f"{told.network}: {block.named} could not be read again: {error}")
            continue
        if reading:
            found.faults += _contradicted(found, told.network, block, balances, reading)


def _contradicted(
    found: Verified,
    network: str,
    block: Block,
    balances: Mapping[Token, Mapping[Address, BaseUnits]],
    reading: Reading,
) -> Iterator[Fault]:
    """What nodes tell otherwise; they are named."""
    by = " and ".join(reading.endpoints)
    if reading.block.hash != block.hash:
        hashes = f"{block.named} has the hash {reading.block.hash} by {by}, not {block.hash}"
        yield Fault(BALANCES.file, f"{network}: block_hash: {hashes}")
        return
    now = disjoint({token: held for token, held in reading.balances.items() if token in balances}, reading.within)
    for token, held in balances.items():
        if token in reading.failed:
            found.open.append(f"{token}: could not be read again at {block.named}: {reading.failed[token]}")
            continue
        wrong = [(account, units) for account, units in held.items() if now[token][account] != units] if held else []
        found.confirmed[network] = found.confirmed.get(network, 0) + len(held) - len(wrong)
        for account, units in wrong[:_SHOWN]:
            place = " ".join(filter(None, place_of(token)))
            yield Fault(
                BALANCES.file, f"{place} {account}: units {units}, but {now[token][account]} at {block.named} by {by}"
            )
        if len(wrong) > _SHOWN:
            yield Fault(BALANCES.file, f"{token}: and {len(wrong) - _SHOWN} accounts more")
