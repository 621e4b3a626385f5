"""What an account of TON holds: its own coins, and jettons, which lie in a contract of their own for each owner.

A jetton's master computes the address of an owner's wallet (``get_wallet_address``), and the wallet tells its balance,
owner and master (``get_wallet_data``; TEP-74). Anybody can make a contract that tells what he likes, so the wallet must
be the one that the master names, and name the owner and the master itself. Where nobody has sent the owner anything yet
there is no contract at that address: that, said of the same block, is zero, and nothing else is.
"""

from monitor.chains.node import Wanted
from monitor.chains.pinned import each_balance
from monitor.chains.rest_api import decimal, items, member, strictly, text
from monitor.chains.ton.api import ToncenterApi, number_of
from monitor.chains.ton.cells import account_of, cell_of
from monitor.model import Address, Block, Network, Token
from monitor.registry.addresses import AddressError, decode

_NEVER_USED = ("-1", -1, 0)
"""The balance of an account that there is not: tonlib says -1, and servers pass that on, or a number 0 in its place."""
_WALLET_DATA = 4
_SUCCESS = (0, 1)


class _JettonError(Exception):
    """A jetton cannot be told, whoever is asked; the text says why."""


class Balances:
    """Coins and jettons at one block."""

    def __init__(self, api: ToncenterApi, network: Network, block: Block) -> None:
        self._api = api
        self._network = network
        self._block = block
        self.failed: dict[Token, str] = {}
        """Jettons that are none, with the reason."""

    async def read(self, wanted: Wanted) -> dict[Token, dict[Address, int]]:
        """Return all of ``wanted``, but for jettons that are then in :attr:`failed`."""
        masters = {token: master for token in wanted if token.contract and (master := self._master(token))}
        asked = {token: accounts for token, accounts in wanted.items() if token not in self.failed}

        async def balance(token: Token, account: Address) -> int:
            if token not in masters:
                return await self._coins(account)
            try:
                return 0 if token in self.failed else await self._jettons(masters[token], account)
            except _JettonError as error:
                self.failed.setdefault(token, str(error))
                return 0

        found = await each_balance(asked, balance)
        return {token: balances for token, balances in found.items() if token not in self.failed}

    def _master(self, token: Token) -> Address:
        try:
            return decode(self._network, str(token.contract)).canonical
        except AddressError as error:
            self.failed[token] = f"{token.contract} is no jetton: it {error}"
            return ""

    async def _coins(self, account: Address) -> int:
        state = await self._api.account(account, self._block)
        with strictly(self._api.link, f"account {account}"):
            told = member(state, "balance")
            if _is_absent(state) and not isinstance(told, bool) and told in _NEVER_USED:
                return 0
            return decimal(told)

    async def _jettons(self, master: Address, owner: Address) -> int:
        wallet = await self._wallet(master, owner)
        state = await self._api.account(wallet, self._block)
        with strictly(self._api.link, f"account {wallet}"):
            match member(state, "state"):
                case "uninitialized":
                    return 0
                case "active":
                    pass
                case "frozen":
                    raise _JettonError(f"the wallet {wallet} of {owner} is frozen, and tells nothing")
                case other:
                    raise ValueError(f"its state is {other!r:.40}")
        code, stack = await self._api.run(wallet, "get_wallet_data", [], self._block)
        if code not in _SUCCESS:
            raise _JettonError(f"{wallet} is no wallet of a jetton: get_wallet_data ends with exit code {code}")
        with strictly(self._api.link, f"get_wallet_data {wallet}"):
            if len(stack) != _WALLET_DATA:
                raise ValueError(f"it tells {len(stack)} things, not {_WALLET_DATA}")
            units, of, belongs = number_of(stack[0]), _address(stack[1]), _address(stack[2])
        if (of, belongs) != (owner, master):
            raise _JettonError(f"the wallet {wallet} of {owner} says that it is of {of}, for {belongs}")
        return units

    async def _wallet(self, master: Address, owner: Address) -> Address:
        code, stack = await self._api.run(master, "get_wallet_address", [["tvm.Slice", cell_of(owner)]], self._block)
        if code not in _SUCCESS:
            raise _JettonError(f"{master} is no jetton: get_wallet_address ends with exit code {code}")
        with strictly(self._api.link, f"get_wallet_address {master}"):
            [entry] = stack
            return _address(entry)


def _is_absent(state: object) -> bool:
    """Whether an account was never used."""
    return member(state, "state") == "uninitialized" and member(state, "last_transaction_id", "lt") in ("0", 0)


def _address(entry: object) -> Address:
    """An address on the stack, which servers tell as a cell or a slice."""
    kind, value = items(entry)
    if text(kind) not in ("cell", "slice"):
        raise ValueError(f"{entry!r:.80} is not an address")
    return account_of(member(value, "bytes"))
