"""What a list claims: every (network, token, account) once, with its best verdict (design, section 4, rule 6)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum
from hashlib import blake2b
from itertools import chain, combinations
from typing import NamedTuple

import msgspec

from monitor.formats import exact
from monitor.model import Address, Basis, ByBasis, Cause, Claim, Code, Token, Verdict, VerdictStatus, frozen


class Standing(IntEnum):
    """What a claim counts for, best last: of several rows that name one account the best holds."""

    LISTED = 0
    UNSUPPORTED = 1
    """Listed, and its signatures could not be judged: it may be more."""
    SIGNED = 2
    """Signed by an owner whom the chain, when it was asked, did not confirm."""
    UNANSWERED = 3
    """Signed by an owner of whom the chain has said nothing: it may be verified."""
    VERIFIED = 4


_STANDINGS: Mapping[VerdictStatus, Standing] = {
    VerdictStatus.INVALID: Standing.LISTED,
    VerdictStatus.UNSIGNED: Standing.LISTED,
    VerdictStatus.UNSUPPORTED: Standing.UNSUPPORTED,
    VerdictStatus.UNBOUND: Standing.SIGNED,
    VerdictStatus.VERIFIED: Standing.VERIFIED,
}

COUNTED: Mapping[Basis, frozenset[Standing]] = {
    Basis.VERIFIED: frozenset({Standing.VERIFIED}),
    Basis.SIGNED: frozenset({Standing.VERIFIED, Standing.UNANSWERED, Standing.SIGNED}),
    Basis.LISTED: frozenset(Standing),
}
"""What counts on each basis (design, section 4, rule 5); ``asserted`` is ``listed`` and what has no account."""

UNJUDGED: Mapping[Basis, frozenset[Standing]] = {
    Basis.VERIFIED: frozenset({Standing.UNANSWERED, Standing.UNSUPPORTED}),
    Basis.SIGNED: frozenset({Standing.UNSUPPORTED}),
    Basis.LISTED: frozenset(),
}
"""What does not count on a basis, and might if it could be judged (rule 12)."""


MOST: Mapping[Basis, frozenset[Standing]] = {basis: COUNTED[basis] | UNJUDGED[basis] for basis in COUNTED}
"""What counts on a basis, or might."""


NOTHING = ByBasis((exact.ZERO,) * len(COUNTED))
"""A sum that holds nothing, on each basis of what has an account."""


def by_basis(standings: Mapping[Basis, frozenset[Standing]], amounts: Mapping[Standing, Decimal]) -> ByBasis:
    """Sum up ``amounts`` over the standings of each basis, exactly."""
    sums = tuple(
        exact.total(amount for standing, amount in amounts.items() if standing in each) for each in standings.values()
    )
    return ByBasis(sums) if any(sums) else NOTHING


class StandingAccounts(msgspec.Struct, frozen=True, gc=False):
    """The accounts of one token that are in one standing, and what the list itself says of them."""

    standing: Standing
    accounts: tuple[Address, ...]
    stated: Decimal
    """Whole coins, over the accounts of which an amount is claimed; of several claims the largest. Never counted as
    reserves (rule 7)."""
    silent: tuple[Address, ...]
    """Accounts of which none is."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Claims of one coin id that cannot be counted, though they may well hold coins."""

    coin: str
    """The exchange's own id."""
    network: str
    """Short name, or empty where the coin id does not tell."""
    asset: str
    """The asset, where the registry knows it; else empty, see :meth:`told_among`."""
    claims: int
    reason: str
    """Of the first such claim."""
    stated: Mapping[Standing, Decimal] = field(default_factory=dict)
    """What they claim in whole coins; unbounded where one of them claims no amount."""
    rest: int = 0
    """How many rows they stand for that are too small to be watched; 0: they are rows that cannot be counted."""

    @property
    def cause(self) -> Cause:
        """Why nobody reads them."""
        return Cause.NOT_WATCHED if self.rest else Cause.UNKNOWN_LABEL

    def told_among(self, assets: Iterable[str]) -> str:
        """Which of ``assets`` this is by its coin id (``USDT-NEWCHAIN`` is USDT), or empty."""
        if self.asset:
            return self.asset
        known = frozenset(assets)
        whole = self.coin.upper()
        head = whole.replace("_", "-").replace("(", "-").partition("-")[0].strip()
        return next((candidate for candidate in (whole, head) if candidate in known), "")


