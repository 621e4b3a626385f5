"""Whose keys were used since a moment, and how much of the reserves lies there: three parts, as unknown is never 0."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from heapq import nlargest
from operator import itemgetter

from monitor.formats import exact
from monitor.formats.wrapped import unwrapped
from monitor.giving_way import giving_way
from monitor.judgement.holdings import Holdings
from monitor.model import (
    Address,
    AssetControl,
    BaseUnits,
    Control,
    ControlGap,
    Held,
    Sent,
    Sighting,
    Snapshot,
    SnapshotState,
    Token,
    VerdictStatus,
    frozen,
)
from monitor.model.packed import PackedClaims, PackedVerdicts

Sightings = Mapping[str, Mapping[Address, Sighting]]
"""By network and account."""

_MOST = 1000
"""Accounts of a network that are looked at."""
_PERCENT = 95
"""Of the coins of each token, that the accounts make which are looked at."""
_LATELY = timedelta(days=3)
"""How old the newest count may be that tells that nothing was sent."""
_MESSAGES = 500
"""Of an account that are noted: a list may have as many rows of one as it likes, each with another."""
_UNSIGNED = ""


def read_whole(holdings: Holdings, states: Mapping[str, SnapshotState]) -> Iterator[tuple[Token, Snapshot]]:
    """Yield what was read of each account that the list names, as far as it is shown: all of an asset on a network."""
    places: defaultdict[tuple[str, str], list[Token]] = defaultdict(list)
    for token in holdings.accounts:
        places[token.asset, token.network].append(token)
    for (_, network), tokens in places.items():
        state = states.get(network)
        if state is None or state.snapshot is None:
            continue
        found = [(token, snapshot) for token in tokens if (snapshot := state.of(token))]
        if len(found) == len(tokens) and all(_has_all(holdings, token, snapshot) for token, snapshot in found):
            yield from found


def _has_all(holdings: Holdings, token: Token, snapshot: Snapshot) -> bool:
    held = snapshot.balances[token]
    return all(account in held for account in holdings.of(token))


def awaits_reading(holdings: Holdings, states: Mapping[str, SnapshotState]) -> bool:
    """Tell whether a network was not tried yet, or not since the list has changed."""
    return any(
        not state.attempted
        or (state.snapshot and (snapshot := state.of(token)) and not _has_all(holdings, token, snapshot))
        for token in holdings.accounts
        if (state := states.get(token.network))
    )


def _units(holdings: Holdings, token: Token, snapshot: Snapshot) -> Iterator[tuple[Address, int]]:
    """Yield what each account of the list holds, less what the token's issuer has blocked there."""
    held, blocked = snapshot.balances[token], snapshot.positions.get(token.frozen, {})
    for account in holdings.of(token):
        yield account, held[account] - blocked[account] if account in blocked else held[account]


def largest_accounts(holdings: Holdings, states: Mapping[str, SnapshotState]) -> Mapping[str, frozenset[Address]]:
    """By network the accounts that make 95 % of the coins of each token, those with the largest shares if too many."""
    shares: defaultdict[str, dict[Address, float]] = defaultdict(dict)
    for token, snapshot in giving_way(read_whole(holdings, states)):
        whole, reached = sum(units for _, units in _units(holdings, token, snapshot)), 0
        found = shares[token.network]
        for account, units in nlargest(_MOST, _units(holdings, token, snapshot), key=itemgetter(1)):
            if units <= 0 or 100 * reached >= _PERCENT * whole:
                break
            reached += units
            found[account] = max(found.get(account, 0.0), units / whole)
    return {network: frozenset(nlargest(_MOST, each, key=each.__getitem__)) for network, each in shares.items()}


# --- What is noted of an account ------------------------------------------------------------------------------------


def messages_of(
    claims: PackedClaims, verdicts: PackedVerdicts, chosen: Mapping[str, Collection[Address]]
) -> Mapping[str, Mapping[Address, Mapping[str, bool]]]:
    """By network and account of ``chosen``, the signed messages by their digests, and whether a signature is verified.

    Without what may be wrapped around them: one signature may be of the text with it and of the text without it. Not
    the signatures: whoever has one can write it in another way, or make another valid one of it, without the key.
    """
    found: dict[str, dict[Address, dict[str, bool]]] = {
        network: {account: {} for account in accounts} for network, accounts in chosen.items()
    }
    sought = [found.get(alike.network or "", {}) for alike in claims.alike]
    statuses = [verdict.status for verdict in verdicts.distinct]
    rows = zip(claims.of_alike, verdicts.of_rows, claims.accounts, strict=True)
    for position, (alike, verdict, account) in enumerate(giving_way(rows)):
        if account in sought[alike] and statuses[verdict] is not VerdictStatus.UNSIGNED:
            text = unwrapped(claims[position].message)
            digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
            known = sought[alike][account]
            known[digest] = known.get(digest, False) or statuses[verdict] is VerdictStatus.VERIFIED
    return found


def listed(before: Sighting, messages: Mapping[str, bool], at: datetime) -> Sighting:
    """Note what a list, accepted ``at``, has of an account: ``messages`` as :func:`messages_of` tells them.

    None is forgotten, as one that comes back would seem new: where there are too many, no more are noted.
    """
    new = [digest for digest in messages or (_UNSIGNED,) if digest not in before.messages]
    seen = dict(before.messages) | dict.fromkeys(new[: max(0, _MESSAGES - len(before.messages))], at)
    verified = {digest for digest, valid in messages.items() if valid and digest in seen}
    return replace(before, messages=frozen(seen), verified=before.verified | verified)


