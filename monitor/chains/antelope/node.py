"""Antelope nodes (nodeos' ``chain_api``): all that accounts have, and which keys rule them.

Answers are of the node's state, and no question can name a block. So everything is asked between two looks that showed
the same newest block, or in a window; every answer about an account names the number of its block, too. Who waits for a
final block (``finalized``, ``safe``) has that block once the node calls it irreversible: within two seconds with
Savanna, minutes without.

Who rules an account is asked of the state too; the block that is named is the last irreversible one before that, on
which all honest nodes agree; the state is at least as new.
"""

from collections.abc import Collection, Sequence

from monitor.chains.amounts import count
from monitor.chains.antelope.api import ChainApi, Coin, amount, block_of, identity_of
from monitor.chains.antelope.holdings import Holdings, rex_pool
from monitor.chains.antelope.permissions import judge
from monitor.chains.block_choice import AtHeight, BlockChoice, Depth, Tag
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Confirmed, Held, Node, Wanted, without
from monitor.chains.one_state import between_looks, refused, until_final
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.rest_api import items, member, strictly, text
from monitor.chains.tokens import contradicted
from monitor.formats.phrases import first
from monitor.model import Address, Block, Network, OwnerOutcome, OwnerQuestion, PositionKind, Token

_CAIP2_DIGITS = 32
_BLOCK_TIME = 0.5
"""Seconds."""
_SYMBOLS = {"WAXP": "WAX"}
"""What chains call their coin where its users have another word for it."""

_PARTS = (
    ("staked", PositionKind.STAKED),
    ("unstaking", PositionKind.STAKED),
    ("REX", PositionKind.LENT),
    ("REX fund", PositionKind.LENT),
)
"""What an account has beside what is free, in the order of :class:`~monitor.chains.antelope.holdings.Holding`."""

Accounts = dict[Address, object]
"""What ``get_account`` says of each account; None where there is no such account."""


