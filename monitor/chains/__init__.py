"""Balances and owners on chain, read from nodes that nobody trusts.

:func:`open_network` gives the reader of a network. A reading is whole, at one block, or a :class:`ChainError` whose
``reason`` says why. docs/nodes.md says what each protocol needs of a node.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Protocol

from monitor.chains.agreement import Chance
from monitor.chains.archive import canary_of
from monitor.chains.choice import BlockChoice, Depth, Height, Tag, choice_of
from monitor.chains.errors import ChainError, Reason
from monitor.chains.keeping import Following, Forgetful, Keeper
from monitor.chains.node import Wanted
from monitor.chains.protocols import (
    check_endpoint,
    furthest_ahead,
    is_provable,
    is_readable,
    is_served,
    largest_lag,
    oldest_block,
    open_endpoint,
    protocol_of,
    reads_in_parts,
    recalls,
)
from monitor.chains.proven import ProvenReader
from monitor.chains.reader import NetworkReader
from monitor.model import (
    AccountOutputs,
    Address,
    BalanceSlot,
    EndpointState,
    Network,
    OwnerAnswer,
    OwnerQuestion,
    Reading,
)
from monitor.settings import NetworkSettings

__all__ = [
    "BlockChoice",
    "ChainError",
    "ChainReader",
    "Depth",
    "Height",
    "Keeper",
    "Reason",
    "Tag",
    "Wanted",
    "check_endpoint",
    "choice_of",
    "is_provable",
    "is_readable",
    "is_served",
    "open_network",
    "protocol_of",
    "reads_in_parts",
    "recalls",
]


class ChainReader(Protocol):
    """What others need of a network; see :class:`NetworkReader` for the promises."""

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading: ...

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]: ...

    async def check(self, sample: Wanted) -> tuple[EndpointState, ...]: ...

    async def outputs(self, account: Address) -> AccountOutputs | None: ...

    def endpoints(self) -> tuple[EndpointState, ...]: ...

    async def close(self) -> None: ...


def open_network(
    network: Network,
    settings: NetworkSettings,
    keeper: Keeper | None = None,
    balance_slots: Mapping[Address, BalanceSlot] | None = None,
    chance: Chance = random.random,
) -> ChainReader:
    """The reader of ``network`` through the endpoints of ``settings``; nothing is sent before it is used.

    ``keeper`` keeps what endpoints want to know again after a restart; without one that is forgotten.
    ``balance_slots``, by contract, say where tokens keep their balances, for `verify: proof`. ``chance`` decides which
    readings compare all parties (`ask_all`): numbers from 0 to 1.
    Raises ValueError, naming network and endpoint, where a protocol is unknown or does not serve the network.
    """
    oldest = oldest_block(network, settings)
    canary = canary_of(network, settings)
    confirmations = settings.block if isinstance(settings.block, int) else 0
    following = Following(keeper or Forgetful(), settings.rescan, confirmations)
    ahead = furthest_ahead(network, settings)
    endpoints = [
        open_endpoint(network, endpoint, oldest, canary, following, ahead=ahead) for endpoint in settings.endpoints
    ]
    lag = largest_lag(network, settings)
    if settings.verify == "proof":
        return ProvenReader(network, settings, endpoints, lag, balance_slots or {}, chance=chance)
    return NetworkReader(network, settings, endpoints, lag, chance)
