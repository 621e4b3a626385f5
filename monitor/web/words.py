"""What the World says, in sentences."""

import re
from collections.abc import Iterable
from decimal import Decimal

from monitor.formats.figures import amount, limit, percent
from monitor.formats.phrases import first, without_folders
from monitor.judgement.unread import by_cause, places, rests_on_unread, unless
from monitor.model import (
    Assessment,
    AssetAssessment,
    Basis,
    Cause,
    ControlGap,
    Gap,
    PositionKind,
    ProofStatus,
    ReserveStatus,
    World,
)

_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CLAUSE = re.compile(r"[:;(]|, ")
_PLAINER = {"stale": "not read lately"}

BASES = {
    "verified": "a signature proves the key of the account",
    "signed": "verified, or signed by an owner that nothing ties to the account",
    "listed": "every account on the list, signed or not",
    "asserted": "listed, and coins stated without an address",
}
POSITIONS = {
    PositionKind.LOCKED: "locked by the chain for a time",
    PositionKind.STAKED: "staked with validators",
    PositionKind.LIQUID_STAKED: "staked through an issuer, who gave a token for it",
    PositionKind.LENT: "lent out in a market",
    PositionKind.VAULT: "invested by a contract",
    PositionKind.WRAPPED: "a token that an issuer, bridge or contract backs",
    PositionKind.FROZEN: "blocked by the token's issuer",
}
CAUSES = {
    Cause.NOT_CONFIGURED: "on networks that could be read, but not by this monitor",
    Cause.NOT_READABLE: "on networks that cannot be read",
    Cause.UNKNOWN_LABEL: "under labels that are not known here",
    Cause.NOT_WATCHED: "on accounts too small to be watched",
    Cause.FAILED: "where reading failed",
}
STATUSES = {
    ReserveStatus.COVERED: "Covered",
    ReserveStatus.BREACH: "Not covered",
    ReserveStatus.UNKNOWN: "Unknown",
}
WORST_FIRST = (ReserveStatus.BREACH, ReserveStatus.UNKNOWN, ReserveStatus.COVERED)
CONTROL_GAPS = {
    ControlGap.NOT_ASKED: "on accounts too small to be asked about",
    ControlGap.NOT_TOLD: "where no chain or node tells what was sent",
    ControlGap.CODE: "on contracts",
    ControlGap.SINCE_LATER: "on accounts that were not watched for so long",
}
PROOFS = {
    ProofStatus.PROVEN: "proven, as far as the scheme goes",
    ProofStatus.BOUND: "bound, not proven",
    ProofStatus.INVALID: "invalid",
    ProofStatus.UNREADABLE: "unreadable",
}
VERDICTS = {
    "verified": "valid, by a key that the account itself names",
    "unbound": "valid, by an owner that nothing ties to the account",
    "invalid": "wrong signature, message or address",
    "unsigned": "no signature given",
    "unsupported": "cannot be judged yet",
}
REFUSALS = {
    400: "That cannot be asked",
    401: "A password is needed",
    404: "There is no such page",
    503: "Nothing can be shown yet",
}
"""What a page is called that says why there is none, by status."""


def gap(missing: Gap) -> str:
    """The whole reason, and how much may be there by the exchange's own word."""
    reason = f"{missing.network}: {_why(missing)}" if missing.network else _why(missing)
    if missing.claimed is None:
        return reason
    claimed = f"{amount(missing.claimed)} claimed" if missing.claimed.is_finite() else "the list claims no amount"
    return f"{reason} ({claimed})"


def headline(assessment: Assessment) -> str:
    """The answer for one exchange in one sentence: how much is covered, what is not, what is unknown and why."""
    return f"{assessment.title}: {answer(assessment)}"


def answer(assessment: Assessment) -> str:
    """The headline without the name of the exchange."""
    if not assessment.assets:
        return f"nothing can be said yet, {_why_nothing(assessment)}."
    assets = weighed(assessment)
    if all(asset.owed is None for asset in assets):
        return "nothing can be said yet, because what is owed is not known."
    breaches = [_breach(asset) for asset in assets if asset.status is ReserveStatus.BREACH]
    unknown = [_unknown(asset) for asset in assets if asset.status is ReserveStatus.UNKNOWN]
    clauses = [*_covered(assessment), first(breaches, between="; "), first(unknown, between="; ")]
    return f"{'; '.join(filter(None, clauses))}."


def _why(missing: Gap) -> str:
    """What readers want to know of a network that nobody configured is that it is not read here."""
    return "not read by this monitor" if missing.cause is Cause.NOT_CONFIGURED else missing.reason


def weighed(assessment: Assessment) -> list[AssetAssessment]:
    """The assets that an answer speaks of: those that are owed, or, where nothing is known to be owed, all shown."""
    return [asset for asset in assessment.assets.values() if asset.owed is not None] or shown(assessment)


def shown(assessment: Assessment) -> list[AssetAssessment]:
    """The assets that are shown one by one: those that the list, what is owed or the configuration names.

    A list of addresses names none, and they may hold every token of their networks: then those that are held.
    """
    assets = list(assessment.assets.values())
    named = [asset for asset in assets if not asset.implied]
    return named or [asset for asset in assets if asset.totals.get(Basis.LISTED)]


def aside(assessment: Assessment) -> str:
    """What there is of all other assets, in one line; empty where that is certainly nothing."""
    left = {asset.asset: asset for asset in assessment.assets.values()}
    for asset in shown(assessment):
        del left[asset.asset]
    held = [_held(asset) for asset in left.values() if asset.totals.get(Basis.LISTED)]
    unknown = [asset.asset for asset in left.values() if _open(asset) and not asset.totals.get(Basis.LISTED)]
    sentences = [f"Also held, with nothing known to be owed: {first(held, 8)}."] if held else []
    if unknown:
        sentences.append(f"Not read, with nothing known to be owed: {first(unknown, 8)}.")
    return " ".join(sentences)


