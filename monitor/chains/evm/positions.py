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

from eth_utils.address import to_checksum_address
from web3.eth import AsyncEth

from monitor.chains.concurrency import together
from monitor.chains.evm.contracts import NoAnswerError, answered, function, web3_at
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.node import Held, Wanted
from monitor.model import Address, BaseUnits, Rate, RateCall, Token

_LARGEST = (1 << 256) - 1
"""Of an amount of any token; a rate that leads beyond it is rubbish."""
_UNPROVEN = "its rate is a contract's answer, which no proof covers"


class _NoRateError(Exception):
    """Why there is no rate."""


async def valued(at: AtBlock, held: Held) -> Held:
    """Return ``held`` with the units of positions turned into those of their coins.

    A position whose contract does not answer its rate with one word that is not zero fails by name, like a token.
    """
    calls = {token: call for token in held.balances if (call := _rate_call(token))}
    if not calls:
        return held
    asked = {token: _asked(token, call, held.balances[token].values()) for token, call in calls.items()}
    eth = web3_at(at).eth
    answers = await together(_answer(eth, token, call, asked[token]) for token, call in calls.items())
    balances, failed, rates = dict(held.balances), dict(held.failed), dict(held.rates)
    for (token, call), answer in zip(calls.items(), answers, strict=True):
        shares = balances.pop(token)
        try:
            rate = Rate(BaseUnits(asked[token]), BaseUnits(_assets(answer)))
            balances[token] = _units(rate, shares)
            rates[token] = rate
        except _NoRateError as error:
            failed[token] = f"{call.function} {error} at block {at.block.number}"
    return Held(held.block, balances, failed, rates, held.within, held.positions)


def unprovable(wanted: Wanted) -> dict[Token, str]:
    """Return the tokens of ``wanted`` whose coins are more than a proof of balances can tell, with the reason."""
    return {token: _UNPROVEN for token in wanted if _rate_call(token)}


def _rate_call(token: Token) -> RateCall | None:
    return token.position.rate if token.position else None


def _asked(token: Token, call: RateCall, shares: Iterable[int]) -> int:
    """The shares that the answer will be about."""
    whole: int = 10 ** (token.position.decimals if token.position else 0)
    return call.factor or max(sum(shares), whole)


async def _answer(eth: AsyncEth, token: Token, call: RateCall, asked: int) -> int | str:
    """What the contract of ``token`` answers, or why it does not."""
    name, _, _ = call.function.partition("(")
    abi = function(name, ["uint256"] if call.of_amount else [], "uint256")
    contract = eth.contract(to_checksum_address(token.contract or ""), abi=[abi])
    try:
        answer: int = await answered(contract.functions[name](*[asked] * call.of_amount).call())
    except NoAnswerError as error:
        return str(error)
    return answer


def _assets(answer: int | str) -> int:
    if isinstance(answer, str):
        raise _NoRateError(answer)
    if not answer:
        raise _NoRateError("returned 0")
    return answer


def _units(rate: Rate, shares: dict[Address, int]) -> dict[Address, int]:
    units: dict[Address, int] = {account: rate.units(BaseUnits(each)) for account, each in shares.items()}
    if max(units.values(), default=0) > _LARGEST:
        raise _NoRateError(f"returned {rate.assets}, by which an account has more than any can")
    return units