class AntelopeNode(Node):
    """One nodeos, whose state is that of a block (``read-mode`` is ``head`` or ``irreversible``)."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._api = ChainApi(link)
        self._final = True

    # --- the chain and its blocks ---

    async def identify(self) -> str:
        information = await self._information()
        with strictly(self.link, "get_info"):
            return f"antelope:{identity_of(member(information, 'chain_id'))[:_CAIP2_DIGITS]}"

    async def _information(self) -> object:
        return await self._api.ask("get_info", {})

    async def resolve(self, choice: BlockChoice) -> Block:
        information = await self._information()
        head, irreversible = self._named(information, "head_block"), self._named(information, "last_irreversible_block")
        if isinstance(choice, Tag | Depth):
            self._final = choice in (Tag("finalized"), Tag("safe"))
        match choice:
            case Tag("finalized" | "safe"):
                return irreversible
            case Tag() | Depth(0):
                return head
            case AtHeight(number) if number == irreversible.number:
                return irreversible
            case AtHeight(number) if number == head.number:
                return head
        raise refused(choice, head.number, self.link)

    def _named(self, information: object, name: str) -> Block:
        with strictly(self.link, "get_info"):
            return block_of(*(member(information, f"{name}_{what}") for what in ("num", "id", "time")))

    async def _head(self) -> Block:
        return self._named(await self._information(), "head_block")

    async def _last_irreversible(self) -> Block:
        return self._named(await self._information(), "last_irreversible_block")

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        failed = await contradicted(wanted, self._decimals, "its supply has")
        asked = without(wanted, failed)

        async def read(at: Block) -> Held:
            if at.number < block.number:
                raise self.link.fault(Reason.BEHIND, f"its head is block {at.number}, under {block.number}")
            accounts = await self._accounts(asked, at)
            missing = {token: why for token in asked if (why := _no_account(asked[token], accounts))}
            told = without(asked, missing)
            parts: dict[Token, dict[Address, int]] = {}
            balances = await together(self._balances(token, told[token], accounts, parts) for token in told)
            return Held(at, dict(zip(told, balances, strict=True)), failed | missing, positions=parts)

        held = await between_looks(read, self._head, self.link, _BLOCK_TIME, self.window)
        if self._final:
            await until_final(held.block, self._last_irreversible, self._at, self.link, between=_BLOCK_TIME)
        return held

    async def _accounts(self, wanted: Wanted, at: Block) -> Accounts:
        """What the node says of all accounts at ``at``."""
        coins = {each: token for token, accounts in wanted.items() if not token.contract for each in accounts}
        accounts = list(dict.fromkeys(each for accounts in wanted.values() for each in accounts))

        async def account(name: Address) -> object | None:
            coin = coins.get(name)
            symbol = f"{coin.decimals},{_symbol(coin)}" if coin else ""
            told = await self._api.account(name, symbol)
            if told is not None:
                self._check(told, name, at)
            return told

        return dict(zip(accounts, await together(map(account, accounts)), strict=True))

    def _check(self, told: object, account: Address, at: Block) -> None:
        with strictly(self.link, f"get_account {account}"):
            number = count(member(told, "head_block_num"))
        if number < at.number or (number > at.number and not self.window):
            raise self.link.fault(Reason.TIP_MOVED, f"it told of {account} at block {number}, not at {at.number}")

    async def _balances(
        self, token: Token, accounts: Collection[Address], told: Accounts, parts: dict[Token, dict[Address, int]]
    ) -> dict[Address, int]:
        """What ``accounts`` have of a token; of the coin all, of which ``parts`` get what is not free."""
        coin = Coin(_symbol(token), token.decimals)
        if contract := token.contract:
            amounts = await together(self._api.balance(contract, each, coin) for each in accounts)
            return dict(zip(accounts, amounts, strict=True))
        pool = await rex_pool(self._api, self.link, coin)
        holdings = Holdings(self._api, self.link, coin, pool, moves=bool(self.window))
        held = dict(zip(accounts, await together(holdings.of(each, told[each]) for each in accounts), strict=True))
        for place, (name, kind) in enumerate(_PARTS, 1):
            if some := {account: of[place] for account, of in held.items() if of[place]}:
                parts[token.part(name, kind)] = some
        return {account: sum(of) for account, of in held.items()}

    async def _decimals(self, token: Token) -> int | str:
        """The decimals of a token, which never change, or why there is none."""
        symbol = _symbol(token)
        told = await self._api.ask("get_currency_stats", {"code": token.contract, "symbol": symbol})
        with strictly(self.link, f"get_currency_stats of {token.contract}"):
            if told == {}:
                return f"{token.contract} has no token {symbol}"
            supply = text(member(told, symbol, "supply"))
            decimals = len(supply.partition(" ")[0].partition(".")[2])
            amount(supply, symbol, decimals)
            return decimals

    async def _at(self, number: int) -> Block:
        told = await self._api.ask("get_block_info", {"block_num": number})
        with strictly(self.link, f"get_block_info {number}"):
            return block_of(*(member(told, name) for name in ("block_num", "id", "timestamp")))

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        return await one_by_one(questions, block, lambda question: self._control(question, block))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        told = await self._api.account(question.account)
        if told is None:
            return OwnerOutcome.UNDECIDED, "the chain knows no such account"
        with strictly(self.link, f"get_account {question.account}"):
            if (head := count(member(told, "head_block_num"))) < block.number:
                raise self.link.fault(Reason.BEHIND, f"its head is block {head}, under {block.number}")
            return judge(question.keys, items(member(told, "permissions")))


def _symbol(token: Token) -> str:
    return _SYMBOLS.get(token.asset, token.asset)


def _no_account(accounts: Collection[Address], told: Accounts) -> str:
    """Why a token cannot be told: a listed account that there is not is no zero, for names have no checksum."""
    missing = [account for account in accounts if told[account] is None]
    return f"the chain knows no account {first(missing, 1)}" if missing else ""
