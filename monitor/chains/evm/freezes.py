"""Coins that the issuer of their token has blocked in their accounts: they are there, and nobody can move them.

Only accounts that hold any are asked, in the way that balances are, at the same block. A contract that does not answer
leaves it untold: its balances count as they are, as those of tokens of which no such function is known.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from monitor.chains.evm.balances import balances
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.methods import Flag
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.node import Held
from monitor.model import Address, Token

_log = structlog.get_logger()


async def with_frozen(at: AtBlock, methods: Methods, held: Held, freezes: Mapping[Address, str]) -> Held:
    """Return ``held`` with what is blocked of it as positions, empty where nothing is; ``freezes`` are by contract."""
    flags: dict[Token, Flag] = {}
    for token in held.balances:
        if token.position is None and (function := freezes.get(token.contract or "")):
            flags[token] = Flag(token.asset, token.network, token.contract, token.decimals, function=function)
    if not flags:
        return held
    asked: dict[Token, list[Address]] = {
        flag: [each for each, units in held.balances[token].items() if units] for token, flag in flags.items()
    }
    told = await balances(at, methods, asked)
    positions = dict(held.positions)
    for token, flag in flags.items():
        words = told.balances.get(flag)
        if words is None or not set(words.values()) <= {0, 1}:
            reason = told.failed.get(flag, f"{flag.function} answers more than yes or no")
            _log.debug("frozen accounts are not told", token=str(token), endpoint=at.rpc.link.name, error=reason)
        else:
            blocked = {account: held.balances[token][account] for account, word in words.items() if word}
            positions[token.frozen] = blocked
    return replace(held, positions=positions)
