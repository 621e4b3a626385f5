"""What signatures prove, and what a chain says of owners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from monitor.model.chain import Block
from monitor.model.reason_codes import Code, VerdictStatus
from monitor.model.values import Address

_ANSWERED = frozenset({Code.UNDECIDED, Code.ADMINISTERED, Code.ADMINISTERED_LEFT_OUT})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged claim: what is the matter, as a code, and in a sentence that names the key, script or rule."""

    code: Code
    reason: str

    @property
    def status(self) -> VerdictStatus:
        """What the signatures prove."""
        return self.code.status

    @property
    def answered(self) -> bool:
        """Whether the chain was asked who controls the account, and neither bound nor refuted the signers.

        Another ``unbound`` claim was not asked about yet, or could not be: on the basis ``verified`` it is not judged.
        """
        return self.code in _ANSWERED

    @property
    def administered(self) -> bool:
        """Whether a signer administers the contract, which does not say whose coins it holds."""
        return self.code in {Code.ADMINISTERED, Code.ADMINISTERED_LEFT_OUT}


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
    """The 32 bytes that were signed, for EIP-1271; empty where the signers signed different ones."""
    signatures: tuple[bytes, ...] = ()
    """65 bytes each (r, s, v with v 27 or 28), in the order of ``signers``; for EIP-1271."""
    keys: tuple[bytes, ...] = ()
    """Distinct public keys whose signatures are valid, as bytes: compressed, where the curve knows that."""
    accuses: bool = True
    """Whether the row itself says that the signers control the account, so that it is wrong if they do not."""


class OwnerOutcome(StrEnum):
    """What a chain said to an :class:`OwnerQuestion`. A node that did not answer is an error, and none of these."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    """It names who controls the account, and that is somebody else: the claim becomes ``invalid``."""
    ADMINISTERED = "administered"
    """A signer administers the contract (``owner()``), which does not say whose coins it holds."""
    UNDECIDED = "undecided"
    """It does not say who controls the account, or nothing that can be relied on."""


@dataclass(frozen=True, slots=True)
class OwnerAnswer:
    """The chain's answer at ``block``."""

    outcome: OwnerOutcome
    reason: str
    block: Block
    referred: OwnerQuestion | None = None
    """Where another account (a validator's withdrawal address) controls this one: what its own network must say."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a chain said of owners, and when."""

    answer: OwnerAnswer
    told_at: datetime
    confirmed_at: datetime | None = None
    """When a chain last confirmed these owners; None: it never has."""


@dataclass(frozen=True, slots=True)
class LostConfirmations:
    """Claims that a chain once made ``verified``, and that are so no more."""

    refuted: int = 0
    """Whose chain says now that others control the account, or does not say any more that the signers do."""
    old: int = 0
    """Whose confirmation is too old: the chain could not be asked since."""
    coins: Mapping[str, Decimal] = field(default_factory=dict)
    """What their accounts hold, by asset, as far as snapshots tell it."""
    example: str = ""
    """One of them, with the reason."""
