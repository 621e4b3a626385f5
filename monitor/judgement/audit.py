"""Claimed amounts against the chain at the claimed heights; they are never counted as reserves (design, rule 7)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

import msgspec

from monitor.formats import exact
from monitor.giving_way import giving_way
from monitor.judgement.holdings import COUNTED, Holdings, Standing, by_basis
from monitor.judgement.repeats import Subject
from monitor.model import (
    Address,
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Claim,
    ClaimMismatch,
    Height,
    Heights,
    Token,
    disjoint,
    frozen,
    total,
)

Place = tuple[str, Height]
"""A network's short name and a height."""

Refusal = tuple[Place, Token]
"""A height, and a token that the chain refuses to tell there."""

MOST_HEIGHTS = 10
"""Of how many heights of one network the report ratio is made at the most: each is a reading of all its accounts."""

_NO_AMOUNT = "no amount is claimed"
_SHARED = "the amount is that of all accounts of the row together"


Stakes = Mapping[tuple[str, Address], tuple[tuple[Token, Address], ...]]
"""By network and account: the validators that the account made the deposits of, where a list says so.

A list may claim for such an account what it has staked, or that and what it holds.
"""


_NONE: Stakes = MappingProxyType({})


@dataclass(slots=True)
class Readings:
    """Balances at claimed heights, and why others are missing."""

    found: Mapping[Place, Balances]
    failures: Mapping[Place, str] = field(default_factory=dict)
    """Heights that could not be read, or not to the end."""
    within: Mapping[Place, Mapping[Address, Address]] = field(default_factory=dict)
    """By height, accounts whose balances are contained in those of others (see :class:`~monitor.model.Reading`)."""
    refused: Mapping[Refusal, str] = field(default_factory=dict)
    """Tokens that the chain itself refuses to tell."""
    asked: frozenset[str] = frozenset()
    """Networks that could be asked, whether they answered or not."""
    stakes: Stakes = field(default_factory=dict)
    times: Mapping[Place, datetime] = field(default_factory=dict)
    """When the blocks at these heights were made, by their own word."""


class _Subject(msgspec.Struct, frozen=True, gc=False):
    """What a claim makes a statement about."""

    place: Place
    token: Token
    account: Address


Questions = Mapping[Place, Mapping[Token, Collection[Address]]]
"""What has to be read at which height, each account once."""


def questions(claims: Iterable[Claim], stakes: Stakes = _NONE) -> Questions:
    """What has to be read before :func:`compare` can judge these claims: every account at its own height."""
    return _asked(claims, stakes)[0]


def _asked(claims: Iterable[Claim], stakes: Stakes) -> tuple[Questions, Mapping[str, Sequence[Height]]]:
    """Go through the claims once: what has to be read, and the heights that rows name, by network."""
    places: dict[Place, None] = {}
    # Tuples and keys, as the collector goes through each text of a set: of a large list that takes 10 ms more.
    asked: defaultdict[Place, defaultdict[Token, dict[Address, None]]] = defaultdict(lambda: defaultdict(dict))
    for claim in giving_way(claims):
        subject = _subject(claim)
        if isinstance(subject, _Subject):
            places[subject.place] = None
            asked[subject.place][subject.token][subject.account] = None
            for token, validator in _staked_by(subject, stakes):
                asked[token.network, subject.place[1]][token][validator] = None
    found = {place: {token: tuple(accounts) for token, accounts in tokens.items()} for place, tokens in asked.items()}
    return found, _heights(places)


def report_questions(claims: Collection[Claim], stakes: Stakes = _NONE) -> Questions:
    """What has to be read before :func:`audit` can say what a report's reserves were.

    Where rows of one network name several heights, it is every account at each of them.
    """
    own, heights = _asked(claims, stakes)
    asked = {place: dict(tokens) for place, tokens in own.items()}
    together = {network for network, named in heights.items() if 1 < len(named) <= MOST_HEIGHTS}
    everything: defaultdict[tuple[str, Token], dict[Address, None]] = defaultdict(dict)
    for claim in giving_way(claims if together else ()):
        subject = _subject(claim)
        if isinstance(subject, _Subject) and subject.place[0] in together:
            everything[subject.place[0], subject.token][subject.account] = None
    for (network, token), accounts in everything.items():
        for height in heights[network]:
            tokens = asked[network, height]
            tokens[token] = tuple(dict.fromkeys(tokens.get(token, ())) | accounts)
    return asked


