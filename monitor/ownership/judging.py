"""One claim, one verdict: the rules that hold for every family, then the family's own."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.model import Claim, Code, Network, OwnerQuestion, Verdict, VerdictStatus
from monitor.ownership import wallet_objects
from monitor.ownership.families import load_family
from monitor.ownership.family import Family, Unproven
from monitor.registry.addresses import AddressError, NoCodecError, decode

RULES_VERSION = 7
"""Goes up with every change that can alter a verdict, so that verdicts kept from earlier rules are judged anew."""

_PROVEN = {VerdictStatus.VERIFIED, VerdictStatus.UNBOUND}

_log = logging.getLogger(__name__)


def judge(claim: Claim, network: Network | None) -> Verdict:
    """Judge what the signatures of ``claim`` prove, whatever is in them: this never raises (but MemoryError).

    A verdict depends on its two arguments and on ``RULES_VERSION`` alone, so rows can be judged in any order, in any
    process, and once for all rows of one :func:`~monitor.ownership.fingerprint`. CPU-bound: 30 to 100 µs.

    Args:
        claim: One row of a published list.
        network: The registry's network of that name; None where the registry does not know the coin.

    """
    return _judge(claim, network)[0]


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


def question(claim: Claim, network: Network | None) -> OwnerQuestion | None:
    """Ask what a chain could say about a claim judged ``unbound``; None where it could not promote the claim."""
    family = load_family(network.family) if network else None
    if network is None or family is None or family.question is None:
        return None
    verdict, reading = _judge(claim, network)
    if verdict.status is not VerdictStatus.UNBOUND:
        return None
    return family.question(wallet_objects.plain(reading, network), network)


def _judge(claim: Claim, network: Network | None) -> tuple[Verdict, Claim]:
    """The verdict, and the reading of the row that it is of: the first that is proven, else the first of all."""
    if network is None:
        return Verdict(Code.NETWORK_UNKNOWN, claim.fault or f"the network of {claim.coin} is not known"), claim
    if claim.account is None:
        return Verdict(_undecoded(claim, network), claim.fault or "the address does not decode"), claim
    if not any(claim.signatures):
        return Verdict(Code.NO_SIGNATURE, "the row has no signature"), claim
    if not claim.message:
        reason = "the row has a signature and no message, so nothing tells what was signed"
        return Verdict(Code.NO_MESSAGE, reason), claim
    if not claim.message.isascii() and not _is_unicode(claim.message):
        return Verdict(Code.BAD_MESSAGE, "the message is not valid Unicode, so nobody can have signed it"), claim
    family = load_family(network.family)
    if family is None:
        reason = f"signatures on {network.title} (family {network.family}) are not judged"
        return Verdict(Code.FAMILY_NOT_JUDGED, reason), claim
    judged = []
    for reading in _readings(claim):
        judged.append((_judge_reading(reading, network, family), reading))
        if judged[-1][0].status in _PROVEN:
            return judged[-1]
    return judged[0]


def _readings(claim: Claim) -> Sequence[Claim]:
    """What the row can say was signed: its text, then that without white space which may be the table's."""
    if not claim.padded or not claim.message.strip():
        return (claim,)
    return replace(claim, padded=False), replace(claim, message=claim.message.strip(), padded=False)


def _judge_reading(claim: Claim, network: Network, family: Family) -> Verdict:
    try:
        return family.judge(wallet_objects.plain(claim, network), network)
    except Unproven as found:
        return Verdict(found.code, str(found))
    except MemoryError:
        raise  # nothing of the row's, and no verdict that may be kept
    except Exception as error:  # noqa: BLE001
        # One hostile row must not keep a million others from being judged. It is our defect, and must not hide.
        _log.exception("%s, line %d: judging the signatures failed", claim.file, claim.line)
        name = type(error).__name__
        return Verdict(Code.DEFECT, f"could not be judged ({name}): a defect of the monitor, see its log")


def _undecoded(claim: Claim, network: Network) -> Code:
    """An address that does not decode is invalid; where no codec is known, nothing is known against it."""
    try:
        decode(network, claim.address)
    except NoCodecError:
        return Code.ADDRESS_UNREAD
    except AddressError:
        pass
    return Code.BAD_ADDRESS


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _accept(claim: Claim, verdict: Verdict, texts: frozenset[str]) -> Verdict:
    if claim.message.strip() in texts or verdict.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
        return verdict
    return Verdict(Code.MESSAGE_NOT_ACCEPTED, f"message {claim.message!r} is not one of the accepted ones")