def counted(before: Sent | None, count: int | None, at: datetime) -> Sent:
    """Note the ``count`` of a block made ``at``; of an older block than the last, nothing but that it was more.

    No count ever falls. Where one does, a node lied or a block was taken back: what was seen before proves nothing any
    more, and nothing is known until as much as ever before is told again.
    """
    if before is None:
        return Sent(count, at, at if count is not None else None)
    if at <= before.asked:
        is_more = count is not None and before.count is not None and count > before.count
        return Sent(before.count, before.asked) if is_more else before
    if count is None:
        return Sent(None, at, rose_after=before.rose_after)
    if before.count is None:
        return Sent(count, at, at, before.rose_after)
    if count < before.count:
        return Sent(before.count, at)
    if before.is_contradicted:
        return Sent(count, at, at)
    if count > before.count:
        return Sent(count, at, at, before.asked)
    return replace(before, asked=at)


def counted_then(known: Sent, count: int | None, since: datetime) -> Sent:
    """Note the ``count`` of the newest block that there was at the moment ``since``, of which an archive told."""
    if count is None or known.count is None or known.same_since is None:
        return known
    if count > known.count:
        return Sent(known.count, known.asked)
    if count == known.count:
        return replace(known, same_since=min(known.same_since, since))
    return replace(known, rose_after=max(known.rose_after or since, since))


def seen_to_hold(before: Held | None, units: int, at: datetime) -> Held:
    """Note the ``units`` that an account holds at a block made ``at``; of an older block than the last, nothing.

    On a chain of outputs they leave it by a signature alone, so that less than was settled shows one. That there is as
    much shows nothing: what was spent may have come back.
    """
    if before is None:
        return Held(units, at, 0)
    if at <= before.at:
        return before
    fell_after = before.at if units < before.settled else before.fell_after
    return Held(units, at, min(units, before.units), fell_after)


# --- What that tells ------------------------------------------------------------------------------------------------


def control_of(sighting: Sighting | None, since: datetime, now: datetime) -> Control | ControlGap:
    """Tell whether the key of an account was used since a moment; why it is not known, where it is not."""
    if sighting is None:
        return ControlGap.NOT_ASKED
    told = by_count(sighting.sent, since, now), _by_messages(sighting, since, now)
    if Control.SHOWN in told or _has_spent(sighting.held, since):
        return Control.SHOWN
    return next((each for each in told if isinstance(each, ControlGap)), Control.NOT_SHOWN)


def by_count(sent: Sent | None, since: datetime, now: datetime) -> Control | ControlGap:
    """Tell the same by what it has sent alone."""
    if sent is None:
        return ControlGap.NOT_TOLD
    if sent.rose_after is not None and sent.rose_after >= since:
        return Control.SHOWN
    if sent.count is None:
        return ControlGap.CODE
    if sent.same_since is None or sent.asked < now - _LATELY:
        return ControlGap.NOT_TOLD
    return Control.NOT_SHOWN if sent.same_since <= since else ControlGap.SINCE_LATER


def _has_spent(held: Held | None, since: datetime) -> bool:
    return held is not None and held.fell_after is not None and held.fell_after >= since


def _by_messages(sighting: Sighting, since: datetime, now: datetime) -> Control | ControlGap:
    """A message is new if a list before had another: of a first one nobody knows how long it was there.

    Of one that is noted after ``now`` nobody knows either: the clock was ahead, and would have it new for as long.
    """
    signed = [sighting.messages[digest] for digest in sighting.verified]
    if any(since <= at <= now and at > min(signed) for at in signed):
        return Control.SHOWN
    if len(sighting.messages) >= _MESSAGES:
        return ControlGap.NOT_TOLD
    if not any(at <= since for at in sighting.messages.values()) or any(at > since for at in signed):
        return ControlGap.SINCE_LATER
    return Control.NOT_SHOWN


def assets_by_control(
    holdings: Holdings,
    states: Mapping[str, SnapshotState],
    sightings: Sightings,
    since: datetime,
    now: datetime,
) -> Mapping[str, AssetControl]:
    """Sum up what was read of each asset, on the basis ``listed``, by what is known of the keys. Takes a while."""
    found: defaultdict[str, defaultdict[Control | ControlGap, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    known = {
        network: {account: control_of(sighting, since, now) for account, sighting in giving_way(seen.items())}
        for network, seen in sightings.items()
    }
    for token, snapshot in giving_way(read_whole(holdings, states)):
        of_account = known.get(token.network, {})
        parts: defaultdict[Control | ControlGap, int] = defaultdict(int)
        for account, units in _units(holdings, token, snapshot):
            parts[of_account.get(account, ControlGap.NOT_ASKED)] += units
        of_asset = found[token.asset]
        for what, units in parts.items():
            of_asset[what] = exact.add(of_asset[what], token.whole(BaseUnits(units)))
    return frozen({asset: _parts(amounts) for asset, amounts in found.items()})


def _parts(amounts: Mapping[Control | ControlGap, Decimal]) -> AssetControl:
    unknown = {gap: amounts[gap] for gap in ControlGap if amounts.get(gap)}
    shown, not_shown = (amounts.get(each, exact.ZERO) for each in (Control.SHOWN, Control.NOT_SHOWN))
    return AssetControl(shown, not_shown, frozen(unknown))
