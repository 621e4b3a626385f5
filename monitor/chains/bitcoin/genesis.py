"""Which chain an endpoint of Bitcoin's family is on, by CAIP-2."""

from collections.abc import Awaitable, Callable

from monitor.chains.bitcoin.parameters import parameters_of
from monitor.model import Checkpoint, Network

HashAt = Callable[[int], Awaitable[str | None]]
"""The hash of the block of a height on the endpoint's chain; None above its tip."""

_CAIP2_DIGITS = 32


async def caip2_of(network: Network, hash_at: HashAt) -> str:
    """Return the id of the chain that an endpoint for ``network`` is on: the network's own, or what it is instead.

    The genesis alone does not tell a coin from its forks, whose coins are worth something else: the chain must have the
    network's checkpoint, and none of a later one of its kin. As long as it is shorter than the checkpoint, it must have
    none of its kin's at all. What is nobody's is called after its own block (namespace bip122).
    """
    genesis = await hash_at(0) or ""
    parameters = parameters_of(network)
    if not _begins(genesis, parameters.genesis):
        return _named(genesis)
    own = parameters.checkpoint
    found = await hash_at(own.height) if own else None
    confirmed = own is not None and found is not None and _begins(found, own.hash)
    for caip2, checkpoint in parameters.kin:
        if not (confirmed and own and checkpoint.height <= own.height) and await _has(hash_at, checkpoint):
            return caip2
    return network.caip2 if confirmed or found is None else _named(found)


async def _has(hash_at: HashAt, checkpoint: Checkpoint) -> bool:
    return _begins(await hash_at(checkpoint.height) or "", checkpoint.hash)


def _begins(block_hash: str, digits: str) -> bool:
    return bool(block_hash) and block_hash.startswith(digits)


def _named(block_hash: str) -> str:
    return f"bip122:{block_hash[:_CAIP2_DIGITS]}"