def claimed_heights(claims: Iterable[Claim]) -> Mapping[str, Heights]:
    """The heights that rows name, by network."""
    subjects = map(_subject, claims)
    named = _heights(dict.fromkeys(subject.place for subject in subjects if isinstance(subject, _Subject)))
    return {network: _told(each) for network, each in named.items()}


def _told(heights: Sequence[Height]) -> Heights:
    return Heights(len(heights), heights[0], heights[-1])


def _heights(places: Iterable[Place]) -> Mapping[str, Sequence[Height]]:
    found: defaultdict[str, set[Height]] = defaultdict(set)
    for network, height in places:
        found[network].add(height)
    return {network: sorted(heights) for network, heights in found.items()}


def audit(
    claims: Collection[Claim],
    holdings: Holdings,
    readings: Readings,
    now: datetime,
) -> Audit:
    """Compare every claimed amount with the balance that was read at its own height, exactly.

    ``holdings`` are those of the same claims. An amount with more decimals than the token has can't be on chain, so it
    is a mismatch like any other that differs.
    """
    record = _Record()
    places: dict[Place, None] = {}
    for claim in giving_way(claims):
        subject = _subject(claim)
        if isinstance(subject, str):
            record.cannot_judge(claim, subject)
            continue
        places[subject.place] = None
        units = _units(subject, readings)
        if units is None:
            record.cannot_judge(claim, _unread(subject, readings))
            continue
        own = subject.token.whole(BaseUnits(units))
        staked = _staked(claim, subject, own, readings)
        if isinstance(staked, str):
            record.unjudged[staked] += 1
        else:
            record.compare(claim, subject, exact.total((own, *staked.values())))
    record.compare_shared()
    named = _heights(places)
    reserves, unknown = _report_reserves(holdings, readings, record.incomplete, named)
    return Audit(
        at=now,
        matches=sum(record.checked.values()) - len(record.mismatches),
        mismatches=tuple(record.mismatches),
        unjudged=frozen(record.unjudged),
        checked=frozen(record.checked),
        report_reserves=frozen(reserves),
        asked=readings.asked,
        report_unknown=frozen(unknown),
        heights=frozen({network: _told(each) for network, each in named.items() if len(each) > 1}),
        report_times=frozen(
            {asset: times for asset in reserves if (times := _times(asset, holdings, readings, named))}
        ),
        report_accounts=frozen({asset: holdings.digests[asset] for asset in reserves}),
    )


def _times(
    asset: str, holdings: Holdings, readings: Readings, heights: Mapping[str, Sequence[Height]]
) -> tuple[datetime, datetime] | None:
    """The times of the first and the last block at which ``asset`` was read; None where one is not known."""
    places = {(token.network, height) for token in holdings.tokens(asset) for height in heights[token.network]}
    times = [readings.times.get(place) for place in places]
    known = [each for each in times if each is not None]
    return (min(known), max(known)) if known and len(known) == len(times) else None


def reserves_at(
    holdings: Holdings, readings: Readings, heights: Mapping[str, Height], unread: Mapping[str, str]
) -> tuple[Mapping[str, Mapping[Basis, Decimal]], Mapping[str, str]]:
    """Sum up what the list's accounts held at one height of each network, by asset; beside it, why others are unknown.

    ``unread`` says of the networks that are not in ``heights`` why they were not read: their assets are not known, as
    a sum without a part is none.
    """
    missing = {
        token.asset: f"{token.network}: {unread[token.network]}"
        for token in holdings.accounts
        if token.network not in heights
    }
    return _report_reserves(holdings, readings, missing, {network: (each,) for network, each in heights.items()})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One claim against the chain."""

    match: bool | None
    """None: not judged, ``reason`` says why."""
    found: Decimal | None
    """Whole coins at the claimed height, where they were read."""
    reason: str = ""
    staked: Mapping[Subject, Decimal] = field(default_factory=dict)
    """What of ``found`` the account's validators hold: each may have a claim of its own."""