def _held(asset: AssetAssessment) -> str:
    at_least = "at least " if _open(asset) else ""
    return f"{at_least}{amount(asset.totals[Basis.LISTED])} {asset.asset}"


def _open(asset: AssetAssessment) -> bool:
    return any(missing.claimed is not None for missing in asset.gaps)


def worst(assessment: Assessment) -> ReserveStatus:
    """The status that stands for the exchange: one breach is a breach, no asset at all is unknown."""
    return worst_of(asset.status for asset in weighed(assessment))


def worst_of(statuses: Iterable[ReserveStatus]) -> ReserveStatus:
    """The worst of them; unknown where there are none."""
    found = set(statuses) or {ReserveStatus.UNKNOWN}
    return next(status for status in WORST_FIRST if status in found)


def called(status: ReserveStatus | None) -> str:
    """What a status is called; None is that of a time in which nobody watched."""
    return STATUSES[status] if status is not None else "Not watched"


def alert_title(name: str) -> str:
    """What people call an alert: ``Ratio below limit`` for ``PorRatioBelowLimit``."""
    return _HUMPS.sub(" ", name.removeprefix("Por")).capitalize()


def source(address: str) -> str:
    """Where a document is from: an address whole, of a file of this server its name alone."""
    return address if "://" in address else address.rpartition("/")[2] or address


def rank(status: ReserveStatus | None) -> int:
    """Where a status stands among others, the worst first; last where there is none."""
    return WORST_FIRST.index(status) if status is not None else len(WORST_FIRST)


def unready(world: World | None) -> str:
    """Why there is no full answer yet; empty when there is one."""
    if world is None:
        return "the monitor is starting; nothing has been read yet"
    if world.ready:
        return ""
    waiting = sorted(
        {
            f"{state.network} of {assessment.title}"
            for assessment in world.assessments.values()
            for state in assessment.snapshots.values()
            if state.wanted and state.snapshot is None
        }
    )
    return "the first pass is not finished" + (f"; still to be read: {first(waiting)}" if waiting else "")


def troubles(world: World | None) -> list[str]:
    """What cannot be had or written just now, a line each."""
    if world is None:
        return []
    told = [] if world.store.keeps else ["another monitor keeps the history and tells people; this one watches beside"]
    for assessment in world.assessments.values():
        for document in assessment.documents.values():
            if document.refusal:
                told.append(f"{assessment.exchange}: {document.kind} refused: {document.refusal}")
            if document.unsaved:
                told.append(f"{assessment.exchange}: {document.kind} in use, but not in the history")
    return [*told, world.store.failure] if world.store.failure else told


def _covered(assessment: Assessment) -> list[str]:
    names = [asset.asset for asset in weighed(assessment) if asset.status is ReserveStatus.COVERED]
    total = len(weighed(assessment))
    if total == 1:
        return [f"{name} covered" for name in names]
    return [f"all {total} assets covered" if len(names) == total else f"{len(names)} of {total} assets covered"]


def _why_nothing(assessment: Assessment) -> str:
    wallets = assessment.documents.get("wallets")
    if wallets is not None and wallets.refusal:
        return f"because its wallet list was refused: {without_folders(wallets.refusal)}"
    return "because no wallet list has been read"


def _breach(asset: AssetAssessment) -> str:
    known = f" at {span_of(asset)}, under {limit(asset.breach_below)}" if asset.lower_bounds else ""
    return f"{asset.asset} not covered{known}" + (f", {unless(asset)}" if rests_on_unread(asset) else "")


def only_claimed(asset: AssetAssessment) -> Decimal | None:
    """Whole coins that rest on the exchange's word alone; None where there are none, or no amount is claimed."""
    unread = asset.unread.get(asset.basis)
    return unread if unread and unread.is_finite() else None


def on_its_word(asset: AssetAssessment) -> str:
    """Which part rests on the exchange's word alone, and how the ratios take it; empty where none does."""
    if not asset.unread.get(asset.basis):
        return ""
    claimed = only_claimed(asset)
    if claimed is None:
        return f"Accounts on {places(asset)} are claimed without an amount and not read: nothing limits what they hold."
    parts = ", ".join(f"{amount(part)} {CAUSES[cause]}" for cause, part in by_cause(asset).items())
    said = f"{amount(claimed)} {asset.asset} on {places(asset)} rest on the exchange's word alone: they were not read"
    said += f" ({parts})." if parts else "."
    if asset.basis not in asset.lower_bounds:
        return said
    low, high = percent(asset.lower_bounds[asset.basis]), percent(asset.upper_bounds[asset.basis])
    return f"{said} They are not in the {low}; the {high} count them, and what may have come there since the list."


def span_of(asset: AssetAssessment) -> str:
    """The ratio on the basis that alerts act on, or its two bounds: ``98 %``, ``58 % to 88 %``, ``at least 58 %``."""
    low, high = asset.lower_bounds[asset.basis], asset.upper_bounds.get(asset.basis)
    if asset.basis in asset.ratios or high == low:
        return percent(low)
    if high is None or not high.is_finite():
        return f"at least {percent(low)}"
    return f"{percent(low)} to {percent(high)}"


def _unknown(asset: AssetAssessment) -> str:
    reasons = [_clause(missing) for missing in asset.gaps]
    return f"{asset.asset} unknown" + (f" ({first(reasons)})" if reasons else "")


def _clause(missing: Gap) -> str:
    reason = _CLAUSE.split(_why(missing), maxsplit=1)[0].strip()
    said = _PLAINER.get(reason, reason)
    return f"{missing.network}: {said}" if missing.network else said
