"""Balances and owners on chain, read from nodes that nobody trusts.

:func:`open_network` gives the reader of a network. A reading is whole, at one block, or a :class:`ChainError` whose
``reason`` says why. docs/nodes.md says what each protocol needs of a node.
"""

from collections.abc import Sequence
from typing import Protocol

from monitor.chains.choice import BlockChoice, Depth, Height, Tag, choice_of
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Wanted
from monitor.chains.protocols import is_readable, is_served, oldest_block, open_endpoint, protocol_of
from monitor.chains.reader import NetworkReader
from monitor.model import EndpointState, Network, OwnerAnswer, OwnerQuestion, Reading
from monitor.settings import NetworkSettings

__all__ = [
    "BlockChoice",
    "ChainError",
    "ChainReader",
    "Depth",
    "Height",
    "Reason",
    "Tag",
    "Wanted",
    "choice_of",
    "is_readable",
    "is_served",
    "open_network",
    "protocol_of",
]


class ChainReader(Protocol):
    """What others need of a network; see :class:`NetworkReader` for the promises."""

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading: ...

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]: ...

    async def check(self, sample: Wanted) -> tuple[EndpointState, ...]: ...

    def endpoints(self) -> tuple[EndpointState, ...]: ...

    async def close(self) -> None: ...


def open_network(network: Network, settings: NetworkSettings) -> ChainReader:
    """The reader of ``network`` through the endpoints of ``settings``; nothing is sent before it is used.

    Raises ValueError, naming network and endpoint, where a protocol is unknown or does not serve the network.
    """
    oldest = oldest_block(network, settings)
    endpoints = [open_endpoint(network, endpoint, oldest) for endpoint in settings.endpoints]
    return NetworkReader(network, settings, endpoints)
