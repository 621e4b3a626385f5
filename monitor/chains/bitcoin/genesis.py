"""Which chain a Bitcoin-like endpoint is on, by CAIP-2 (namespace bip122)."""

from collections.abc import Awaitable, Callable

_BITCOIN = "000000000019d6689c085ae165831e93"
_BITCOIN_SINCE = (840_000, "0000000000000000000320283a032748")
"""A block that Bitcoin shares with none of its forks."""
_FORKS = (
    (556_767, "000000000000000001d956714215d96f", "bsv:mainnet"),
    (661_648, "000000000000000004284c9d8b2c8ff7", "bip122:000000000000000004284c9d8b2c8ff7"),  # eCash
    (478_560, "000000000000000000b15ad892af8f6a", "bip122:000000000000000000b15ad892af8f6a"),  # Bitcoin Cash
)
"""Forks of Bitcoin by a block of their own, the later ones first: they share all before."""


async def caip2_of(hash_at: Callable[[int], Awaitable[str | None]]) -> str:
    """The chain's id: the first 32 digits of its genesis block's hash, or of a block that a fork has for itself.

    The genesis alone does not tell Bitcoin from its forks, whose coins are worth something else. ``hash_at`` gives a
    block's hash by its height, None above the tip.
    """
    genesis = (await hash_at(0) or "")[:32]
    if genesis != _BITCOIN:
        return f"bip122:{genesis}"
    height, digits = _BITCOIN_SINCE
    found = await hash_at(height)
    if found is None or found.startswith(digits):
        return f"bip122:{_BITCOIN}"
    for height, digits, name in _FORKS:
        if (await hash_at(height) or "").startswith(digits):
            return name
    return f"bip122:{found[:32]}"
