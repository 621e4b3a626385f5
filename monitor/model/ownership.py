"""What signatures prove, and what a chain says of owners."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.chain import Block
from monitor.model.values import Address


class VerdictStatus(StrEnum):
    """What the signatures of a claim prove (design, section 4, rule 4)."""

    VERIFIED = "verified"
    UNBOUND = "unbound"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged claim. ``reason`` is a sentence for people; it names the key, script or rule that decided."""

    status: VerdictStatus
    reason: str
    answered: bool = False
    """Of an ``unbound`` claim: the chain was asked who controls the account, and neither bound nor refuted the signers.

    Else it was not asked yet, or could not be: on the basis ``verified`` such a claim is not judged.
    """


@dataclass(frozen=True, slots=True)
class OwnerQuestion:
    """What to ask a chain about an ``unbound`` claim: do these signers control this account?

    Who signed is named as the network of the account names it: by address, or by key where an account is a name or a
    contract that holds keys.
    """

    network: str
    account: Address
    signers: tuple[Address, ...] = ()
    """Distinct owners whose signatures are valid."""
    digest: bytes = b""
    """The 32 bytes that were signed, for EIP-1271."""
    signatures: tuple[bytes, ...] = ()
    """65 bytes each (r, s, v with v 27 or 28), in the order of ``signers``; for EIP-1271."""
    keys: tuple[bytes, ...] = ()
    """Distinct public keys whose signatures are valid, as bytes: compressed, where the curve knows that."""


@dataclass(frozen=True, slots=True)
class OwnerAnswer:
    """The chain's answer at ``block``. Not confirmed is an answer; a node that did not answer is an error."""

    confirmed: bool
    reason: str
    block: Block
    referred: OwnerQuestion | None = None
    """Where another account (a validator's withdrawal address) controls this one: what its own network must confirm."""
