"""Balances and owners on chain, read from nodes that nobody trusts.

:func:`monitor.chains.opening.open_network` gives the reader of a network. A reading is whole, at one block, or a
:class:`ChainError` whose ``reason`` says why. docs/nodes.md says what each protocol needs of a node.

What is here asks nobody, and imports nothing that does: a configuration is checked with it.
"""

from collections.abc import Sequence
from typing import Protocol

from monitor.chains.block_choice import PAST_TAKES, AtHeight, AtSlot, BlockChoice, Depth, Tag, choice_of
from monitor.chains.errors import ChainError, Reason
from monitor.chains.examination import Examination
from monitor.chains.journals import Keeper
from monitor.chains.node import Wanted
from monitor.chains.protocols import (
    check_endpoint,
    is_provable,
    is_readable,
    keeps_past,
    protocol_of,
    readers_of,
    reads_in_parts,
    recalls,
    unknown_protocols,
    unreadable_because,
)
from monitor.model import Address, EndpointState, FeedReading, OwnerAnswer, OwnerQuestion, Reading, SentReading

__all__ = [
    "PAST_TAKES",
    "AtHeight",
    "AtSlot",
    "BlockChoice",
    "ChainError",
    "ChainReader",
    "Depth",
    "Examination",
    "Keeper",
    "Reason",
    "Tag",
    "Wanted",
    "check_endpoint",
    "choice_of",
    "is_provable",
    "is_readable",
    "keeps_past",
    "protocol_of",
    "readers_of",
    "reads_in_parts",
    "recalls",
    "unknown_protocols",
    "unreadable_because",
]


class ChainReader(Protocol):
    """What a watch needs of a network; see :class:`~monitor.chains.network_reader.NetworkReader` for the promises."""

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading: ...

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]: ...

    async def quote(self, contracts: Sequence[Address], at: BlockChoice) -> FeedReading: ...

    async def sent(self, accounts: Sequence[Address], at: BlockChoice) -> SentReading: ...

    def endpoints(self) -> tuple[EndpointState, ...]: ...

    async def close(self) -> None: ...
