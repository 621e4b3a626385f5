"""Rows that name owners (OKX's EOA1, EOA2): every owner must have signed, and nothing in the list makes them owners.

OKX's own tool lets an owner without a signature pass, and one key sign as two owners; here each owner is decoded, is
distinct, and has a valid signature in its own column.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Address, Claim, ClaimKind, Network, Verdict, VerdictStatus
from monitor.ownership.evm.signatures import Form, Signed, forms, read
from monitor.ownership.faults import Refused
from monitor.registry.addresses import AddressError, decode


@dataclass(frozen=True, slots=True)
class Owners:
    """The valid signatures of a row's owners, and what else the reason should say."""

    signed: tuple[Signed, ...]
    remark: str


def judge(claim: Claim, network: Network) -> Verdict:
    """``unbound`` when every owner signed; ``verified`` when one of them is the account itself.

    ``network`` is where the owners have their accounts: the claim's own, or the execution layer of a validator.
    """
    owners = check(claim, network)
    names = " and ".join(one.signer for one in owners.signed)
    form = " and ".join(dict.fromkeys(one.form for one in owners.signed))
    if claim.account in {one.signer for one in owners.signed}:
        return Verdict(VerdictStatus.VERIFIED, f"signed by the account's own key, named as an owner ({form})")
    owner, them = ("owner", "it") if len(owners.signed) == 1 else ("owners", "them")
    return Verdict(
        VerdictStatus.UNBOUND,
        f"signed by {owner} {names} ({form}){owners.remark}; nothing in the list ties {them} to the account",
    )


def check(claim: Claim, network: Network) -> Owners:
    """The owners' signatures, all valid, in the order of the columns; else ``Refused``."""
    owners = _decode(claim, network)
    _check_columns(claim, owners)
    signed, remark = [], ""
    for column, owner in owners.items():
        try:
            signed.append(_read(claim, column, owner, forms(network)))
        except Refused:
            if not _is_pod(claim, column):
                raise
            remark = f", not by owner 2, {owner}, as an EigenPod cannot sign"
    if not signed:
        raise Refused("no owner has signed")
    return Owners(tuple(signed), remark)


def _read(claim: Claim, column: int, owner: Address, tried: Sequence[Form]) -> Signed:
    who = f"owner {column}, {owner}"
    text = claim.signatures[column - 1] if column <= len(claim.signatures) else ""
    if not text:
        raise Refused(f"{who}, has not signed")
    try:
        return read(text, claim.message.encode(), tried, owner, who)
    except Refused as refusal:
        raise Refused(f"signature {column}: {refusal}") from refusal


def _decode(claim: Claim, network: Network) -> dict[int, Address]:
    """Column number (1, 2 ...) to the owner there."""
    owners: dict[int, Address] = {}
    for column, text in enumerate(claim.owners, 1):
        if not text:
            continue
        try:
            owner = decode(network, text).canonical
        except AddressError as error:
            raise Refused(f"owner {column}, {text}: {error}") from error
        if owner in owners.values():
            raise Refused(f"owner {owner} is named twice: two signatures must come from two owners")
        owners[column] = owner
    return owners


def _check_columns(claim: Claim, owners: dict[int, Address]) -> None:
    for column, text in enumerate(claim.signatures, 1):
        if text and column not in owners:
            raise Refused(f"signature {column} belongs to no owner")


def _is_pod(claim: Claim, column: int) -> bool:
    """EOA2 of a restaking row is the EigenPod contract: no key, so its missing signature is no fault."""
    return claim.kind is ClaimKind.RESTAKING and column == 2
