"""Who agrees with whom: one vote a party, for a block by its hash and all that was found there."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from monitor.chains.endpoint import Endpoint, Standing
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Finding

F = TypeVar("F", bound=Finding)


@dataclass(slots=True)
class Group(Generic[F]):
    """Endpoints that found the same at the same block."""

    finding: F
    endpoints: list[Endpoint]
    asked: int = 1
    """How many parties were asked before it was decided, those that failed included."""
    others: list[F] = field(default_factory=list)
    """The findings of the others, which agree and may tell more."""

    @property
    def parties(self) -> int:
        """How many stand for it."""
        return len(parties_of(self.endpoints))


@dataclass(slots=True)
class Vote(Generic[F]):
    """Findings of several endpoints, sorted into groups that agree.

    Uncontradicted, a finding needs ``needed`` parties. Once a party has found something else at the same block, being
    first counts for nothing any more: more must agree than contradict, whatever those that may yet answer say.
    """

    needed: int
    groups: list[Group[F]] = field(default_factory=list)

    def add(self, endpoint: Endpoint, finding: F) -> None:
        """Count what ``endpoint`` found, if it is the first of its party."""
        if any(endpoint.party in parties_of(group.endpoints) for group in self.groups):
            return
        for group in self.groups:
            if group.finding.block.hash == finding.block.hash and not _difference(group.finding, finding):
                group.endpoints.append(endpoint)
                group.others.append(finding)
                return
        self.groups.append(Group(finding, [endpoint]))

    def missing(self, possible: int = 0) -> int:
        """Tell how many more must be asked at least, of the ``possible`` ones that may yet answer; 0: it is decided."""
        if not self.groups:
            return self.needed
        leading = self._largest()
        agreeing, contradicting = leading.parties, _size(self._rivals(leading))
        if not contradicting:
            return max(0, self.needed - agreeing)
        certain = (contradicting + possible - agreeing) // 2 + 1
        return max(0, self.needed - agreeing, certain)

    def winner(self) -> Group[F]:
        """Return the group that is large enough; whoever contradicted it at its block is told so.

        Raises :class:`ContestedError` when endpoints contradict each other and no group is large enough, and a
        ``tip_moved`` when they only stand at different blocks.
        """
        largest = self._largest()
        rivals = self._rivals(largest)
        decided = largest.parties >= self.needed and largest.parties > _size(rivals)
        disputes = [(rival, _dispute(largest, rival)) for rival in rivals]
        if decided:
            for rival, dispute in disputes:
                _tell(rival, dispute)
            for endpoint in largest.endpoints if self.needed > 1 else ():
                endpoint.agreed()
            return largest
        if disputes:
            told = "; ".join(dispute for _, dispute in disputes)
            raise ContestedError(f"no {self.needed} parties agree: {told}", [(largest, told), *disputes])
        blocks = ", ".join(f"{group.endpoints[0].name} at {group.finding.block.number}" for group in self.groups)
        raise ChainError(Reason.TIP_MOVED, f"the endpoints stand at different blocks: {blocks}")

    def _largest(self) -> Group[F]:
        return max(self.groups, key=lambda group: group.parties)

    def _rivals(self, leading: Group[F]) -> list[Group[F]]:
        """Those who found something else than ``leading`` at the same block."""
        at = leading.finding.block.hash
        return [group for group in self.groups if group is not leading and group.finding.block.hash == at]


class ContestedError(ChainError):
    """A ``disagreement``: endpoints contradict each other at a block, and it takes more to know who is right."""

    def __init__(self, detail: str, parties: Sequence[tuple[Group[Any], str]]) -> None:
        super().__init__(Reason.DISAGREEMENT, detail)
        self._parties: Sequence[tuple[Group[Any], str]] = parties

    @property
    def endpoints(self) -> set[Endpoint]:
        """Who contradicts whom."""
        return {endpoint for group, _ in self._parties for endpoint in group.endpoints}

    def involves(self, endpoints: Collection[Endpoint]) -> bool:
        """Tell whether one of ``endpoints`` is among those who contradict each other."""
        return not self.endpoints.isdisjoint(endpoints)

    def settle(self, trusted: Collection[Endpoint]) -> None:
        """Tell the endpoints that they were contradicted, once.

        Nothing is told to those of one mind with who is ``trusted``, for they have agreed since. Where nobody is, those
        are told who are in doubt for something else, if there are any.
        """
        parties, self._parties = self._parties, ()
        wrong = [party for party in parties if not any(each in trusted for each in party[0].endpoints)]
        if len(wrong) == len(parties):
            doubted = [party for party in parties if any(map(_in_doubt, party[0].endpoints))]
            wrong = doubted or wrong
        for group, dispute in wrong or parties:
            _tell(group, dispute)


def settle(failures: Iterable[ChainError], trusted: Collection[Endpoint] = ()) -> None:
    """Settle whatever is contested in ``failures`` and their causes, beginning with what is clearest."""
    contests = sorted(_contests(failures), key=lambda contest: not contest.involves(trusted))
    for contest in contests:
        contest.settle(trusted)


def _contests(failures: Iterable[ChainError]) -> Iterator[ContestedError]:
    for failure in failures:
        if isinstance(failure, ContestedError):
            yield failure
        yield from _contests(failure.causes)


def _in_doubt(endpoint: Endpoint) -> bool:
    return endpoint.standing is Standing.DOUBTED


def _dispute(one: Group[F], other: Group[F]) -> str:
    names = " and ".join(", ".join(each.name for each in group.endpoints) for group in (one, other))
    return f"{names} at block {one.finding.block.number}: {_difference(one.finding, other.finding)}"


def _tell(group: Group[Any], dispute: str) -> None:
    for endpoint in group.endpoints:
        endpoint.disagreed(dispute)


def _difference(one: F, other: F) -> str:
    """Where two findings at the same block differ, the time of the block included; empty when they agree."""
    if one.block.timestamp != other.block.timestamp:
        return f"the time of the block: {one.block.timestamp.isoformat()} and {other.block.timestamp.isoformat()}"
    return one.difference(other)


def _size(groups: Sequence[Group[F]]) -> int:
    return len(parties_of(endpoint for group in groups for endpoint in group.endpoints))


def parties_of(endpoints: Iterable[Endpoint]) -> set[str]:
    """Tell who runs ``endpoints``."""
    return {endpoint.party for endpoint in endpoints}
