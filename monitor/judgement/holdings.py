"""What a list claims: every (network, token, account) once, with its best verdict (design, section 4, rule 6)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from monitor.model import Address, Basis, Claim, Token, Verdict, VerdictStatus, frozen


class Standing(IntEnum):
    """What a claim counts for, best last: of several rows that name one account the best holds."""

    LISTED = 0
    UNSUPPORTED = 1
    """Listed, and its signatures could not be judged: it may be more."""
    SIGNED = 2
    VERIFIED = 3


_STANDINGS: Mapping[VerdictStatus, Standing] = {
    VerdictStatus.INVALID: Standing.LISTED,
    VerdictStatus.UNSIGNED: Standing.LISTED,
    VerdictStatus.UNSUPPORTED: Standing.UNSUPPORTED,
    VerdictStatus.UNBOUND: Standing.SIGNED,
    VerdictStatus.VERIFIED: Standing.VERIFIED,
}


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Claims of one coin id that cannot be counted, though they may well hold coins."""

    coin: str
    """The exchange's own id."""
    network: str
    """Short name, or empty where the coin id does not tell."""
    asset: str
    """The asset, where the registry knows it; else empty, see :meth:`may_be`."""
    claims: int
    reason: str
    """Of the first such claim."""

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

    accounts: Mapping[Token, Mapping[Standing, tuple[Address, ...]]]
    """Every account of a token in exactly one standing."""
    unplaced: tuple[Unplaced, ...]
    has_signatures: bool
    """Whether any row of the list is signed at all."""

    @property
    def default_basis(self) -> Basis:
        """``signed``, or ``listed`` where the exchange publishes no signatures."""
        return Basis.SIGNED if self.has_signatures else Basis.LISTED

    @property
    def networks(self) -> frozenset[str]:
        """Networks with an account that counts."""
        return frozenset(token.network for token in self.accounts)

    def tokens(self, asset: str) -> list[Token]:
        """The forms in which ``asset`` is claimed."""
        return [token for token in self.accounts if token.asset == asset]

    def wanted(self, network: str) -> Mapping[Token, frozenset[Address]]:
        """What has to be read on ``network``. A new mapping at each call: do not ask in a loop."""
        return {
            token: frozenset(_all(standings)) for token, standings in self.accounts.items() if token.network == network
        }

    def accounts_on(self, network: str) -> frozenset[Address]:
        """The distinct accounts on ``network``, whatever they hold."""
        on_network = (standings for token, standings in self.accounts.items() if token.network == network)
        return frozenset(account for standings in on_network for account in _all(standings))


def _all(standings: Mapping[Standing, tuple[Address, ...]]) -> Iterator[Address]:
    for accounts in standings.values():
        yield from accounts


def holdings(claims: Iterable[Claim], verdicts: Iterable[Verdict]) -> Holdings:
    """Fold ``claims`` and their ``verdicts`` (same order, same number) into what counts.

    An account that does not decode counts nowhere: there is nothing on chain that it could name. A claim whose token
    is not known counts nowhere either, but is remembered: it may hold coins. Where rows name one balance by several
    assets (a validator as ETH and as BETH, WBTC as itself and as BTC), it counts as the one that was named first.
    """
    best: defaultdict[Token, dict[Address, Standing]] = defaultdict(dict)
    unplaced: dict[tuple[str, str, str], Unplaced] = {}
    has_signatures = False
    for claim, verdict in zip(claims, verdicts, strict=True):
        has_signatures = has_signatures or any(claim.signatures)
        if (reason := uncountable(claim)) is not None:
            _remember(unplaced, claim, reason)
        elif claim.token is not None and claim.account is not None:
            accounts, standing = best[claim.token], _STANDINGS[verdict.status]
            if accounts.get(claim.account, -1) < standing:
                accounts[claim.account] = standing
    _count_once(best)
    counted = frozen({token: _by_standing(accounts) for token, accounts in best.items() if accounts})
    return Holdings(counted, tuple(unplaced.values()), has_signatures)


def uncountable(claim: Claim) -> str | None:
    """Why ``claim`` may hold coins that cannot be read; None where it can be read, or where no account is named."""
    if claim.token is None and (claim.network is None or claim.account is not None):
        return claim.fault or "the token is not known"
    return None


def _count_once(best: Mapping[Token, dict[Address, Standing]]) -> None:
    """Leave every account with one of the tokens that are the same balance, in the best standing of them all."""
    balances: defaultdict[tuple[str, str | None], list[Token]] = defaultdict(list)
    for token in best:
        balances[token.network, token.contract].append(token)
    for tokens in balances.values():
        for first, other in combinations(tokens, 2):
            for account in best[first].keys() & best[other].keys():
                best[first][account] = max(best[first][account], best[other].pop(account))


def _remember(unplaced: dict[tuple[str, str, str], Unplaced], claim: Claim, reason: str) -> None:
    network, asset = claim.network or "", claim.token.asset if claim.token else ""
    known = unplaced.get((claim.coin, network, asset))
    count, first = (known.claims, known.reason) if known else (0, reason)
    unplaced[claim.coin, network, asset] = Unplaced(claim.coin, network, asset, count + 1, first)


def _by_standing(accounts: Mapping[Address, Standing]) -> Mapping[Standing, tuple[Address, ...]]:
    groups: dict[Standing, list[Address]] = {}
    for account, standing in accounts.items():
        groups.setdefault(standing, []).append(account)
    return frozen({standing: tuple(group) for standing, group in groups.items()})
