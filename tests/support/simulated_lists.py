"""Wallet lists of an exchange that has something to hide, and what each of their rows can mean at the most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from random import Random

from msgspec import structs

from monitor.daemon.judged import JudgedList, judged_list
from monitor.model import Address, Basis, Claim, Height, Token, VerdictStatus, WalletList
from monitor.model.packed import PackedClaims
from monitor.ownership import OpenQuestions
from tests.support.judgement import INVALID, UNBOUND, UNSIGNED, UNSUPPORTED, VERIFIED, claim, document, verdict
from tests.support.simulated_chains import TOKENS, USDT

Row = tuple[Claim, VerdictStatus]

_STRANGER = "0x" + "dd" * 20
HUGE = Decimal(10) ** 30
STATUSES = (VERIFIED, VERIFIED, VERIFIED, UNBOUND, UNSUPPORTED, UNSIGNED, INVALID)
RENAMED = structs.replace(USDT, asset="TETHER")
"""The same contract by another name: what is listed by both is one debt's cover once."""

COUNTS: Mapping[Basis, frozenset[VerdictStatus]] = {
    Basis.VERIFIED: frozenset({VERIFIED}),
    Basis.SIGNED: frozenset({VERIFIED, UNBOUND}),
    Basis.LISTED: frozenset(VerdictStatus),
}
MAY_COUNT: Mapping[Basis, frozenset[VerdictStatus]] = {
    Basis.VERIFIED: frozenset({VERIFIED, UNBOUND, UNSUPPORTED}),
    Basis.SIGNED: frozenset({VERIFIED, UNBOUND, UNSUPPORTED}),
    Basis.LISTED: frozenset(VerdictStatus),
}
"""Nobody has asked a chain for owners here."""


@dataclass
class Said:
    """All that a list says of one account of a token."""

    statuses: set[VerdictStatus]
    claimed: Decimal | None


class Meaning:
    """What ``rows`` come to on ``basis``, worked out in the plainest way."""

    def __init__(self, rows: Iterable[Row], basis: Basis) -> None:
        self.said: dict[Token, dict[Address, Said]] = {}
        self.nowhere: dict[str, list[Decimal | None]] = {}
        """By asset, what claims that may count and name no known network claim."""
        for row, status in rows:
            if row.token is None and row.network is None and status in MAY_COUNT[basis]:
                self.nowhere.setdefault(row.coin.partition("-")[0], []).append(row.amount)
            if row.token is None or row.account is None:
                continue
            said = self.said.setdefault(row.token, {}).setdefault(row.account, Said(set(), None))
            said.statuses.add(status)
            if row.amount is not None:
                said.claimed = max(row.amount, said.claimed or Decimal())
        self._one_name_for_each()
        self._basis = basis

    def _one_name_for_each(self) -> None:
        names = [token for token in self.said if token in (USDT, RENAMED)]
        if len(names) == 2:
            first, other = (self.said[name] for name in names)
            for account in first.keys() & other.keys():
                both = other.pop(account)
                first[account].statuses |= both.statuses
                known = [each for each in (both.claimed, first[account].claimed) if each is not None]
                first[account].claimed = max(known, default=None)

    def tokens(self, asset: str) -> list[Token]:
        return [token for token, accounts in self.said.items() if token.asset == asset and accounts]

    def counting(self, token: Token) -> list[Address]:
        return self._with(token, COUNTS[self._basis])

    def perhaps(self, token: Token) -> list[Address]:
        """Accounts that count, or might."""
        return self._with(token, MAY_COUNT[self._basis])

    def _with(self, token: Token, statuses: frozenset[VerdictStatus]) -> list[Address]:
        return [account for account, said in self.said[token].items() if said.statuses & statuses]


class Writer:
    """Writes one list after another: accounts come and go, are repeated, renamed, overstated, put on no network."""

    def __init__(self, accounts: Sequence[tuple[Token, Address]], dice: Random) -> None:
        self._dice = dice
        self._main = [
            (claim(account, token, line=line), VERIFIED if line % 4 else dice.choice(STATUSES))
            for line, (token, account) in enumerate(accounts)
        ]

    def rows(self, held: Mapping[tuple[Token, Address], Decimal]) -> list[Row]:
        """Rows of the accounts, claiming what they have or something else, and of others."""
        dice = self._dice
        kept = [row for row in self._main if dice.random() < self._kept()]
        rows = [(self._stating(row, held), status) for row, status in kept]
        rows += [self._repeated(*dice.choice(rows)) for _ in range(dice.choice((0, 0, 3, 8))) if rows]
        rows += [self._foreign() for _ in range(dice.choice((0, 1, 3)))]
        if dice.random() < 0.5:
            dice.shuffle(rows)
        return rows

    def _kept(self) -> float:
        return self._dice.choice((1, 1, 1, 1, 0.9, 0.6))

    def _stating(self, row: Claim, held: Mapping[tuple[Token, Address], Decimal]) -> Claim:
        assert row.token is not None
        assert row.account is not None
        true = held[row.token, row.account]
        amount = self._dice.choice((true, true, true, true * 2, None, Decimal(), HUGE)) if self._odd() else true
        return replace(row, amount=amount, height=self._dice.choice((None, Height(900), Height(1000))))

    def _odd(self) -> bool:
        return self._dice.random() < 0.02

    def _repeated(self, row: Claim, _: VerdictStatus) -> Row:
        """The same account again, claimed otherwise, under another coin id or asset, with another signature."""
        dice = self._dice
        token = RENAMED if row.token == USDT and dice.random() < 0.5 else row.token
        coin = dice.choice((row.coin, "USDT-TRC20", "TETHER"))
        amount = dice.choice((row.amount, Decimal(), HUGE if self._odd() else row.amount))
        return replace(row, token=token, coin=coin, amount=amount, height=Height(1)), dice.choice(STATUSES)

    def _foreign(self) -> Row:
        """Rows that no coins stand behind: without a network, without an account, of other assets."""
        dice = self._dice
        status = dice.choice(STATUSES)
        # One that may count can withhold a breach: that is the exchange's own word, and not what is tried each time.
        harmless = status in (UNSIGNED, INVALID)
        small = Decimal(), Decimal(1)
        amount = dice.choice((*small, HUGE, None) if harmless or self._odd() else small)
        token = dice.choice(TOKENS)
        return dice.choice(
            (
                (claim(None, None, coin=f"{token.asset}-NEWCHAIN", amount=amount), status),
                (claim(None, token, amount=amount), INVALID),
                (claim(None, None, coin="DOGWIFHAT", amount=amount), status),
                (claim(_STRANGER, structs.replace(token, asset="DOGE", contract=_STRANGER), amount=amount), status),
            )
        )


def judged(rows: Sequence[Row], at: datetime) -> JudgedList:
    published = WalletList(document(at), "simulated", tuple(row for row, _ in rows))
    return judged_list(
        published, PackedClaims(published.claims), OpenQuestions([verdict(status) for _, status in rows], {}, {}), at
    )
