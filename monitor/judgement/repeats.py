"""Accounts that a list claims more than once: each of them holds its coins once (design, section 4, rule 6)."""

from collections import defaultdict
from collections.abc import Iterable

from monitor.model import Address, Claim, RepeatedClaim, Repeats, frozen

_EXAMPLES = 50

Subject = tuple[str, str | None, Address, int | None]
"""Network, contract, account and height: one balance."""


def subject_of(claim: Claim) -> Subject | None:
    """Return the balance that ``claim`` states an amount of; None where it states none, or not of what."""
    if claim.token is None or claim.account is None or claim.amount is None:
        return None
    return claim.token.network, claim.token.contract, claim.account, claim.height


def repeats(claims: Iterable[Claim]) -> Repeats:
    """Return which balances ``claims`` state more than once, however they spell the account.

    ``claims`` are gone through twice. A list of a million rows is not kept in memory again for it: the first time only
    hashes are remembered, the second time what has one in common is compared.
    """
    seen: set[int] = set()
    suspects: set[int] = set()
    counts: defaultdict[str, int] = defaultdict(int)
    for claim in claims:
        subject = subject_of(claim)
        if subject is not None:
            (suspects if (mark := hash(subject)) in seen else seen).add(mark)
            counts[subject[0]] = 0
    lines: defaultdict[Subject, list[tuple[str, int]]] = defaultdict(list)
    for claim in claims if suspects else ():
        subject = subject_of(claim)
        if subject is not None and hash(subject) in suspects:
            lines[subject].append((claim.file, claim.line))
    found = {subject: rows for subject, rows in lines.items() if len(rows) > 1}
    for (network, *_), rows in found.items():
        counts[network] += len(rows) - 1
    named = list(found.items())[:_EXAMPLES]
    return Repeats(
        frozen(counts),
        tuple(RepeatedClaim(network, account, tuple(rows)) for (network, _, account, _), rows in named),
    )
