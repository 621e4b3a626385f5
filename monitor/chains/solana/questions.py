"""What is asked of a Solana node for the balances of some accounts, and what its answers add up to.

Coins are in an account itself. Tokens are in accounts of their own, any number of them, which the token's program keeps
and which name their owner. Lists name the owner, or such a token account, or both: then each unit counts where it lies
by the list's own words, in the token account that is named, and once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.chains.jsonrpc import Call
from monitor.chains.node import Wanted
from monitor.chains.rest_api import items, member
from monitor.chains.solana.accounts import SLICE, Account, TokenAccount, account_of, key, token_account
from monitor.chains.solana.rpc import Commitment
from monitor.model import Address, Slot, Token

_AT_ONCE = 100
"""Accounts in one ``getMultipleAccounts``, at most."""


@dataclass(frozen=True, slots=True)
class Owned:
    """The question which accounts of ``token`` ``owner`` has."""

    token: Token
    owner: Address


class Questions:
    """All that is to be asked about ``wanted``, whose tokens have mints."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = {token: frozenset(accounts) for token, accounts in wanted.items()}
        accounts = list(dict.fromkeys(account for accounts in wanted.values() for account in accounts))
        self._parts = [accounts[start : start + _AT_ONCE] for start in range(0, len(accounts), _AT_ONCE)]
        self._owned = [
            Owned(token, account) for token, accounts in wanted.items() if token.contract for account in accounts
        ]

    def calls(self, commitment: Commitment, slot: Slot) -> list[Call]:
        """Return calls whose answers tell of ``slot`` or later."""
        at: dict[str, object] = {
            "commitment": commitment,
            "minContextSlot": slot,
            "encoding": "base64",
            "dataSlice": SLICE,
        }
        return [
            *(("getMultipleAccounts", [part, at]) for part in self._parts),
            *(("getTokenAccountsByOwner", [each.owner, {"mint": each.token.contract}, at]) for each in self._owned),
        ]

    def balances(self, answers: Sequence[object]) -> dict[Token, dict[Address, int]]:
        """Return what ``answers``, in the order of the calls, add up to.

        Raises ValueError, LookupError or TypeError for what does not answer exactly what was asked.
        """
        lying = dict(self._lying(answers[: len(self._parts)]))
        balances = {
            token: {account: _own(token, lying[account]) for account in accounts}
            for token, accounts in self._wanted.items()
        }
        for each, answer in zip(self._owned, answers[len(self._parts) :], strict=True):
            balances[each.token][each.owner] += sum(
                held.units
                for address, held in _owned(each, answer).items()
                if address not in self._wanted[each.token]  # it counts itself
            )
        return balances

    def _lying(self, answers: Sequence[object]) -> Iterator[tuple[Address, Account | None]]:
        """What lies at each address; None: nothing, which is how nodes tell of an account that does not exist."""
        for part, answer in zip(self._parts, answers, strict=True):
            values = items(answer)
            if len(values) != len(part):
                raise ValueError(f"{len(values)} accounts where {len(part)} were asked for")
            for address, value in zip(part, values, strict=True):
                yield address, None if value is None else account_of(value)


def _own(token: Token, account: Account | None) -> int:
    """What ``account`` holds by itself: its coins, or the units of a token account of the token's."""
    if account is None:
        return 0
    if token.contract is None:
        return account.lamports
    held = token_account(account)
    return held.units if held and held.mint == token.contract else 0


def _owned(question: Owned, answer: object) -> dict[Address, TokenAccount]:
    """The token accounts of one owner, by their addresses."""
    found: dict[Address, TokenAccount] = {}
    for entry in items(answer):
        address, held = key(member(entry, "pubkey")), token_account(account_of(member(entry, "account")))
        if held is None or (held.owner, held.mint) != (question.owner, question.token.contract):
            raise ValueError(f"{address:.60} is no account of {question.token} that {question.owner} owns")
        if address in found:
            raise ValueError(f"{address:.60} is told twice")
        found[address] = held
    return found
