"""One published list: read, compared with the one before, and judged. No I/O, and no state outside of its arguments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor import ownership
from monitor.daemon.judged import JudgedList, judged_list
from monitor.daemon.stakes import stakes_of
from monitor.judgement import as_text, compare_lists
from monitor.model import Address, Claim, ClaimKind, Document, ListChanges, Network, Verdict, WalletList
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.ownership import VerdictsByPrint
from monitor.published import check_shrink, read_wallets, refusing, unpack
from monitor.registry import Registry
from monitor.settings import WalletsSettings

_CHUNK = 1_000
"""Rows that are judged in one go: their verdicts are kept together, and what was found before a kill is not lost."""

Told = Callable[[VerdictsByPrint, int, int], None]
"""Is given the verdicts that were just found, by fingerprint, and how many rows are judged, and of how many."""


Judge = Callable[[Iterable[Sequence[int]]], Iterable[PackedVerdicts]]
"""Gives the verdicts of the rows at some positions each, in their order."""


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


@dataclass(frozen=True)
class ReadList:
    """A list that was read and is about to be judged."""

    published: WalletList
    prints: Sequence[bytes]
    """The fingerprints of its claims, in their order."""

    @cached_property
    def packed(self) -> PackedClaims:
        """Its claims, packed when they are first asked for."""
        return PackedClaims(self.published.claims)


def read_list(task: ListTask, content: bytes) -> ReadList:
    """Read the list in ``content``. Takes 20 µs a row. Raises DocumentError: nothing is read partly."""
    with refusing(lambda: task.document.source):
        files = unpack(content, task.document, task.settings)
        published = read_wallets(
            files, task.document, task.settings.format, task.registry, largest=task.settings.largest
        )
        if task.previous:
            check_shrink(len(task.previous), published, task.settings.max_shrink)
        return ReadList(published, [ownership.fingerprint(claim) for claim in published.claims])


def compare(task: ListTask, read: ReadList) -> ListChanges | None:
    """Compare ``read`` with the list before. None where there is none. Takes 6 µs a row. Raises DocumentError."""
    with refusing(lambda: task.document.source):
        packed = read.packed  # in any case now, while verdicts are looked up, and not once all else waits for it
        return compare_lists(task.previous, packed) if task.previous is not None else None


def judge_list(
    task: ListTask, read: ReadList, known: VerdictsByPrint, told: Told, judge: Judge | None = None
) -> JudgedList:
    """Judge the rows of ``read`` that are not ``known``, each distinct one once, and fold all of them together.

    ``told`` gets only what is new. ``judge`` shares the work; without it it is done here. CPU-bound. Raises
    DocumentError.
    """
    published, networks = read.published, task.registry.networks
    with refusing(lambda: task.document.source):
        verdicts = {**known, **_judge_new(read, networks, known, told, judge)}
        messages = task.settings.messages
        accepted = ownership.accept(
            published.claims,
            [verdicts[mark] for mark in read.prints],
            frozenset(messages) if messages is not None else None,
        )
        asked = ownership.open_questions(published.claims, accepted, networks)
        stakes, stakers = stakes_of(published.claims, networks), _stakers(published.claims, networks)
        asset_of = task.registry.known_asset
        return judged_list(
            published, read.packed, asked, task.accepted_at, stakes=stakes, stakers=stakers, asset_of=asset_of
        )


def _judge_new(
    read: ReadList, networks: Mapping[str, Network], known: VerdictsByPrint, told: Told, judge: Judge | None
) -> dict[bytes, Verdict]:
    new: dict[bytes, int] = {}
    for position, mark in enumerate(read.prints):
        if mark not in known:
            new.setdefault(mark, position)
    marks, rows, total = list(new), list(new.values()), len(read.prints)
    before = total - len(rows)
    chunks = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
    judged: dict[bytes, Verdict] = {}
    told({}, before, total)
    claims = read.published.claims
    for part in judge(chunks) if judge else (judge_rows(claims, networks, chunk) for chunk in chunks):
        start = len(judged)
        found = dict(zip(marks[start : start + len(part)], part, strict=True))
        judged |= found
        told(found, before + len(judged), total)
    return judged


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
