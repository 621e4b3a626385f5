"""Whole lists: each distinct row judged once, and the accepted messages over that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership.fingerprint import fingerprint
from monitor.ownership.judging import judge

Judged = Mapping[bytes, Verdict]
"""Verdicts by :func:`fingerprint`."""

_CHUNK = 256
_NONE_KNOWN: Judged = MappingProxyType({})


def judge_all(
    claims: Sequence[Claim],
    networks: Mapping[str, Network],
    *,
    messages: frozenset[str] | None = None,
    prints: Sequence[bytes] | None = None,
    known: Judged = _NONE_KNOWN,
    progress: Callable[[int], None] | None = None,
    keep: Callable[[Judged], None] | None = None,
) -> list[Verdict]:
    """Judge a list. CPU-bound: call it in a thread or process of its own.

    Args:
        claims: The rows.
        networks: Of the registry, by name.
        messages: The texts that the exchange may have signed (:func:`accept`); None accepts any.
        prints: The claims' fingerprints, where the caller has them already.
        known: Verdicts under the present ``RULES_VERSION``; those rows are not judged again.
        progress: Is told how many claims are done, 0 at first; ends the judgement by raising.
        keep: Is given the new verdicts, some at a time, as they are found: who keeps them can go on after a stop in
            the middle. They are those from before ``messages``: what is kept must not depend on configuration.

    Returns:
        The verdicts of ``claims``, in their order.

    """
    marks = prints if prints is not None else [fingerprint(claim) for claim in claims]
    tell = progress or (lambda _: None)
    judged: dict[bytes, Verdict] = {}
    tell(0)
    for start in range(0, len(claims), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        new = {mark: claim for mark, claim in zip(marks[chunk], claims[chunk], strict=True) if mark not in known}
        found = {
            mark: judge(claim, networks.get(claim.network or "")) for mark, claim in new.items() if mark not in judged
        }
        judged |= found
        if found and keep:
            keep(found)
        tell(min(start + _CHUNK, len(claims)))
    return accept(claims, [judged.get(mark) or known[mark] for mark in marks], messages)


def accept(claims: Iterable[Claim], verdicts: Iterable[Verdict], messages: frozenset[str] | None) -> list[Verdict]:
    """Make every signed claim ``invalid`` whose message is not one of ``messages`` (None: any is).

    White space around a text changes nothing of what it says: it counts for the signature, and not here.

    Returns:
        ``verdicts`` after that, in their order.

    """
    if messages is None:
        return list(verdicts)
    texts = frozenset(text.strip() for text in messages)
    return [_accept(claim, verdict, texts) for claim, verdict in zip(claims, verdicts, strict=True)]


def _accept(claim: Claim, verdict: Verdict, texts: frozenset[str]) -> Verdict:
    if claim.message.strip() in texts or verdict.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
        return verdict
    return Verdict(VerdictStatus.INVALID, f"message {claim.message!r} is not one of the accepted ones")
