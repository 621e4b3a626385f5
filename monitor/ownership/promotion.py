"""What a judged list leaves to the chains: a question for each claim that is ``unbound``.

Among those are validators without a signature of their own whose owner has signed elsewhere in the list: the account
that made the deposit, or that the stake returns to. Whether it is that validator's is for the chain to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.model import Address, Claim, Code, Network, OwnerQuestion, Verdict, VerdictStatus
from monitor.ownership.judging import question
from monitor.ownership.questions import mark
from monitor.registry.addresses import AddressError, decode

_BEACON, _EVM = "beacon", "evm"


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """A list after its judgement, and what is left to ask."""

    verdicts: list[Verdict]
    """With those validators ``unbound`` whose owners have signed elsewhere."""
    questions: Mapping[bytes, OwnerQuestion]
    """By :func:`~monitor.ownership.questions.mark`: what rows have in common is asked once."""
    positions: Mapping[bytes, tuple[int, ...]]
    """Of the claims that share a question."""


def open_questions(
    claims: Sequence[Claim], verdicts: Sequence[Verdict], networks: Mapping[str, Network]
) -> OpenQuestions:
    """Find what is to be asked about ``claims``, whose ``verdicts`` are those of the list alone. CPU-bound."""
    found: dict[int, OwnerQuestion] = {}
    for position, (claim, verdict) in enumerate(zip(claims, verdicts, strict=True)):
        if verdict.status is VerdictStatus.UNBOUND and (one := question(claim, networks.get(claim.network or ""))):
            found[position] = one
    judged = list(verdicts)
    for position, verdict, one in _staked(claims, verdicts, networks, found):
        judged[position], found[position] = verdict, one
    questions: dict[bytes, OwnerQuestion] = {}
    positions: dict[bytes, list[int]] = {}
    for position, one in found.items():
        questions[key := mark(one)] = one
        positions.setdefault(key, []).append(position)
    return OpenQuestions(judged, questions, {key: tuple(places) for key, places in positions.items()})


def _staked(
    claims: Sequence[Claim],
    verdicts: Sequence[Verdict],
    networks: Mapping[str, Network],
    questions: Mapping[int, OwnerQuestion],
) -> Iterator[tuple[int, Verdict, OwnerQuestion]]:
    """Validators whose rows carry no signature, and name an owner who signed in another row."""
    unsigned = [
        (position, claim, network)
        for position, (claim, verdict) in enumerate(zip(claims, verdicts, strict=True))
        if verdict.status is VerdictStatus.UNSIGNED
        and (network := networks.get(claim.network or ""))
        and network.family == _BEACON
        and any(claim.owners)
    ]
    if not unsigned:
        return
    signed = _signed(claims, verdicts, networks, questions)
    for position, claim, network in unsigned:
        owners = _owners(claim, networks[network.execution])
        named = [owner for owner in owners if owner in signed]
        own = [owner for owner in named if signed[owner].question is None] or named[:1]
        if not own or claim.account is None:
            continue
        where = " and ".join(f"{owner} (line {signed[owner].line})" for owner in own)
        reason = f"the row has no signature; signed elsewhere in the list by its owner {where}; nothing ties it to that"
        signers = signed[own[0]].question or OwnerQuestion("", "", tuple(own))
        # The row says that the stake returns to its first owner, and nothing of that kind of the other.
        one = replace(signers, network=network.name, account=claim.account, accuses=owners[0] in own)
        yield position, Verdict(Code.SIGNED_ELSEWHERE, reason), one


@dataclass(frozen=True, slots=True)
class _Signed:
    """An account of the execution layer that signed: by its own key, or by those who are still to be confirmed."""

    line: int
    question: OwnerQuestion | None


def _signed(
    claims: Sequence[Claim],
    verdicts: Sequence[Verdict],
    networks: Mapping[str, Network],
    questions: Mapping[int, OwnerQuestion],
) -> dict[Address, _Signed]:
    """Accounts of EVM networks by what they signed; a key that makes an address makes it on all of them."""
    found: dict[Address, _Signed] = {}
    for position, (claim, verdict) in enumerate(zip(claims, verdicts, strict=True)):
        network = networks.get(claim.network or "")
        if network is None or network.family != _EVM or claim.account is None:
            continue
        if verdict.status is VerdictStatus.VERIFIED:
            found[claim.account] = _Signed(claim.line, None)
        elif one := questions.get(position):
            found.setdefault(claim.account, _Signed(claim.line, one))
    return found


def _owners(claim: Claim, layer: Network) -> list[Address]:
    """The accounts that the row names, as the execution layer spells them; what is none names nobody."""
    found = []
    for text in filter(None, claim.owners):
        try:
            found.append(decode(layer, text).canonical)
        except AddressError:
            continue
    return found
