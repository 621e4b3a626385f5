"""From the units of a position to the coins that they stand for, by the rate of its contract at the same block.

A rate is what the contract itself answers, never a price: what its shares would be paid out at by its own books. Two
forms are known (:class:`~monitor.model.RateCall`). A function without argument answers a factor. A function of an
amount is asked about all shares that were read, or about one whole share if they are less: the answer then has as many
digits as the amounts themselves, where that for a single share of 6 decimals has but 6.

Every account gets ``shares x assets // shares asked about``, rounded down, as the contract itself would pay out. Some
functions (Compound's ``exchangeRateCurrent``) write interest down before they answer; in a call that stays without
consequence.
"""

from collections.abc import Iterable

from eth_utils.crypto import keccak

from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.node import Held, Wanted
from monitor.model import Address, Rate, RateCall, Token

_WORD = 32
_LARGEST = (1 << 256) - 1
"""Of an amount of any token; a rate that leads beyond it is rubbish."""
_UNPROVEN = "its rate is a contract's answer, which no proof covers"


class _NoRateError(Exception):
    """Why there is no rate."""


async def valued(at: AtBlock, held: Held) -> Held:
    """``held`` with the units of positions turned into those of their coins.

    A position whose contract does not answer its rate with one word that is not zero fails by name, like a token.
    """
    calls = {token: call for token in held.balances if (call := _rate_call(token))}
    if not calls:
        return held
    asked = {token: _asked(token, call, held.balances[token].values()) for token, call in calls.items()}
    replies = await at.rpc.all([_call(at, token, call, asked[token]) for token, call in calls.items()])
    balances, failed, rates = dict(held.balances), dict(held.failed), dict(held.rates)
    for (token, call), reply in zip(calls.items(), replies, strict=True):
        shares = balances.pop(token)
        try:
            rate = Rate(asked[token], await _answer(at, call, reply))
            balances[token] = _units(call, rate, shares)
            rates[token] = rate
        except _NoRateError as error:
            failed[token] = f"{error} at block {at.block.number}"
    return Held(held.block, balances, failed, rates, held.within)


def unprovable(wanted: Wanted) -> dict[Token, str]:
    """The tokens of ``wanted`` whose coins are more than a proof of balances can tell, with the reason."""
    return {token: _UNPROVEN for token in wanted if _rate_call(token)}


def _rate_call(token: Token) -> RateCall | None:
    return token.position.rate if token.position else None


def _asked(token: Token, call: RateCall, shares: Iterable[int]) -> int:
    """The shares that the answer will be about."""
    whole: int = 10 ** (token.position.decimals if token.position else 0)
    return call.factor or max(sum(shares), whole)


def _call(at: AtBlock, token: Token, call: RateCall, asked: int) -> Call:
    argument = f"{asked:064x}" if call.of_amount else ""
    data = f"0x{keccak(text=call.function)[:4].hex()}{argument}"
    return "eth_call", [{"to": token.contract, "data": data}, at.position]


async def _answer(at: AtBlock, call: RateCall, reply: Reply) -> int:
    if failure := failure_of(reply):
        if meaning(failure) is not Meaning.REVERTED:
            raise await at.cause(failure)
        raise _NoRateError(f"{call.function} failed: {failure}")
    word = at.rpc.data(reply["result"], call.function)
    if len(word) != _WORD:
        raise _NoRateError(f"{call.function} returned {len(word)} bytes where {_WORD} were due")
    answer = int.from_bytes(word, "big")
    if not answer:
        raise _NoRateError(f"{call.function} returned 0")
    return answer


def _units(call: RateCall, rate: Rate, shares: dict[Address, int]) -> dict[Address, int]:
    units = {account: rate.units(each) for account, each in shares.items()}
    if max(units.values(), default=0) > _LARGEST:
        raise _NoRateError(f"{call.function} returned {rate.assets}, by which an account has more than any can")
    return units
