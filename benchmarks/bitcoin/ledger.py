"""A regtest chain whose every coin can be spent without a key: any number of accounts, outputs, blocks and forks."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.devnet.nodes import BitcoinNode
from monitor.registry.addresses.encodings.base58check import encode_check

_P2SH = b"\x05"
"""Version of mainnet's P2SH addresses. Scripts know no network: regtest pays them all the same."""
_MATURE = 100
_WEIGHT = 3_600_000
"""Of a block's 4 000 000, so that the rest of it fits as well."""
_OUTPUT_WEIGHT = 4 * 32
_BURNT = bytes.fromhex("6a0474657374")
"""An output that nobody can spend, so that no node keeps it (OP_RETURN)."""


class Account(NamedTuple):
    """An account that whoever knows its redeem script can spend from."""

    redeem: bytes
    script: bytes
    address: str


class Coin(NamedTuple):
    """An unspent output."""

    txid: bytes
    """In the order in which it is hashed."""
    vout: int
    amount: int
    account: Account


@dataclass(slots=True)
class _Made:
    """What a block did, so that it can be taken back."""

    hash: str
    created: list[Coin] = field(default_factory=list)
    spent: list[Coin] = field(default_factory=list)


def account(number: int) -> Account:
    """The account of this number, the same everywhere: ``<number> OP_DROP OP_TRUE`` behind a script hash."""
    redeem = b"\x04" + number.to_bytes(4, "big") + b"\x75\x51"
    digest = hashlib.new("ripemd160", hashlib.sha256(redeem).digest()).digest()
    return Account(redeem, b"\xa9\x14" + digest + b"\x87", encode_check(_P2SH + digest))


class Ledger:
    """Mines blocks on ``node`` and knows every coin that it made."""

    def __init__(self, node: BitcoinNode, accounts: int, *, seed: int = 1) -> None:
        """The first ``accounts`` numbers are those that are watched; others hold coins too."""
        self.watched = [account(number) for number in range(accounts)]
        self._others = [account(number) for number in range(accounts, 2 * accounts + 1)]
        self._bank = account(2**32 - 1)
        self._node = node
        self._random = random.Random(seed)
        self._coins: list[Coin] = []
        self._made: list[_Made] = []

    def fund(self, outputs: int, *, watched: int) -> None:
        """Make so many outputs, of which ``watched`` belong to watched accounts."""
        descriptor = self._descriptor(self._bank)
        first = self._node.rpc("generatetodescriptor", _MATURE + 1, descriptor)[0]
        coinbase = self._node.rpc("getblock", first, 2)["tx"][0]
        purse = Coin(bytes.fromhex(coinbase["txid"])[::-1], 0, int(coinbase["vout"][0]["value"] * 10**8), self._bank)
        owners = self._owners(outputs, watched)
        while part := [owner for _, owner in zip(range(_WEIGHT // _OUTPUT_WEIGHT), owners, strict=False)]:
            paid = [(1000 + number % 500, owner) for number, owner in enumerate(part)]
            rest = purse.amount - sum(amount for amount, _ in paid)
            raw, made = _transaction([purse], [*paid, (rest, self._bank)])
            purse = made.pop()
            self._mine([raw], _Made("", made, []))
        self._made.clear()  # nothing before is ever taken back

    def _owners(self, outputs: int, watched: int) -> Iterator[Account]:
        for number in range(watched):
            yield self.watched[number % len(self.watched)]
        for number in range(outputs - watched):
            yield self._others[number % len(self._others)]

    def block(self, transactions: int) -> str:
        """A block of so many transactions, each of one output or two into three; its hash.

        Watched accounts and others pay each other; some outputs are spent in the block that made them, some hold
        nothing, some can't be spent at all, and the new coins go to a watched account now and then.
        """
        made, raws = _Made(""), []
        for number in range(transactions):
            inputs = [self._taken()]
            made.spent.append(inputs[0])
            if number % 7 == 3:
                inputs.append(made.created.pop(self._random.randrange(len(made.created))))
            value = sum(coin.amount for coin in inputs)
            parts = (value // 2, value - value // 2, 0)
            raw, created = _transaction(inputs, [(amount, self._somebody()) for amount in parts], burnt=number % 5 == 0)
            raws.append(raw)
            made.created += created
        return self._mine(raws, made)

    def reorganise(self, depth: int, transactions: int) -> str:
        """Take back ``depth`` blocks and mine one more than that, other ones; the hash of the tip."""
        gone = self._made[-depth:]
        del self._made[-depth:]
        self._node.rpc("invalidateblock", gone[0].hash)
        created = {coin.txid for block in gone for coin in block.created}
        spent = [coin for block in gone for coin in block.spent]
        self._coins = [coin for coin in (*self._coins, *spent) if coin.txid not in created]
        return [self.block(transactions) for _ in range(depth + 1)][-1]

    def _taken(self) -> Coin:
        """A coin of anybody, which it holds no more."""
        position = self._random.randrange(len(self._coins))
        self._coins[position], self._coins[-1] = self._coins[-1], self._coins[position]
        return self._coins.pop()

    def _somebody(self) -> Account:
        return self._random.choice(self.watched if self._random.random() < 0.5 else self._others)

    def _mine(self, raws: Sequence[bytes], made: _Made) -> str:
        miner = self._random.choice([self._bank, *self.watched[:9], *self._others[:9]])
        made.hash = self._node.rpc("generateblock", self._descriptor(miner), [raw.hex() for raw in raws])["hash"]
        self._coins += made.created
        self._made.append(made)
        return made.hash

    def _descriptor(self, owner: Account) -> str:
        found: str = self._node.rpc("getdescriptorinfo", f"raw({owner.script.hex()})")["descriptor"]
        return found


def _transaction(
    inputs: Sequence[Coin], outputs: Sequence[tuple[int, Account]], *, burnt: bool = False
) -> tuple[bytes, list[Coin]]:
    """A transaction without witness, and the coins that it makes."""
    parts = [b"\x02\x00\x00\x00", _size(len(inputs))]
    for coin in inputs:
        unlock = bytes([len(coin.account.redeem)]) + coin.account.redeem
        parts += [coin.txid, coin.vout.to_bytes(4, "little"), _size(len(unlock)), unlock, b"\xff\xff\xff\xff"]
    parts.append(_size(len(outputs) + burnt))
    for amount, owner in outputs:
        parts += [amount.to_bytes(8, "little"), _size(len(owner.script)), owner.script]
    if burnt:
        parts += [bytes(8), _size(len(_BURNT)), _BURNT]
    raw = b"".join([*parts, bytes(4)])
    txid = hashlib.sha256(hashlib.sha256(raw).digest()).digest()
    return raw, [Coin(txid, index, amount, owner) for index, (amount, owner) in enumerate(outputs)]


def _size(number: int) -> bytes:
    """Bitcoin's "compact size"."""
    if number < 0xFD:
        return bytes([number])
    return b"\xfd" + number.to_bytes(2, "little") if number < 2**16 else b"\xfe" + number.to_bytes(4, "little")
