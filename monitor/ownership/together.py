"""Rows judged side by side, so that the curve works through what all of them ask for in one go."""

from collections.abc import Iterable, Mapping
from itertools import repeat

from monitor.model import Claim, Network, Verdict
from monitor.ownership.faults import Refused
from monitor.ownership.judging import judging
from monitor.ownership.recovery import recover_all, resume
from monitor.ownership.shortcut import confirm


def judge_together(claims: Mapping[bytes, Claim], networks: Mapping[str, Network]) -> dict[bytes, Verdict]:
    """The verdict of each claim, by its fingerprint as in ``claims``, as :func:`~monitor.ownership.judge` has it."""
    verdicts = confirm(claims, networks)
    running = [
        (mark, judging(claim, networks.get(claim.network or "")))
        for mark, claim in claims.items()
        if mark not in verdicts
    ]
    answers: Iterable[bytes | Refused | None] = repeat(None, len(running))
    while running:
        asked, waiting = [], []
        for (mark, steps), answer in zip(running, answers, strict=True):
            try:
                asked.append(resume(steps, answer))
            except StopIteration as end:
                verdicts[mark] = end.value
            else:
                waiting.append((mark, steps))
        running, answers = waiting, recover_all(asked)
    return verdicts
