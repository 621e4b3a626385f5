"""What the World says, in sentences."""

import re
from collections.abc import Iterable

from monitor.model import Assessment, AssetAssessment, Gap, PositionKind, ProofStatus, ReserveStatus, World
from monitor.web.figures import limit, percent

_CLAUSE = re.compile(r"[:;(]|, ")
_NAMED = 3

BASES = {
    "verified": "a signature proves the key of the account",
    "signed": "verified, or signed by an owner that nothing ties to the account",
    "listed": "every account on the list, signed or not",
    "asserted": "listed, and coins stated without an address",
}
POSITIONS = {
    PositionKind.STAKED: "staked with validators",
    PositionKind.LIQUID_STAKED: "staked through an issuer, who gave a token for it",
    PositionKind.LENT: "lent out in a market",
    PositionKind.VAULT: "invested by a contract",
    PositionKind.WRAPPED: "a token that an issuer, bridge or contract backs",
}
STATUSES = {
    ReserveStatus.COVERED: "Covered",
    ReserveStatus.BREACH: "Not covered",
    ReserveStatus.UNKNOWN: "Unknown",
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


def gap(missing: Gap) -> str:
    """The whole reason."""
    return f"{missing.network}: {missing.reason}" if missing.network else missing.reason


def headline(assessment: Assessment) -> str:
    """The answer for one exchange in one sentence: how much is covered, what is not, what is unknown and why."""
    return f"{assessment.title}: {answer(assessment)}"


def answer(assessment: Assessment) -> str:
    """The headline without the name of the exchange."""
    assets = assessment.assets.values()
    if not assets:
        return f"nothing can be said yet, {_why_nothing(assessment)}."
    breaches = [_breach(asset) for asset in assets if asset.status is ReserveStatus.BREACH]
    unknown = [_unknown(asset) for asset in assets if asset.status is ReserveStatus.UNKNOWN]
    return f"{'; '.join([*_covered(assessment), *_shortened(breaches), *_shortened(unknown)])}."


def worst(assessment: Assessment) -> ReserveStatus:
    """The status that stands for the exchange: one breach is a breach, no asset at all is unknown."""
    found = {asset.status for asset in assessment.assets.values()} or {ReserveStatus.UNKNOWN}
    order = (ReserveStatus.BREACH, ReserveStatus.UNKNOWN, ReserveStatus.COVERED)
    return next(status for status in order if status in found)


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
    return "the first pass is not finished" + (f"; still to be read: {', '.join(waiting)}" if waiting else "")


def _covered(assessment: Assessment) -> list[str]:
    names = [asset.asset for asset in assessment.assets.values() if asset.status is ReserveStatus.COVERED]
    total = len(assessment.assets)
    if total == 1:
        return [f"{name} covered" for name in names]
    return [f"all {total} assets covered" if len(names) == total else f"{len(names)} of {total} assets covered"]


def _why_nothing(assessment: Assessment) -> str:
    wallets = assessment.documents.get("wallets")
    if wallets is not None and wallets.refusal:
        return f"because its wallet list was refused: {wallets.refusal}"
    return "because no wallet list has been read"


def _breach(asset: AssetAssessment) -> str:
    ratio = asset.ratios.get(asset.basis)
    held = f" at {percent(ratio)}, under {limit(asset.breach_below)}" if ratio is not None else ""
    return f"{asset.asset} not covered{held}"


def _unknown(asset: AssetAssessment) -> str:
    reasons = [_clause(missing) for missing in asset.gaps]
    return f"{asset.asset} unknown" + (f" ({', '.join(_shortened(reasons))})" if reasons else "")


def _clause(missing: Gap) -> str:
    reason = _CLAUSE.split(missing.reason, maxsplit=1)[0].strip()
    return f"{missing.network}: {reason}" if missing.network else reason


def _shortened(parts: Iterable[str]) -> list[str]:
    named = list(parts)
    return named if len(named) <= _NAMED else [*named[:_NAMED], f"and {len(named) - _NAMED} more"]
