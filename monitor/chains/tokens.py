"""Whether tokens are what the registry says they are: what it has wrong would be a balance of another size."""

from collections.abc import Awaitable, Callable

from monitor.chains.node import Wanted, without
from monitor.model import Network, Token


def contradiction(what_says: str, decimals: int, token: Token) -> str:
    """Return that ``what_says`` (``its metadata say``) other decimals than the registry; empty where it agrees."""
    return "" if decimals == token.decimals else f"{what_says} {decimals} decimals, the registry {token.decimals}"


async def contradicted(
    wanted: Wanted, decimals: Callable[[Token], Awaitable[int | str]], what_says: str = "its metadata say"
) -> dict[Token, str]:
    """Return which tokens with a contract are not what the registry says they are, with the reason.

    ``decimals`` tells those that the chain has of a token, or why there is no such token.
    """
    failed: dict[Token, str] = {}
    for token in wanted:
        if token.contract:
            told = await decimals(token)
            why_not = told if isinstance(told, str) else contradiction(what_says, told, token)
            if why_not:
                failed[token] = why_not
    return failed


def only_coins(wanted: Wanted, network: Network, why_not: str = "") -> tuple[Wanted, dict[Token, str]]:
    """Return what is ``wanted`` of coins, and the tokens with a contract, which nobody reads on ``network``.

    ``why_not`` is the reason; default: that they are not read.
    """
    reason = why_not or f"tokens of {network.title} are not read"
    failed = {token: reason for token in wanted if token.contract}
    return without(wanted, failed), failed