@dataclass(frozen=True, slots=True)
class Holdings:
    """A list and its verdicts, in the shape that balances are summed by. Built once, then shared."""

    accounts: Mapping[Token, tuple[StandingAccounts, ...]]
    """Every account of a token in exactly one standing."""
    unplaced: tuple[Unplaced, ...]
    has_signatures: bool
    """Whether any row of the list is signed at all."""
    named: frozenset[str] = frozenset()
    """The assets that the list names, and not only by addresses that may hold them."""
    uncounted: frozenset[tuple[str, str]] = frozenset()
    """Network and account that are named without being counted. Where a row's network is not known, that is empty, and
    the account is its address as :func:`as_text` has it."""
    digests: Mapping[str, Mapping[Basis, str]] = field(default_factory=dict)
    """By asset, of the accounts that count on each basis: sums are of the same ones where these are the same."""

    @property
    def networks(self) -> frozenset[str]:
        """Networks with an account that counts."""
        return frozenset(token.network for token in self.accounts)

    def tokens(self, asset: str) -> list[Token]:
        """The forms in which ``asset`` is claimed."""
        return [token for token in self.accounts if token.asset == asset]

    def wanted(self, network: str) -> Mapping[Token, tuple[Address, ...]]:
        """What has to be read on ``network``. A new mapping at each call: do not ask in a loop."""
        return {token: self.of(token) for token in self.accounts if token.network == network}

    def of(self, token: Token) -> tuple[Address, ...]:
        """The accounts of ``token`` in all standings; where there is one only, as mostly, its own tuple."""
        first, *others = self.accounts[token]
        return tuple(chain(first.accounts, *(each.accounts for each in others))) if others else first.accounts


def unplaced_by_asset(unplaced: Iterable[Unplaced], assets: Iterable[str]) -> Mapping[str, Sequence[Unplaced]]:
    """Sort ``unplaced`` by the asset, of ``assets``, that they are of; empty where nothing tells."""
    known = frozenset(assets)
    found: defaultdict[str, list[Unplaced]] = defaultdict(list)
    for claims in unplaced:
        found[claims.told_among(known)].append(claims)
    return found


def holdings(
    claims: Iterable[Claim], verdicts: Iterable[Verdict], asset_of: Callable[[str], str | None] = lambda _coin: None
) -> Holdings:
    """Fold ``claims`` and their ``verdicts`` (same order, same number) into what counts.

    An account that does not decode counts nowhere: there is nothing on chain that it could name. A claim whose token
    is not known counts nowhere either, but is remembered: it may hold coins. Where rows name one balance by several
    assets (a validator as ETH and as BETH, WBTC as itself and as BTC), it counts as the one that was named first.
    ``asset_of`` tells the asset of a coin id whose token is not known (``OKB-X1-USDT`` is USDT).
    """
    best: defaultdict[Token, dict[Address, _Row]] = defaultdict(dict)
    unplaced: dict[tuple[str, str, bool], Unplaced] = {}
    uncounted: set[tuple[str, str]] = set()
    has_signatures = False
    named: set[str] = set()
    for claim, verdict in zip(claims, verdicts, strict=True):
        has_signatures = has_signatures or any(claim.signatures)
        if claim.token is not None and not claim.implied:
            named.add(claim.token.asset)
        claimed = claim.stated
        row = _Row(_standing(verdict), None if claimed is None else max(claimed, exact.ZERO))
        if (reason := uncountable(claim)) is not None:
            _remember(unplaced, claim, row, reason, asset_of)
            uncounted.add((claim.network or "", claim.account or as_text(claim.address)))
        elif claim.token is not None and claim.account is not None:
            rows = best[claim.token]
            rows[claim.account] = row.joined(rows.get(claim.account))
    _count_once(best)
    accounts = {token: _by_standing(rows) for token, rows in best.items() if rows}
    return Holdings(
        frozen(accounts),
        tuple(unplaced.values()),
        has_signatures,
        named=frozenset(named),
        uncounted=frozenset(uncounted),
        digests=_digests(accounts),
    )


