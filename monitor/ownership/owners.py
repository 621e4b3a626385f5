"""Rows that name owners (OKX's EOA1, EOA2): every owner must have signed, and nothing in the list makes them owners.

OKX's own tool lets an owner without a signature pass, and one key sign as two owners; here each owner is decoded, is
distinct, and has a valid signature in its own column.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model import Address, Claim, ClaimKind, Code, Network, Verdict
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.recovered_keys import RecoveredKeys, RecoveredSignature, read
from monitor.ownership.spellings import read_address
from monitor.registry.addresses import Decoded

SchemeOf = Callable[[Network, Decoded], RecoveredKeys]
"""The scheme of an account on a network; raises ``Refused`` or ``NotJudged`` where such accounts have none."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The valid signatures of a row's owners, and what else the reason should say."""

    signed: dict[Address, RecoveredSignature]
    """In the order of the columns."""
    remark: str


def judge(claim: Claim, network: Network, scheme_of: SchemeOf) -> Verdict:
    """Judge a row with owners: ``unbound`` when every owner signed, ``verified`` when one is the account itself.

    ``network`` is where the owners have their accounts: the claim's own, or the execution layer of a validator.
    """
    owners = check(claim, network, scheme_of)
    names = " and ".join(owners.signed)
    form = " and ".join(dict.fromkeys(signed.form for signed in owners.signed.values()))
    if claim.account in owners.signed:
        return Verdict(Code.OWN_KEY_AS_OWNER, f"signed by the account's own key, named as an owner ({form})")
    owner, them = ("owner", "it") if len(owners.signed) == 1 else ("owners", "them")
    return Verdict(
        Code.OWNERS_SIGNED,
        f"signed by {owner} {names} ({form}){owners.remark}; nothing in the list ties {them} to the account",
    )


def check(claim: Claim, network: Network, scheme_of: SchemeOf) -> Owners:
    """Find the owners' signatures, all valid, in the order of the columns; else raise ``Refused``."""
    owners = _decode(claim, network)
    _check_columns(claim, owners)
    signed, remark = {}, ""
    for column, owner in owners.items():
        try:
            signed[owner.canonical] = _read(claim, column, owner, scheme_of(network, owner))
        except (Refused, NotJudged):
            if not _is_pod(claim, column):
                raise
            remark = f", not by owner 2, {owner.canonical}, as an EigenPod cannot sign"
    if not signed:
        raise Refused(Code.OWNER_UNSIGNED, "no owner has signed")
    return Owners(signed, remark)


def _read(claim: Claim, column: int, owner: Decoded, scheme: RecoveredKeys) -> RecoveredSignature:
    who = f"owner {column}, {owner.canonical}"
    text = claim.signatures[column - 1] if column <= len(claim.signatures) else ""
    if not text:
        raise Refused(Code.OWNER_UNSIGNED, f"{who}, has not signed")
    try:
        return read(text, claim.message.encode(), scheme, owner.payload, who)
    except (Refused, NotJudged) as fault:
        raise type(fault)(fault.code, f"signature {column}: {fault}") from fault


def _decode(claim: Claim, network: Network) -> dict[int, Decoded]:
    """Column number (1, 2 ...) to the owner there."""
    owners: dict[int, Decoded] = {}
    for column, text in enumerate(claim.owners, 1):
        if not text:
            continue
        owner = read_address(network, text, Code.BAD_OWNER, f"owner {column}, ")
        if owner.canonical in {other.canonical for other in owners.values()}:
            raise Refused(
                Code.NAMED_TWICE, f"owner {owner.canonical} is named twice: two signatures must come from two owners"
            )
        owners[column] = owner
    return owners


def _check_columns(claim: Claim, owners: dict[int, Decoded]) -> None:
    for column, text in enumerate(claim.signatures, 1):
        if text and column not in owners:
            raise Refused(Code.NO_SUCH_OWNER, f"signature {column} belongs to no owner")


def _is_pod(claim: Claim, column: int) -> bool:
    """EOA2 of a restaking row is the EigenPod contract: no key, so its missing signature is no fault."""
    return claim.kind is ClaimKind.RESTAKING and column == 2
