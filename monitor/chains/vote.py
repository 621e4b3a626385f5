"""Who agrees with whom."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitor.chains.endpoint import Endpoint
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Finding

F = TypeVar("F", bound=Finding)


@dataclass(slots=True)
class Group(Generic[F]):
    """Endpoints that found the same at the same block."""

    finding: F
    endpoints: list[Endpoint]


@dataclass(slots=True)
class Vote(Generic[F]):
    """Findings of several endpoints, sorted into groups that agree, until ``needed`` do."""

    needed: int
    groups: list[Group[F]] = field(default_factory=list)

    def add(self, endpoint: Endpoint, finding: F) -> None:
        """Count what ``endpoint`` found."""
        for group in self.groups:
            if group.finding.block.hash == finding.block.hash and not group.finding.difference(finding):
                group.endpoints.append(endpoint)
                return
        self.groups.append(Group(finding, [endpoint]))

    @property
    def missing(self) -> int:
        """How many more must agree with the largest group."""
        return self.needed - max((len(group.endpoints) for group in self.groups), default=0)

    def winner(self) -> Group[F]:
        """The group that is large enough; whoever contradicted it at its block is told so.

        Raises a ``disagreement`` when endpoints contradict each other and no group is large enough, and a
        ``tip_moved`` when they only stand at different blocks.
        """
        largest = max(self.groups, key=lambda group: len(group.endpoints))
        rivals = [
            group
            for group in self.groups
            if group is not largest and group.finding.block.hash == largest.finding.block.hash
        ]
        decided = self.missing <= 0
        sentences = []
        for rival in rivals:
            names = " and ".join(", ".join(one.name for one in group.endpoints) for group in (largest, rival))
            sentence = f"{names} at block {largest.finding.block.number}: {largest.finding.difference(rival.finding)}"
            sentences.append(sentence)
            for endpoint in rival.endpoints if decided else largest.endpoints + rival.endpoints:
                endpoint.disagreed(sentence)
        if decided:
            return largest
        if rivals:
            raise ChainError(Reason.DISAGREEMENT, f"no {self.needed} endpoints agree: {'; '.join(sentences)}")
        blocks = ", ".join(f"{group.endpoints[0].name} at {group.finding.block.number}" for group in self.groups)
        raise ChainError(Reason.TIP_MOVED, f"the endpoints stand at different blocks: {blocks}")