def _digests(accounts: Mapping[Token, Sequence[StandingAccounts]]) -> Mapping[str, Mapping[Basis, str]]:
    by_asset: defaultdict[str, list[Token]] = defaultdict(list)
    for token in sorted(accounts, key=lambda each: (each.network, each.contract or "")):
        by_asset[token.asset].append(token)
    found = {}
    for asset, tokens in by_asset.items():
        present = frozenset(each.standing for token in tokens for each in accounts[token])
        # Mostly all bases count the same, and each digest takes as long as sorting the accounts.
        counted = {basis: present & standings for basis, standings in COUNTED.items()}
        digests = {standings: _digest(tokens, accounts, standings) for standings in set(counted.values())}
        found[asset] = frozen({basis: digests[standings] for basis, standings in counted.items()})
    return frozen(found)


def _digest(
    tokens: Iterable[Token],
    accounts: Mapping[Token, Sequence[StandingAccounts]],
    standings: frozenset[Standing],
) -> str:
    found = blake2b(digest_size=16)
    for token in tokens:
        counted = sorted(account for each in accounts[token] if each.standing in standings for account in each.accounts)
        if counted:
            found.update("\n".join((token.network, token.contract or "", *counted, "\n")).encode())
    return found.hexdigest()


def _standing(verdict: Verdict) -> Standing:
    status = verdict.status
    if verdict.code is Code.ADMINISTERED_LEFT_OUT:
        return Standing.LISTED
    if status is VerdictStatus.UNBOUND and not verdict.answered:
        return Standing.UNANSWERED
    return _STANDINGS[status]


class _Row(NamedTuple):
    """What is made of a claim, or of all that name one account."""

    standing: Standing
    claimed: Decimal | None

    def joined(self, other: "_Row | None") -> "_Row":
        if other is None:
            return self
        claimed = [each for each in (self.claimed, other.claimed) if each is not None]
        return _Row(max(self.standing, other.standing), max(claimed, default=None))


def as_text(address: str) -> str:
    """``address`` as it is compared while nobody knows its network: upper and lower case mean the same in hex only."""
    return address.lower() if address[:2] in {"0x", "0X"} else address


def uncountable(claim: Claim) -> str | None:
    """Why ``claim`` may hold coins that cannot be read; None where it can be read, or where no account is named."""
    if claim.token is None and (claim.network is None or claim.account is not None):
        return claim.fault or "the token is not known"
    return None


def _count_once(best: Mapping[Token, dict[Address, _Row]]) -> None:
    """Leave every account with one of the tokens that are the same balance, in the best standing of them all."""
    balances: defaultdict[tuple[str, str | None], list[Token]] = defaultdict(list)
    for token in best:
        balances[token.network, token.contract].append(token)
    for tokens in balances.values():
        for first, other in combinations(tokens, 2):
            for account in best[first].keys() & best[other].keys():
                best[first][account] = best[first][account].joined(best[other].pop(account))


def _remember(
    unplaced: dict[tuple[str, str, bool], Unplaced],
    claim: Claim,
    row: _Row,
    reason: str,
    asset_of: Callable[[str], str | None],
) -> None:
    place = claim.coin, claim.network or "", bool(claim.rest)
    known = unplaced.get(place) or Unplaced(*place[:2], asset_of(claim.coin) or "", 0, reason)
    before = known.stated.get(row.standing, exact.ZERO)
    claimed = exact.UNBOUNDED if row.claimed is None else row.claimed
    stated = {**known.stated, row.standing: exact.add(before, claimed)}
    unplaced[place] = replace(
        known, claims=known.claims + max(claim.rest, 1), stated=stated, rest=known.rest + claim.rest
    )


def _by_standing(rows: Mapping[Address, _Row]) -> tuple[StandingAccounts, ...]:
    groups: defaultdict[Standing, list[Address]] = defaultdict(list)
    amounts: defaultdict[Standing, list[Decimal]] = defaultdict(list)
    silent: defaultdict[Standing, list[Address]] = defaultdict(list)
    for account, row in rows.items():
        groups[row.standing].append(account)
        if row.claimed is None:
            silent[row.standing].append(account)
        else:
            amounts[row.standing].append(row.claimed)
    return tuple(
        StandingAccounts(
            standing,
            accounts,
            exact.total(amounts[standing]),
            # Mostly all or none: one tuple for both, as a list of 300 000 rows stays for weeks.
            accounts if len(silent[standing]) == len(accounts) else tuple(silent[standing]),
        )
        for standing, accounts in ((standing, tuple(group)) for standing, group in groups.items())
    )
