"""nodeos' ``chain_api``: its failures in its own words, its amounts and names, its tables."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from monitor.chains.amounts import count, fixed
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.rest_api import JsonAnswer, Rest, items, member, moment, strictly, text
from monitor.formats import shown
from monitor.model import Address, Block, Height

_FAILED = 500
_UNKNOWN_ACCOUNT = "unknown key (eosio::chain::name)"
_NO_TABLE = "is not specified in the ABI"
_PAGE = 1000
_ID_DIGITS = 64
_DIGITS_OF_NAMES = ".12345abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin or token as its contract writes it."""

    symbol: str
    decimals: int

    def units(self, value: object) -> int:
        """Return the base units of an amount."""
        return amount(value, self.symbol, self.decimals)


class ChainApi:
    """Questions to one nodeos. Plug-ins beyond the chain API, and history, are not needed."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._rest = Rest(link)

    async def ask(self, name: str, question: dict[str, object]) -> object:
        """Return the answer to ``question``, which nobody has looked at yet."""
        reply = await self._ask(name, question)
        if reply.status == _FAILED:
            raise self._failure(name, reply)
        return reply.document

    async def account(self, account: Address, symbol: str = "") -> object | None:
        """Return what the node's state says of an account; None where it says that there is no such account.

        ``symbol``, such as ``4,EOS``, is that of the liquid balance.
        """
        question: dict[str, object] = {"account_name": account}
        if symbol:
            question["expected_core_symbol"] = symbol
        reply = await self._ask("get_account", question)
        what = f"get_account {account}"
        if reply.status == _FAILED:
            if any(told.startswith(_UNKNOWN_ACCOUNT) for told in self._told(what, reply)):
                return None
            raise self._failure(what, reply)
        with strictly(self._link, what):
            if (name := member(reply.document, "account_name")) != account:
                raise ValueError(f"it is about {name!r:.40}")
        return reply.document

    async def balance(self, contract: str, account: Address, coin: Coin) -> int:
        """Return what an account, which there is, has of a contract's coin; who never had any is not in its table."""
        question: dict[str, object] = {"code": contract, "account": account, "symbol": coin.symbol}
        told = await self.ask("get_currency_balance", question)
        with strictly(self._link, f"get_currency_balance of {account}"):
            amounts = items(told)
            if len(amounts) > 1:
                raise ValueError(f"it tells {len(amounts)} balances")
            return coin.units(amounts[0]) if amounts else 0

    async def rows(self, table: str, scope: Address, key: Address = "") -> AsyncIterator[object]:
        """Yield the rows of a table of the system contract, all of ``scope`` or that of ``key``.

        A table that the contract does not have, has none.
        """
        question: dict[str, object] = {"json": True, "code": "eosio", "table": table, "limit": _PAGE}
        question["scope"] = str(number_of(scope))  # by name, one that consists of digits would be taken for a number
        if key:
            question["lower_bound"] = question["upper_bound"] = str(number_of(key))
        what = f"get_table_rows {table} of {scope}"
        while True:
            reply = await self._ask("get_table_rows", question)
            if reply.status == _FAILED:
                if any(_NO_TABLE in told for told in self._told(what, reply)):
                    return
                raise self._failure(what, reply)
            with strictly(self._link, what):
                for row in items(member(reply.document, "rows")):
                    yield row
                if (more := member(reply.document, "more")) is False:
                    return
                following = text(member(reply.document, "next_key"))
                if more is not True or following in ("", question.get("lower_bound")):
                    raise ValueError(f"it does not tell whether there are more rows than these: {more!r:.40}")
            question["lower_bound"] = following

    async def _ask(self, name: str, question: dict[str, object]) -> JsonAnswer:
        return await self._rest.post(f"/v1/chain/{name}", question, told=frozenset({_FAILED}))

    def _told(self, what: str, reply: JsonAnswer) -> list[str]:
        with strictly(self._link, what):
            return [text(member(detail, "message")) for detail in items(member(reply.document, "error", "details"))]

    def _failure(self, what: str, reply: JsonAnswer) -> Exception:
        return self._link.fault(Reason.RPC_ERROR, f"{what}: {shown('; '.join(self._told(what, reply)), 200)}")


def number_of(name: Address) -> int:
    """Return the number that a name is on the chain: twelve digits of five bits, from the left."""
    number = 0
    for place, character in enumerate(name):
        number |= _DIGITS_OF_NAMES.index(character) << (59 - 5 * place)
    return number


def amount(value: object, symbol: str, decimals: int) -> int:
    """Return the base units of an amount such as ``12.3456 EOS``, which must have that symbol and those decimals."""
    number, _, named = text(value).partition(" ")
    if named != symbol:
        raise ValueError(f"{value!r:.60} is no amount of {symbol}")
    return fixed(number, decimals)


def block_of(number: object, identity: object, made: object) -> Block:
    """Return a block, whose id must begin with its number."""
    found = Block(Height(count(number)), identity_of(identity), moment(f"{text(made)}Z"))  # nodes leave out the zone
    if int(found.hash[:8], 16) != found.number:
        raise ValueError(f"the id {found.hash} is not that of block {found.number}")
    return found


def identity_of(value: object) -> str:
    """Return the id of a chain or block: 32 bytes in hexadecimal."""
    identity = text(value)
    if len(identity) != _ID_DIGITS or len(bytes.fromhex(identity)) * 2 != _ID_DIGITS:
        raise ValueError(f"{identity:.70} is not an id")
    return identity