def compare(claim: Claim, readings: Readings) -> Comparison:
    """What :func:`audit` makes of a single claim."""
    subject = _subject(claim)
    if isinstance(subject, str):
        return Comparison(None, None, subject)
    units = _units(subject, readings)
    if units is None:
        return Comparison(None, None, _unread(subject, readings))
    own = subject.token.whole(BaseUnits(units))
    staked = _staked(claim, subject, own, readings)
    if isinstance(staked, str):
        return Comparison(None, own, staked)
    if claim.amount is None:
        return Comparison(None, own, _NO_AMOUNT if claim.shared is None else _SHARED)
    held = exact.total((own, *staked.values()))
    return Comparison(claim.amount == held, held, staked=staked)


def _staked(claim: Claim, subject: _Subject, own: Decimal, readings: Readings) -> Mapping[Subject, Decimal] | str:
    """What the claimed amount is compared with besides the account's ``own`` coins, or why that cannot be told.

    Where those are not what is claimed, it is what the account's validators hold.
    """
    found: dict[Subject, Decimal] = {}
    if claim.amount is None or claim.amount == own:
        return found
    for token, validator in _staked_by(subject, readings.stakes):
        of_validator = _Subject((token.network, subject.place[1]), token, validator)
        units = _units(of_validator, readings)
        if units is None:
            return f"with its validators: {_unread(of_validator, readings)}"
        found[token.network, token.contract, validator, subject.place[1]] = token.whole(BaseUnits(units))
    return found


def _staked_by(subject: _Subject, stakes: Stakes) -> Iterable[tuple[Token, Address]]:
    """The validators that stand for the same coin as the claim."""
    of_account = stakes.get((subject.token.network, subject.account), ()) if subject.token.contract is None else ()
    return [(token, validator) for token, validator in of_account if token.asset == subject.token.asset]


def _units(subject: _Subject, readings: Readings) -> int | None:
    return readings.found.get(subject.place, {}).get(subject.token, {}).get(subject.account)


def _unread(subject: _Subject, readings: Readings) -> str:
    (network, height), token = subject.place, subject.token
    refusal = readings.refused.get((subject.place, token))
    if refusal is not None:
        return f"{network} at height {height}: {token.asset} is not told: {refusal}"
    return f"{network} at height {height}: {readings.failures.get(subject.place, 'the balance was not told')}"


@dataclass(slots=True)
class _Together:
    """A row that states one amount for several accounts."""

    line: int
    subject: _Subject
    claimed: Decimal = exact.ZERO
    held: Decimal = exact.ZERO


@dataclass(slots=True)
class _Record:
    """What the audit has come to so far."""

    mismatches: list[ClaimMismatch] = field(default_factory=list)
    checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    unjudged: Counter[str] = field(default_factory=Counter)
    incomplete: dict[str, str] = field(default_factory=dict)
    """Assets of which some claim was not read at its own height, with the first reason."""
    together: dict[tuple[str, int], _Together] = field(default_factory=dict)
    untold: set[tuple[str, int]] = field(default_factory=set)
    """Rows of several accounts of which one cannot be judged."""

    def cannot_judge(self, claim: Claim, reason: str) -> None:
        self.unjudged[reason] += 1
        if claim.shared is not None:
            self.untold.add((claim.file, claim.line))
        if claim.token is not None and claim.account is not None:
            self.incomplete.setdefault(claim.token.asset, reason)

    def compare(self, claim: Claim, subject: _Subject, held: Decimal) -> None:
        if claim.shared is not None:
            row = self.together.setdefault((claim.file, claim.line), _Together(claim.line, subject))
            row.claimed, row.held = exact.add(row.claimed, claim.shared), exact.add(row.held, held)
        elif claim.amount is None:
            self.unjudged[_NO_AMOUNT] += 1
        else:
            self._compare(claim.line, subject, claim.amount, held)

    def compare_shared(self) -> None:
        """Compare each row that states one amount for several accounts, once all of them were seen."""
        for place, row in self.together.items():
            if place not in self.untold:
                self._compare(row.line, row.subject, row.claimed, row.held)

    def _compare(self, line: int, subject: _Subject, claimed: Decimal, held: Decimal) -> None:
        self.checked[subject.token.network, subject.token.asset] += 1
        if claimed != held:
            self.mismatches.append(ClaimMismatch(line, subject.place[0], subject.token, subject.account, claimed, held))


