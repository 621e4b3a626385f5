"""The ways to ask an EVM node for many balances in one call, the best one first.

Which of them an endpoint supports is found out by using them (method_choice.py); where it supports none, every balance
is a call of its own, in JSON-RPC batches (single_calls.py).
"""

import struct
from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Protocol

from eth_utils.crypto import keccak

from monitor.chains.evm import bytecode
from monitor.chains.evm.multicall import MULTICALL3, encoded, results
from monitor.chains.evm.rpc import Position
from monitor.model import Address, Network, Token

_WORD = 32
_LENGTH = 42
_DIGITS = itemgetter(slice(2, None))
"""An account without its ``0x``."""


class Flag(Token, frozen=True, gc=False):
    """What a token tells of an account by another function than ``balanceOf``, asked like a balance."""

    function: str = ""
    """Its name and ``(address)``."""


@cache
def _selector(function: str) -> str:
    return keccak(text=function)[:4].hex()


def selector_of(token: Token) -> str:
    """Return what an account's word is asked by: eight digits."""
    return _selector(token.function) if isinstance(token, Flag) else bytecode.BALANCE_OF


class NoBalanceError(Exception):
    """The token answered for ``account`` with anything but one word, or not at all."""

    def __init__(self, account: Address) -> None:
        super().__init__(account)
        self.account = account


class Method(Protocol):
    """One way to ask with one ``eth_call``."""

    @property
    def name(self) -> str: ...

    @property
    def most(self) -> int:
        """Accounts in one call, at most."""
        ...

    def params(self, token: Token, accounts: Sequence[Address], at: Position) -> list[Any]:
        """Return the parameters of the ``eth_call``."""
        ...

    def amounts(self, data: bytes, accounts: Sequence[Address]) -> Sequence[int]:
        """Return the balance of each account, from what the call returned.

        Raises ValueError for what is not an answer to exactly this, :class:`NoBalanceError` where a token refused.
        """
        ...


class Override:
    """A program is put at an address without code, for this call only, and called.

    8192 accounts cost 25 million gas of the 30 to 50 million that nodes allow, and are 330 kB to send.
    """

    name = "override"
    most = 8192

    _PLACE = "0x" + keccak(text="reserve-monitor: balances")[-20:].hex()

    def params(self, token: Token, accounts: Sequence[Address], at: Position) -> list[Any]:
        code = bytecode.token_called(selector_of(token)) if token.contract else bytecode.COINS_CALLED
        call = {"to": self._PLACE, "data": "0x" + _input(token, accounts)}
        return [call, at, {self._PLACE: {"code": "0x" + code.hex()}}]

    def amounts(self, data: bytes, accounts: Sequence[Address]) -> Sequence[int]:
        return _amounts(data, len(accounts))


class Deployless:
    """A program is run as the init code of a contract that is never created; what it returns would be the code.

    So the answer must not be larger than code may be: 24 576 bytes (EIP-170), 767 balances behind their number.
    """

    name = "deployless"
    most = 767

    def params(self, token: Token, accounts: Sequence[Address], at: Position) -> list[Any]:
        code = bytecode.token_created(selector_of(token)) if token.contract else bytecode.COINS_CREATED
        return [{"data": "0x" + code.hex() + _input(token, accounts)}, at]

    def amounts(self, data: bytes, accounts: Sequence[Address]) -> Sequence[int]:
        return _amounts(data, len(accounts))


class Multicall3:
    """Multicall3, where somebody has deployed it: 11 times the bytes to send, 5 times the bytes to receive."""

    name = "multicall3"
    most = 1000

    def __init__(self, contract: Address = MULTICALL3) -> None:
        self._contract = contract

    def params(self, token: Token, accounts: Sequence[Address], at: Position) -> list[Any]:
        return [
            {"to": self._contract, "data": encoded(self._contract, token.contract, accounts, selector_of(token))},
            at,
        ]

    def amounts(self, data: bytes, accounts: Sequence[Address]) -> Sequence[int]:
        answers = results(data, len(accounts))
        for account, answer in zip(accounts, answers, strict=True):
            if answer is None or len(answer) != _WORD:
                raise NoBalanceError(account)
        return [int.from_bytes(answer, "big") for answer in answers if answer is not None]


_MULTICALL3_ELSEWHERE = {"eip155:324": "0xf9cda624fbc7e059355ce98a31693d299facd963"}
"""ZKsync Era derives addresses in its own way."""


def multicall3_on(network: Network) -> Address:
    """Return where Multicall3 is on ``network``, if somebody has deployed it there."""
    return _MULTICALL3_ELSEWHERE.get(network.caip2, MULTICALL3)


def methods_of(network: Network) -> tuple[Method, ...]:
    """Return what may work on ``network``, the best one first."""
    return Override(), Deployless(), Multicall3(multicall3_on(network))


def _input(token: Token, accounts: Sequence[Address]) -> str:
    """The programs' input, in hex. Every account has 20 bytes, or those behind it would get the balances of others."""
    if set(map(len, accounts)) - {_LENGTH}:
        raise ValueError(f"an account of {token} is not 20 bytes in hex")
    return (token.contract or "")[2:] + "".join(map(_DIGITS, accounts))


def _amounts(data: bytes, count: int) -> Sequence[int]:
    if len(data) != _WORD * (count + 1):
        raise ValueError(f"{len(data)} bytes where {count} balances were due")
    first, *amounts = map(int.from_bytes, struct.unpack(f"{_WORD}s" * (count + 1), data))
    if first != count:
        raise ValueError(f"{first} balances where {count} were due")
    return amounts
