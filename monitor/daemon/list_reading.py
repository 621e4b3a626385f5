"""One published list: read, compared with the one before, and judged. No I/O, and no state outside of its arguments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor import ownership
from monitor.daemon.handing_over import NewList
from monitor.daemon.judged import JudgedList, judged_list
from monitor.daemon.stakes import stakes_of
from monitor.judgement import as_text, compare_lists
from monitor.model import Address, Claim, ClaimKind, Document, Network, Verdict, WalletList
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.ownership import VerdictsByPrint
from monitor.published import check_shrink, read_wallets, refusing, unpack
from monitor.registry import Registry
from monitor.settings import WalletsSettings

_CHUNK = 1_000
"""Rows that are judged in one go: their verdicts are kept together, and what was found before a kill is not lost."""

Told = Callable[[VerdictsByPrint, int, int], None]
"""Is given the verdicts that were just found, by fingerprint, and how many rows are judged, and of how many."""

AsRead = Callable[[Sequence[Claim], Sequence[bytes]], None]
"""Is given all claims in their order and their fingerprints, some at a time, of a list that may still be refused."""

Judge = Callable[[Iterable[Sequence[int]]], Iterable[PackedVerdicts]]
"""Begins to judge the rows at some positions each, and gives their verdicts in their order."""


@dataclass(frozen=True, slots=True)
class ListTask:
    """What to know of a list to read and judge it, besides its bytes."""

    document: Document
    settings: WalletsSettings
    registry: Registry
    accepted_at: datetime
    """When it becomes the list in use, if it is accepted."""
    previous: PackedClaims | None = None
    """The claims of the list in use, to compare with; None: there is none, or nobody asks. A list that lost too many of
    them is refused."""
    exchange: str = ""
    """Whose list it is; empty where nobody keeps what is judged."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list that was read and is about to be judged."""

    published: WalletList
    prints: Sequence[bytes]
    """The fingerprints of its claims, in their order."""


def read_list(task: ListTask, content: bytes, told: AsRead = lambda _claims, _prints: None) -> ReadList:
    """Read the list in ``content``. Takes 17 µs a row. Raises DocumentError: nothing is read partly."""
    prints: list[bytes] = []

    def note(claims: Sequence[Claim]) -> None:
        marks = [ownership.fingerprint(claim) for claim in claims]
        prints.extend(marks)
        told(claims, marks)

    with refusing(lambda: task.document.source):
        files = unpack(content, task.document, task.settings)
        format_, largest = task.settings.format, task.settings.largest
        published = read_wallets(files, task.document, format_, task.registry, largest=largest, told=note)
        if task.previous:
            check_shrink(len(task.previous), published, task.settings.max_shrink)
        return ReadList(published, prints)


def judge_list(
    task: ListTask, read: ReadList, known: VerdictsByPrint, told: Told, judge: Judge | None = None
) -> NewList:
    """Judge the rows of ``read`` that are not ``known``, each distinct one once, fold all together, and compare them.

    ``told`` gets only what is new. ``judge`` shares the work; without it it is done here. CPU-bound. Raises
    DocumentError.
    """
    claims, networks = read.published.claims, task.registry.networks
    with refusing(lambda: task.document.source):
        new: dict[bytes, int] = {}
        for position, mark in enumerate(read.prints):
            if mark not in known:
                new.setdefault(mark, position)
        rows, total = list(new.values()), len(read.prints)
        told({}, total - len(rows), total)
        chunks = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
        found = judge(chunks) if judge else (judge_rows(claims, networks, chunk) for chunk in chunks)
        packed = PackedClaims(claims)  # this and comparing, which take 6 µs a row, while others judge
        changes = compare_lists(task.previous, packed) if task.previous is not None else None
        verdicts = {**known, **_taken_in(found, list(new), total, told)}
        return NewList(_folded(task, read.published, packed, [verdicts[mark] for mark in read.prints]), changes)


def _folded(task: ListTask, published: WalletList, packed: PackedClaims, verdicts: Sequence[Verdict]) -> JudgedList:
    networks, messages = task.registry.networks, task.settings.messages
    accepted = ownership.accept(published.claims, verdicts, frozenset(messages) if messages is not None else None)
    return judged_list(
        published,
        packed,
        ownership.open_questions(published.claims, accepted, networks),
        task.accepted_at,
        stakes=stakes_of(published.claims, networks),
        stakers=_stakers(published.claims, networks),
        asset_of=task.registry.known_asset,
    )


def _taken_in(found: Iterable[PackedVerdicts], marks: Sequence[bytes], total: int, told: Told) -> dict[bytes, Verdict]:
    """What is ``found`` of ``marks``, in their order, each part of which is ``told`` at once."""
    verdicts: dict[bytes, Verdict] = {}
    before = total - len(marks)
    for part in found:
        start = len(verdicts)
        some = dict(zip(marks[start : start + len(part)], part, strict=True))
        verdicts |= some
        told(some, before + len(verdicts), total)
    return verdicts


def judge_rows(claims: Sequence[Claim], networks: Mapping[str, Network], rows: Sequence[int]) -> PackedVerdicts:
    return PackedVerdicts(
        ownership.judge(claim, networks.get(claim.network or "")) for claim in (claims[row] for row in rows)
    )


def _stakers(claims: Iterable[Claim], networks: Mapping[str, Network]) -> frozenset[tuple[str, Address]]:
    """The owners of validators by what the list says, on the network of these and on that of their accounts."""
    staked = (claim for claim in claims if claim.kind is not ClaimKind.ACCOUNT)
    return frozenset(
        (network, as_text(owner))
        for claim in staked
        if claim.network
        for owner in claim.owners
        if owner
        for network in (claim.network, networks[claim.network].execution)
        if network
    )
