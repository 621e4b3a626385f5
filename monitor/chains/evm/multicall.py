"""The calls and answers of Multicall3's ``aggregate3((address,bool,bytes)[])``, in Solidity's ABI.

Written out because all calls have the same form: eth_abi, which knows all forms, took 9 times as long to read 1 000
results and 73 times as long to write the calls.
"""

from collections.abc import Sequence

from monitor.chains.evm.bytecode import BALANCE_OF
from monitor.model import Address

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
"""The same address on every chain where its keyless deployment was sent."""

_WORD = 32
_AGGREGATE3 = "0x82ad56cb"
_GET_ETH_BALANCE = "4d2301cc"  # getEthBalance(address), of Multicall3 itself
GET_CHAIN_ID = "0x3408e470"
GET_BLOCK_NUMBER = "0x42cbb15c"
GET_LAST_BLOCK_HASH = "0x27e86d6e"
"""Functions of Multicall3 without arguments: the chain and the block in which it is called, and the hash of the block
before."""
_CALL = 6 * _WORD
"""One tuple: target, whether it may fail, the place of its call data, their length, and 36 bytes padded to 64."""


def encoded(multicall: Address, token: Address | None, accounts: Sequence[Address], ask: str = BALANCE_OF) -> str:
    """Return call data that ask for the balance of each account; a call that fails shall not fail the others.

    ``ask`` is the selector by which a token is asked.
    """
    count = len(accounts)
    selector = ask if token else _GET_ETH_BALANCE
    before = _address(token or multicall) + _number(1) + _number(3 * _WORD) + _number(36) + selector + "00" * 12
    after = "00" * 28
    places = "".join(_number(_WORD * count + _CALL * number) for number in range(count))
    calls = "".join(before + account[2:] + after for account in accounts)
    return _AGGREGATE3 + _number(_WORD) + _number(count) + places + calls


def balance_of_coins(account: Address) -> str:
    """Return call data that ask Multicall3 for the native coins of ``account``."""
    return "0x" + _GET_ETH_BALANCE + _address(account)


def aggregated(calls: Sequence[tuple[Address, str]]) -> str:
    """Return call data that make each of ``calls``, a contract and call data in hex; one that fails fails alone."""
    tails = [_tail(contract, data.removeprefix("0x")) for contract, data in calls]
    places, place = [], _WORD * len(calls)
    for tail in tails:
        places.append(_number(place))
        place += len(tail) // 2
    return _AGGREGATE3 + _number(_WORD) + _number(len(calls)) + "".join(places) + "".join(tails)


def _tail(contract: Address, data: str) -> str:
    """One tuple of :data:`_CALL`'s form, with call data of any length."""
    padding = -len(data) % (2 * _WORD) * "0"
    return _address(contract) + _number(1) + _number(3 * _WORD) + _number(len(data) // 2) + data + padding


def results(data: bytes, count: int) -> list[bytes | None]:
    """Return what each of ``count`` calls returned; None for one that failed.

    Raises ValueError for anything but the encoding of ``count`` results.
    """
    if _at(data, 0) != _WORD or _at(data, _WORD) != count:
        raise ValueError(f"{len(data)} bytes that are not {count} results")
    begin = 2 * _WORD
    return [_result(data, begin + _at(data, begin + _WORD * number)) for number in range(count)]


def _result(data: bytes, place: int) -> bytes | None:
    """A tuple of success, place of the returned data, their length, and the data."""
    success = _at(data, place)
    place += _at(data, place + _WORD)
    size = _at(data, place)
    returned = data[place + _WORD : place + _WORD + size]
    if success not in (0, 1) or len(returned) != size:
        raise ValueError("a result that is cut short")
    return returned if success else None


def _at(data: bytes, place: int) -> int:
    word = data[place : place + _WORD]
    if len(word) != _WORD:
        raise ValueError("results that are cut short")
    return int.from_bytes(word, "big")


def _number(value: int) -> str:
    return f"{value:064x}"


def _address(address: Address) -> str:
    return address[2:].rjust(64, "0")