def _subject(claim: Claim) -> _Subject | str:
    """What the claim is about, or the reason why it can't be judged: few and short, they are counted."""
    if claim.token is None:
        return "the network or token is not known"
    if claim.account is None:
        return "the address does not decode"
    if claim.height is None:
        return "no height is claimed"
    return _Subject((claim.token.network, claim.height), claim.token, claim.account)


def _report_reserves(
    holdings: Holdings, readings: Readings, incomplete: Mapping[str, str], heights: Mapping[str, Sequence[Height]]
) -> tuple[dict[str, Mapping[Basis, Decimal]], dict[str, str]]:
    """By asset, what the list's accounts held, or why that is not known.

    Of each network all accounts count at the same height, that at which they held least: what moved from one to another
    between two heights that rows name would else be there twice.
    """
    assets = {token.asset for token in holdings.accounts}
    unknown = dict(incomplete)
    for unplaced in holdings.unplaced:
        if asset := unplaced.told_among(assets):
            unknown.setdefault(asset, unplaced.reason)
    tokens: defaultdict[tuple[str, str], list[Token]] = defaultdict(list)
    for token in holdings.accounts:
        tokens[token.asset, token.network].append(token)
    reserves: dict[str, dict[Basis, Decimal]] = {}
    for (asset, network), forms in giving_way(tokens.items()):
        if asset in unknown:
            continue
        try:
            sums = [_at(forms, holdings, readings, (network, height)) for height in _compared(network, heights)]
        except _UntoldError as error:
            unknown[asset] = str(error)
            continue
        total = reserves.setdefault(asset, {})
        for basis in sums[0]:
            total[basis] = exact.add(total.get(basis, exact.ZERO), min(each[basis] for each in sums))
    return {asset: frozen(total) for asset, total in reserves.items() if asset not in unknown}, unknown


class _UntoldError(Exception):
    """What an account held at a height is not known."""


def _compared(network: str, heights: Mapping[str, Sequence[Height]]) -> Sequence[Height]:
    named = heights.get(network, ())
    if not named or len(named) > MOST_HEIGHTS:
        raise _UntoldError(f"{network}: its rows name {len(named)} heights; up to {MOST_HEIGHTS} are compared")
    return named


def _at(forms: Sequence[Token], holdings: Holdings, readings: Readings, place: Place) -> Mapping[Basis, Decimal]:
    """What all accounts of one asset on one network held at one height."""
    part: dict[Standing, Decimal] = {}
    for token in forms:
        told = readings.found.get(place, {}).get(token, {})
        counted = holdings.of(token)
        missing = next((account for account in counted if account not in told), None)
        if missing is not None:
            raise _UntoldError(_unread(_Subject(place, token, missing), readings))
        own = {account: told[account] for account in counted}
        held = disjoint({token: own}, readings.within.get(place, {}))[token]
        for group in holdings.accounts[token]:
            amount = token.whole(total(map(held.__getitem__, group.accounts)))
            part[group.standing] = exact.add(part.get(group.standing, exact.ZERO), amount)
    return by_basis(COUNTED, part)
